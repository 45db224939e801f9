/**
 * The rebuild calls of a run. Rebuilds of one moment that ask for the same go out as one batch call. A rebuild that
 * is sent again goes alone, so that the reply is about this instance and nothing else.
 */

import { CallError } from '../../core/model/failure.ts';
import { maxIdsPerCall, pagesOf } from '../../core/model/limits.ts';
import type { RebuildSpec } from '../../core/model/rebuild-spec.ts';
import type { Task } from '../../core/plan/decide.ts';
import { mayBePartlyDone } from '../../core/rebuild/batch-refusal.ts';
import type { Accepted, Bcc } from '../../ports/bcc.ts';
import type { Ports } from '../../ports/ports.ts';

/** Sends rebuilds. */
export interface Sender {
  /**
   * Accepted when it resolves; throws like `Bcc.rebuild`, and `RefusedTogetherError`.
   *
   * @param isAgain whether a rebuild of this instance was sent before
   * @param observedAtMs when the observation was sent that it was decided by; once it has aged, nothing leaves, and
   *   the call fails as `throttled`
   * @param stop once it aborts, what has not left yet never does; the same for all of one spec
   */
  rebuild(
    task: Pick<Task, 'instanceId' | 'image' | 'rollsBackFrom'>,
    isAgain: boolean,
    observedAtMs: number,
    stop: AbortSignal
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
  readonly bcc: Pick<Bcc, 'rebuild'>;
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
export function createSender({ bcc, clock, cancel, secrets }: SenderPorts): Sender {
  const waiting = new Map<RebuildSpec, PendingRebuild[]>();
  // The policy may permit only single calls, so later rebuilds do not run into the same refusal.
  let isBatchDenied = false;

  /** Settles every one of them; never rejects. */
  const send = async (pendings: readonly PendingRebuild[], spec: RebuildSpec, start: AbortSignal) => {
    const ids = pendings.map(({ instanceId }) => instanceId);
    const expiresAtMs = Math.min(...pendings.map(({ observedAtMs }) => observedAtMs)) + freshMs;
    try {
      const accepted = await bcc.rebuild(ids, spec, cancel.writes, { start, expiresAtMs });
      for (const { resolve } of pendings) resolve(accepted);
    } catch (error) {
      const isBatch = error instanceof CallError && ids.length > 1;
      isBatchDenied ||= isBatch && error.failure.kind === 'denied';
      for (const { instanceId, reject } of pendings) {
        reject(isBatch ? failureOfMember(error, instanceId, ids.length) : error);
      }
    }
  };
  /** Whether its observation is still fresh; otherwise it is told so. */
  const isFresh = ({ instanceId, observedAtMs, reject }: PendingRebuild): boolean => {
    const isAged = clock.nowMs() - observedAtMs > freshMs;
    if (isAged) reject(aged(instanceId));
    return !isAged;
  };
  const sendWaiting = async (spec: RebuildSpec, stop: AbortSignal): Promise<void> => {
    const pendings = waiting.get(spec) ?? [];
    try {
      // Wait one tick, so that this tick's rebuilds join the batch.
      await clock.sleep(0, stop);
    } catch (error) {
      for (const { reject } of pendings) reject(error);
      return;
    } finally {
      waiting.delete(spec);
    }
    const pages = pagesOf(pendings.filter(isFresh), isBatchDenied ? 1 : maxIdsPerCall);
    for (const page of pages) void send(page, spec, stop);
  };

  return {
    rebuild: ({ instanceId, image, rollsBackFrom }, isAgain, observedAtMs, stop) =>
      new Promise((resolve, reject) => {
        const pending = { instanceId, observedAtMs, resolve, reject };
        if (!isFresh(pending)) return;
        const script = rollsBackFrom === undefined ? 'asRequested' : 'previous';
        const spec = secrets.specOf(instanceId, image.id, script);
        const others = waiting.get(spec);
        if (isAgain) void send([pending], spec, stop);
        else if (others !== undefined) others.push(pending);
        else {
          waiting.set(spec, [pending]);
          void sendWaiting(spec, stop);
        }
      })
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

/** What the failure of a batch means for one of its instances. */
function failureOfMember(error: CallError, instanceId: string, count: number): CallError {
  const { failure } = error;
  const together = `${failure.message} (one call for ${count} instances)`;
  const own = { ...failure, target: instanceId, message: together };
  // A lost answer is searched for in the same way, whether it was for one or for several.
  const isRefusal = failure.kind !== 'ambiguous' && mayBePartlyDone(failure);
  return isRefusal ? new RefusedTogetherError(own, { cause: error }) : new CallError(own, { cause: error });
}
