/**
 * The rebuild calls of a run. Rebuilds of one moment that ask for the same go out as one batch call. A rebuild that
 * is sent again goes alone, so that the reply is about this instance and nothing else.
 */

import { CallError } from '../../core/model/failure.ts';
import { maxIdsPerCall } from '../../core/model/limits.ts';
import type { RebuildSpec } from '../../core/model/rebuild-spec.ts';
import type { Task } from '../../core/plan/decide.ts';
import { mayBePartlyDone } from '../../core/rebuild/batch-refusal.ts';
import type { Accepted, Bcc } from '../../ports/bcc.ts';
import type { Cancel } from '../../ports/cancel.ts';
import type { Ports } from '../../ports/ports.ts';

/** Sends rebuilds. */
export interface Sender {
  /**
   * Accepted when it resolves; throws like `Bcc.rebuild`, and `RefusedTogetherError`.
   *
   * @param isAgain whether a rebuild of this instance was sent before
   * @param observedAtMs when the observation was sent that it was decided by; once it has aged, nothing leaves, and
   *   the call fails as `throttled`
   */
  rebuild(
    task: Pick<Task, 'instanceId' | 'image' | 'rollsBackFrom'>,
    isAgain: boolean,
    observedAtMs: number
  ): Promise<Accepted>;
}

/**
 * The service refused a batch. It may have carried out the rebuild for some of the instances all the same, so each
 * of them must be observed before anything is sent again.
 */
export class RefusedTogetherError extends CallError {
  override name = 'RefusedTogetherError';
}

/** What the sender needs of the world. */
export interface SenderPorts extends Pick<Ports, 'clock' | 'cancel' | 'secrets'> {
  readonly bcc: Pick<Bcc, 'rebuild' | 'rebuildBatch'>;
}

/** A rebuild is sent within this time of its observation, in milliseconds. */
const freshMs = 10_000;

interface PendingRebuild {
  readonly observedAtMs: number;
  readonly instanceId: string;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: unknown) => void;
}

/** A sender for one run. */
export function createSender(ports: SenderPorts): Sender {
  const { bcc, clock, cancel, secrets } = ports;
  const waiting = new Map<RebuildSpec, PendingRebuild[]>();
  // The policy may permit only single calls, so later rebuilds do not run into the same refusal.
  let isBatchDenied = false;

  const post = async (spec: RebuildSpec): Promise<void> => {
    const pendings = waiting.get(spec) ?? [];
    try {
      // Wait one tick, so that this tick's rebuilds join the batch.
      await clock.sleep(0, cancel.signal);
    } catch (error) {
      for (const { reject } of pendings) reject(error);
      return;
    } finally {
      waiting.delete(spec);
    }
    const fresh = pendings.filter((pending) => !refuseAged(pending));
    const size = isBatchDenied ? 1 : maxIdsPerCall;
    for (let from = 0; from < fresh.length; from += size) {
      void sendTogether(fresh.slice(from, from + size), spec, bcc, cancel).then((end) => {
        isBatchDenied ||= end === 'denied';
      });
    }
  };
  /** Whether its observation has aged; then it is told so. */
  const refuseAged = ({ instanceId, observedAtMs, reject }: PendingRebuild): boolean => {
    const isAged = clock.nowMs() - observedAtMs > freshMs;
    if (isAged) reject(aged(instanceId));
    return isAged;
  };

  return {
    rebuild({ instanceId, image, rollsBackFrom }, isAgain, observedAtMs) {
      if (clock.nowMs() - observedAtMs > freshMs) return Promise.reject(aged(instanceId));
      const spec = secrets.specOf(
        instanceId,
        image.id,
        rollsBackFrom === undefined ? 'asRequested' : 'previous'
      );
      const expiresAtMs = observedAtMs + freshMs;
      if (isAgain) return bcc.rebuild(instanceId, spec, cancel.writes, { start: cancel.signal, expiresAtMs });
      return new Promise((resolve, reject) => {
        const pending = { instanceId, observedAtMs, resolve, reject };
        const others = waiting.get(spec);
        if (others !== undefined) {
          others.push(pending);
          return;
        }
        waiting.set(spec, [pending]);
        void post(spec);
      });
    }
  };
}

function aged(instanceId: string): CallError {
  return new CallError({
    kind: 'throttled',
    operation: 'RebuildInstance',
    target: instanceId,
    message: `it was observed more than ${freshMs / 1000} s before, so it is observed again`,
    attempts: 0
  });
}

/** Settles every pending rebuild; never rejects. Resolves with `denied` where the service denied the batch. */
async function sendTogether(
  pendings: readonly PendingRebuild[],
  spec: RebuildSpec,
  bcc: SenderPorts['bcc'],
  cancel: Cancel
): Promise<'denied' | undefined> {
  const expiresAtMs = Math.min(...pendings.map(({ observedAtMs }) => observedAtMs)) + freshMs;
  const options = { start: cancel.signal, expiresAtMs };
  const alone = ({ instanceId, resolve, reject }: PendingRebuild): Promise<void> =>
    bcc.rebuild(instanceId, spec, cancel.writes, options).then(resolve, reject);
  if (pendings.length === 1) {
    await Promise.all(pendings.map(alone));
    return undefined;
  }
  const ids = pendings.map(({ instanceId }) => instanceId);
  try {
    const accepted = await bcc.rebuildBatch(ids, spec, cancel.writes, options);
    for (const { resolve } of pendings) resolve(accepted);
  } catch (error) {
    for (const { instanceId, reject } of pendings) {
      reject(error instanceof CallError ? failureOfMember(error, instanceId, pendings.length) : error);
    }
    return error instanceof CallError && error.failure.kind === 'denied' ? 'denied' : undefined;
  }
  return undefined;
}

/** What the failure of a batch means for one of its instances. */
function failureOfMember(error: CallError, instanceId: string, count: number): CallError {
  const { failure } = error;
  const together = `${failure.message} (one call for ${count} instances)`;
  const own = { ...failure, target: instanceId, message: together };
  // A lost answer is searched for in the same way, whether it was for one or for several.
  const isRefusal = failure.kind !== 'ambiguous' && mayBePartlyDone(failure);
  return isRefusal ? new RefusedTogetherError(own, { cause: error }) : new CallError(own, { cause: error });
}
