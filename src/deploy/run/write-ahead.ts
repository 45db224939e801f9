import type { Balancers } from '../../ports/balancers.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Journal } from '../../ports/journal.ts';

/** The ports of the calls that erase a disk or take an instance off its load balancers. */
export interface RiskyPorts {
  readonly bcc: Pick<Bcc, 'rebuild' | 'rebuildBatch'>;
  readonly balancers: Balancers;
}

/** The same ports; each risky call first writes down what the post step needs to know if this process is killed. */
export function writeAhead({ bcc, balancers }: RiskyPorts, journal: Journal): RiskyPorts {
  return {
    bcc: {
      async rebuild(...call) {
        journal.commit();
        return bcc.rebuild(...call);
      },
      async rebuildBatch(...call) {
        journal.commit();
        return bcc.rebuildBatch(...call);
      }
    },
    balancers: {
      listBackendServers: (...call) => balancers.listBackendServers(...call),
      async setWeights(...call) {
        journal.commit();
        return balancers.setWeights(...call);
      }
    }
  };
}
