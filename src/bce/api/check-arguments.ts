import type { Pool, Weight } from '../../core/model/backend-server.ts';
import { CallError } from '../../core/model/failure.ts';
import { maxIdsPerCall } from '../../core/model/limits.ts';
import type { RebuildSpec } from '../../core/model/rebuild-spec.ts';
import { encryptPassword, ShortSecretKeyError } from './encrypt-password.ts';

/**
 * The id, if it can stand in a path or filter a list. An empty one would turn the call into one about all things of
 * its kind, and a dot segment into one about another path. Throws a `CallError` of the kind `invalid`.
 */
export function checkedId(operation: string, id: string): string {
  if (id === '' || id === '.' || id === '..') {
    throw refused(operation, id, `"${id}" is no id, so nothing was sent`);
  }
  return id;
}

/**
 * The client token, if it can be one: 1 to 64 ASCII characters (BCE's common rules on idempotency). Without it a
 * repetition would not be known as one. Throws a `CallError` of the kind `invalid`.
 */
export function checkedToken(operation: string, target: string, token: string): string {
  if (!/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw refused(operation, target, 'a client token has 1 to 64 ASCII characters, so nothing was sent');
  }
  return token;
}

/**
 * The ids of one call, each once: at least `least`, and at most `maxIdsPerCall`. Throws a `CallError` of the kind
 * `invalid`.
 */
export function checkedIds(operation: string, ids: readonly string[], least: number): readonly string[] {
  const different = [...new Set(ids)];
  for (const id of different) {
    checkedId(operation, id);
  }
  if (different.length < least || different.length > maxIdsPerCall) {
    const message = `one call is for ${least} to ${maxIdsPerCall} instances, not ${different.length}, so nothing was sent`;
    throw refused(operation, '', message);
  }
  return different;
}

/** Refuses a pool that no path leads to. Throws a `CallError` of the kind `invalid`. */
export function checkPool(operation: string, { kind, blbId, groupId = '' }: Pool): void {
  checkedId(operation, blbId);
  if (kind === 'appblb') {
    checkedId(operation, groupId);
  }
}

/** Refuses a weight that is no whole number from 0 to 100. Throws a `CallError` of the kind `invalid`. */
export function checkWeights(operation: string, blbId: string, weights: readonly Weight[]): void {
  for (const { instanceId, weight } of weights) {
    checkedId(operation, instanceId);
    if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
      const message = `a weight of ${weight} for ${instanceId} is none from 0 to 100, so nothing was sent`;
      throw refused(operation, blbId, message);
    }
  }
}

/**
 * The spec's password as it is sent, or `undefined` where the spec has none. Throws a `CallError` of the kind
 * `invalid` for a secret key that is too short to encrypt with.
 */
export function encryptedPassword(
  operation: string,
  target: string,
  spec: RebuildSpec,
  secretAccessKey: string
): string | undefined {
  if (spec.login.kind !== 'adminPass') {
    return undefined;
  }
  try {
    return encryptPassword(spec.login.adminPass.reveal(), secretAccessKey);
  } catch (error) {
    if (error instanceof ShortSecretKeyError) {
      throw refused(operation, target, error.message, error);
    }
    throw error;
  }
}

function refused(operation: string, target: string, message: string, cause?: Error): CallError {
  return new CallError({ kind: 'invalid', operation, target, message, attempts: 0 }, { cause });
}
