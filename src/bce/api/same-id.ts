/** A record counts only if it has the ID that was asked for: another one's must never be taken for it. */
import type { Volume } from './decode.ts';
import { DecodeError } from './json-fields.ts';

/** The thing, which must have the ID that was asked for. Throws `DecodeError`. */
export function sameId<T extends { readonly id: string }>(thing: T, id: string): T {
  return oneOf(thing, [id]);
}

/** The thing, which must have one of the IDs that were asked for. Throws `DecodeError`. */
export function oneOf<T extends { readonly id: string }>(thing: T, ids: readonly string[]): T {
  if (!ids.includes(thing.id)) throw new DecodeError('it is about another ID than the one asked for');
  return thing;
}

/** The disk, which must be attached to the instance if it says what it is attached to. Throws `DecodeError`. */
export function attachedTo(volume: Volume, instanceId: string): Volume {
  const isOther = volume.attachedTo.length > 0 && !volume.attachedTo.includes(instanceId);
  if (isOther) throw new DecodeError('a disk is attached to another instance than the one asked for');
  return volume;
}
