/** Everything that happens to one target, in its order: backup, rebuild, health check, and the way back. */

import { CallError, CancelledError, describeFailure } from '../core/model/failure.ts';
import type { Instance } from '../core/model/instance.ts';
import type { RebuildOrder } from '../core/model/order.ts';
import type { PlannedTarget } from '../core/plan/plan.ts';
import { heartbeat, narrate } from '../core/rebuild/narrate.ts';
import type { Life, Sight } from '../core/rebuild/state.ts';
import { type Deed, isWell, isWorthARollback, usableBackup } from '../core/report/deed.ts';
import { makeBackup, pruneBackups } from './backup.ts';
import { passGate } from './gate.ts';
import type { Probe } from './heal.ts';
import type { Log } from './ports.ts';
import { type LifeObserver, type RebuildPorts, rebuildOne } from './rebuild-one.ts';
import type { RunRequest } from './request.ts';
import { readWayBack, rollbackOrder, rollbackTask, wayBackId } from './rollback.ts';

/** What it takes to deal with one target. */
export interface TargetPorts extends RebuildPorts {
  readonly log: Log;
  readonly probe: Probe;
  readonly runId: string;
}

/** Told of the deed whenever it has come a step further. It must not throw. */
export type DeedObserver = (deed: Deed) => void;

/** A person should not wait longer than this for a line, in milliseconds. */
const heartbeatMs = 60_000;

/**
 * Deals with one target and resolves with the whole deed, however it ended.
 *
 * @param first a look that was taken just now, if there is one
 * @throws only a fault of the program
 */
export async function dealWith(
  target: PlannedTarget,
  order: RebuildOrder,
  request: RunRequest,
  first: Sight | undefined,
  ports: TargetPorts,
  observe: DeedObserver
): Promise<Deed> {
  let deed: Deed = { target, knownHosts: [], cancelled: false };
  const add = (more: Partial<Deed>): void => {
    deed = { ...deed, ...more };
    observe(deed);
  };
  try {
    await carryOut(target, order, request, first, ports, () => deed, add);
  } catch (error) {
    if (!(error instanceof CancelledError) && !ports.cancel.signal.aborted) throw error;
    add({ cancelled: true });
  }
  return deed;
}

async function carryOut(
  target: PlannedTarget,
  order: RebuildOrder,
  request: RunRequest,
  first: Sight | undefined,
  ports: TargetPorts,
  current: () => Deed,
  add: (more: Partial<Deed>) => void
): Promise<void> {
  const signal = ports.cancel.signal;
  const keep = follow(ports, (now) => add({ life: now }));
  const makeIt = () => makeBackup(target, ports, (backup) => add({ backup }));
  const life = await rebuildOne(target.task, order, first, ports, keep, makeIt);
  add({ life });
  if (life.ending?.kind === 'cancelled') return add({ cancelled: true });
  if ((life.ending?.kind === 'rebuilt' || life.ending?.kind === 'skipped') && life.last !== undefined) {
    // Of a rebuild that was under way already, the keys that were read may be those of the new system.
    const baseline = life.ending.kind === 'rebuilt' && !life.adopted ? target.oldHostKeys : undefined;
    const gate = await passGate(request, life.last.instance, baseline, { ...ports, signal });
    if (gate !== undefined) add({ health: gate.checked, knownHosts: gate.knownHosts });
  }
  if (request.rollback && isWorthARollback(current())) await goBack(order, request, ports, current, add);
  const backup = usableBackup(current());
  if (isWell(current()) && request.backup?.keep !== undefined && backup !== undefined) {
    await pruneBackups(target.instance.id, request.backup.keep, backup, ports);
  }
}

async function goBack(
  order: RebuildOrder,
  request: RunRequest,
  ports: TargetPorts,
  current: () => Deed,
  add: (more: Partial<Deed>) => void
): Promise<void> {
  const { log } = ports;
  const signal = ports.cancel.signal;
  log.warning(
    `${current().target.instance.id}: the new system is not well; going back to the image of before`
  );
  try {
    const image = await readWayBack(current(), ports.bcc, signal);
    const keep = (life: Life): void => add({ rollback: { imageId: image.id, life } });
    const back = rollbackOrder(current(), order, image);
    const life = await rebuildOne(
      rollbackTask(current(), image),
      back,
      undefined,
      ports,
      follow(ports, keep)
    );
    keep(life);
    if (life.ending?.kind === 'cancelled') return add({ cancelled: true });
    if (life.ending?.kind !== 'rebuilt' && life.ending?.kind !== 'skipped') return;
    const instance: Instance | undefined = life.last?.instance;
    // The system put back may rightly show its old host keys, so none are forbidden to it.
    const gate = instance && (await passGate(request, instance, undefined, { ...ports, signal }));
    if (gate)
      add({ rollback: { imageId: image.id, life, health: gate.checked }, knownHosts: gate.knownHosts });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    add({ rollback: { imageId: wayBackId(current()), problem: `${describeFailure(error.failure)}.` } });
  }
}

/** Tells the log of every step of a life, and the observer of every new phase. */
function follow(ports: TargetPorts, keep: (life: Life) => void): LifeObserver {
  const { log, clock } = ports;
  const sinceMs = clock.nowMs();
  let spokeMs = sinceMs;
  return (before, now) => {
    const atMs = clock.nowMs();
    const lines = narrate(before, now, sinceMs);
    const isQuiet = lines.length === 0 && atMs - spokeMs >= heartbeatMs;
    for (const line of isQuiet ? [heartbeat(now, atMs, sinceMs)] : lines) log.info(line);
    if (isQuiet || lines.length > 0) spokeMs = atMs;
    if (before.phase !== now.phase && now.phase !== 'ended') keep(now);
  };
}
