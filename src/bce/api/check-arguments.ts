import type { Weight } from '../../core/model/backend-server.ts';
import { CallError } from '../../core/model/failure.ts';
import { maxIdsPerCall } from '../../core/model/limits.ts';

/**
 * Refuses an id that cannot stand in a path or filter a list. An empty one would turn the call into one about all things
 * of its kind, and a dot segment into one about another path. Throws a `CallError` of the kind `invalid`.
 */
export function checkId(operation: string, id: string): void {
  if (id === '' || id === '.' || id === '..') {
    throw invalidCall(operation, id, `"${id}" is no id, so nothing was sent`);
  }
}

/**
 * The name of an operation, and as its target the id of what it works on; several where that is a part of another.
 * Throws a `CallError` of the kind `invalid` for an id that is none.
 */
export function callOn(name: string, ...ids: readonly string[]) {
  for (const id of ids) checkId(name, id);
  return { name, target: ids.join('/') };
}

/** The ids of one call, each once: from 1 to `maxIdsPerCall`. Throws a `CallError` of the kind `invalid`. */
export function checkedIds(operation: string, ids: readonly string[]): readonly string[] {
  const different = [...new Set(ids)];
  for (const id of different) checkId(operation, id);
  if (different.length < 1 || different.length > maxIdsPerCall) {
    const message = `one call is for 1 to ${maxIdsPerCall} instances, not ${different.length}, so nothing was sent`;
    throw invalidCall(operation, '', message);
  }
  return different;
}

/** A batch as an error names it: by its ids as long as they are few. */
export function batchName(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids.length} instances`;
}

/** Refuses a weight that is no whole number from 0 to 100. Throws a `CallError` of the kind `invalid`. */
export function checkWeights(operation: string, blbId: string, weights: readonly Weight[]): void {
  for (const { instanceId, weight } of weights) {
    checkId(operation, instanceId);
    if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
      const message = `a weight of ${weight} for ${instanceId} is none from 0 to 100, so nothing was sent`;
      throw invalidCall(operation, blbId, message);
    }
  }
}

/** The failure of a call that was not sent because its arguments are wrong. */
export function invalidCall(operation: string, target: string, message: string): CallError {
  return new CallError({ kind: 'invalid', operation, target, message, attempts: 0 });
}
