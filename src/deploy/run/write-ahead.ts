import { updateName } from '../../core/model/backend-server.ts';
import { CallError } from '../../core/model/failure.ts';
import type { Balancers } from '../../ports/balancers.ts';
import type { Bcc } from '../../ports/bcc.ts';
import { type Journal, JournalError } from '../../ports/journal.ts';

/** The ports of the calls that erase a disk or take an instance off its load balancers. */
export interface RiskyPorts {
  readonly bcc: Pick<Bcc, 'rebuild'>;
  readonly balancers: Balancers;
}

/**
 * The same ports; each risky call first writes down what the post step needs to know if this process is killed. Where
 * that cannot be written, the call fails as `unsent`, so that its instance is reported like any other that failed. A
 * weight is restored all the same: at worst the post step sets it to the same value once more.
 */
export function writeAhead({ bcc, balancers }: RiskyPorts, journal: Journal): RiskyPorts {
  return {
    bcc: {
      async rebuild(...call) {
        const [ids] = call;
        commit(journal, ids.length > 1 ? 'RebuildBatchInstance' : 'RebuildInstance', ids.join(', '));
        return bcc.rebuild(...call);
      }
    },
    balancers: {
      listBackendServers: (...call) => balancers.listBackendServers(...call),
      async setWeights(...call) {
        const [pool, weights] = call;
        try {
          commit(journal, updateName(pool), pool.blbId);
        } catch (error) {
          if (!(error instanceof CallError) || weights.some(({ weight }) => weight === 0)) throw error;
        }
        return balancers.setWeights(...call);
      }
    }
  };
}

function commit(journal: Journal, operation: string, target: string): void {
  try {
    journal.commit();
  } catch (cause) {
    if (!(cause instanceof JournalError)) throw cause;
    throw new CallError(
      { kind: 'unsent', operation, target, message: cause.message, attempts: 0 },
      { cause }
    );
  }
}
