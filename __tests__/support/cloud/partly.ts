/** Batches that the service carries out for some of their instances and then refuses. */
import type { CallError } from '../../../src/core/model/failure.ts';
import type { FailureOdds } from './behaviour.ts';
import type { Cloud } from './cloud.ts';
import type { Dice } from './dice.ts';
import { failure, type WireCall } from './wire.ts';

/** Rebuilds the first few of a batch; whether the call is to be refused after that. */
export function wipePartly(
  cloud: Cloud,
  ids: readonly string[],
  imageId: string,
  dice: Dice,
  { bad }: FailureOdds
): boolean {
  if (!cloud.wire.isTroubled || !dice.chance(bad)) return false;
  for (const id of ids.slice(0, dice.int(0, ids.length))) {
    const machine = cloud.machine(id);
    if (machine !== undefined && !cloud.isRefused(machine)) cloud.wipe(machine, imageId);
  }
  return true;
}

/** What such a call is answered. */
export function partlyRefused(call: WireCall, dice: Dice): CallError {
  const kind = dice.pick(['denied', 'throttled', 'conflict', 'notFound', 'invalid'] as const);
  return failure(kind, call, 'refused after some were taken');
}
