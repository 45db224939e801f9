/**
 * The rebuild calls of a run. Those of one moment that ask for the same go out as one call; one that has to be
 * sent again goes alone, so that what the service says of it is about it and nothing else.
 */
import { CallError } from '../../core/model/failure.ts';
import type { RebuildSpec } from '../../core/model/rebuild-spec.ts';
import type { Accepted, Bcc } from '../../ports/bcc.ts';
import type { Cancel } from '../../ports/cancel.ts';
import type { Clock } from '../../ports/clock.ts';
import { pageOfIds } from '../calls/read-many.ts';

/** Sends rebuilds. */
export interface Sender {
  /**
   * Accepted when it resolves; throws like `Bcc.rebuild`, and `RefusedTogetherError`.
   *
   * @param isAgain whether this instance was sent before in this life
   */
  rebuild(instanceId: string, order: RebuildSpec, isAgain: boolean): Promise<Accepted>;
}

/**
 * A call for several instances was refused. The refusal may be about any of them, and nobody knows whether the
 * others were taken all the same, so for each of them looking has to tell.
 */
export class RefusedTogetherError extends CallError {
  override name = 'RefusedTogetherError';
}

/** What the sender needs of the world. */
export interface SenderPorts {
  readonly bcc: Pick<Bcc, 'rebuild' | 'rebuildBatch'>;
  readonly clock: Clock;
  readonly cancel: Cancel;
}

interface PendingRebuild {
  readonly instanceId: string;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: unknown) => void;
}

/** A sender for one run. */
export function createSender(ports: SenderPorts): Sender {
  const { bcc, clock, cancel } = ports;
  const waiting = new Map<string, PendingRebuild[]>();

  const post = async (order: RebuildSpec, key: string): Promise<void> => {
    const pendings = waiting.get(key) ?? [];
    try {
      // All that are decided by the looks of one tick have come by then.
      await clock.sleep(0, cancel.signal);
    } catch (error) {
      for (const { reject } of pendings) reject(error);
      return;
    } finally {
      waiting.delete(key);
    }
    for (let from = 0; from < pendings.length; from += pageOfIds) {
      void sendTogether(pendings.slice(from, from + pageOfIds), order, bcc, cancel);
    }
  };

  return {
    rebuild(instanceId, order, isAgain) {
      if (isAgain) return bcc.rebuild(instanceId, order, cancel.writes, cancel.signal);
      return new Promise((resolve, reject) => {
        const pending = { instanceId, resolve, reject };
        const key = JSON.stringify(order);
        const others = waiting.get(key);
        if (others !== undefined) {
          others.push(pending);
          return;
        }
        waiting.set(key, [pending]);
        void post(order, key);
      });
    }
  };
}

/** Settles every letter; never rejects. */
async function sendTogether(
  pendings: readonly PendingRebuild[],
  order: RebuildSpec,
  bcc: SenderPorts['bcc'],
  cancel: Cancel
): Promise<void> {
  const alone = ({ instanceId, resolve, reject }: PendingRebuild): Promise<void> =>
    bcc.rebuild(instanceId, order, cancel.writes, cancel.signal).then(resolve, reject);
  if (pendings.length === 1) {
    await Promise.all(pendings.map(alone));
    return;
  }
  const ids = pendings.map(({ instanceId }) => instanceId);
  try {
    const accepted = await bcc.rebuildBatch(ids, order, cancel.writes, cancel.signal);
    for (const { resolve } of pendings) resolve(accepted);
  } catch (error) {
    const isDenied = error instanceof CallError && error.failure.kind === 'denied';
    if (isDenied && !cancel.signal.aborted) {
      // Nothing was done. Who may not make this call may still be allowed the single one, or some of them.
      await Promise.all(pendings.map(alone));
      return;
    }
    for (const { instanceId, reject } of pendings) {
      reject(error instanceof CallError ? ofOne(error, instanceId, pendings.length) : error);
    }
  }
}

/** What the failure of a call for several means for one of them. */
function ofOne(error: CallError, instanceId: string, count: number): CallError {
  const { failure } = error;
  const together = `${failure.message} (one call for ${count} instances)`;
  const own = { ...failure, target: instanceId, message: together };
  const isRefusal = ['conflict', 'notFound', 'invalid'].includes(failure.kind);
  return isRefusal ? new RefusedTogetherError(own, { cause: error }) : new CallError(own, { cause: error });
}
