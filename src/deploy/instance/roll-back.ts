/** The way back: a rebuild onto the image of before, with the login that was asked for and the script of before. */

import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import type { RebuildOrder } from '../../core/model/rebuild-spec.ts';
import type { Task } from '../../core/plan/decide.ts';
import type { Life } from '../../core/rebuild/rebuild-state.ts';
import { type Deed, isWell, mayRejoin, usableBackup } from '../../core/run/instance-run.ts';
import { openHolds } from '../../core/balancers/held-weights.ts';
import type { RunRequest } from '../../ports/request.ts';
import { follow } from '../rebuild/rebuild-log.ts';
import { passGate } from '../health/gate.ts';
import { rebuildOne } from '../rebuild/rebuild.ts';
import {
  type DeedObserver,
  type Doing,
  preparations,
  rejoin,
  type TargetPorts,
  untilCancelled
} from './run-instance.ts';

/**
 * Puts one target back and resolves with the whole deed, however that ended.
 *
 * @throws only a fault of the program
 */
export async function goBack(
  deed: Deed,
  order: RebuildOrder,
  request: RunRequest,
  ports: TargetPorts,
  observe: DeedObserver
): Promise<Deed> {
  const why = isWell(deed) ? 'the rollout has stopped' : 'the new system is not well';
  ports.log.warning(`${deed.target.instance.id}: ${why}; going back to the image of before`);
  return untilCancelled(deed, ports, observe, async (doing) => {
    try {
      await putBack(deed, order, request, ports, doing);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      doing.add({
        rollback: { imageId: wayBackId(deed), problem: `${describeFailure(error.failure)}.` }
      });
    }
    if (mayRejoin(doing.current())) await rejoin(doing, ports);
  });
}

async function putBack(
  deed: Deed,
  order: RebuildOrder,
  request: RunRequest,
  ports: TargetPorts,
  doing: Doing
): Promise<void> {
  const signal = ports.cancel.signal;
  const image = await ports.bcc.getImage(wayBackId(deed), signal);
  const keep = (life: Life): void => doing.add({ rollback: { imageId: image.id, life } });
  const life = await rebuildOne(
    rollbackTask(deed, image),
    rollbackOrder(deed, order, image),
    undefined,
    ports,
    follow(ports, keep),
    preparations(deed.target, ports, doing)
  );
  keep(life);
  if (life.ending?.kind === 'cancelled') return doing.add({ cancelled: true });
  if (life.ending?.kind !== 'rebuilt' && life.ending?.kind !== 'skipped') return;
  // The system put back may rightly show its old host keys, so none are forbidden to it.
  const gate = life.last && (await passGate(request, life.last.instance, undefined, { ...ports, signal }));
  if (gate)
    doing.add({ rollback: { imageId: image.id, life, health: gate.checked }, knownHosts: gate.knownHosts });
}

/** The image to go back to: the backup where one was made, else the one that the instance ran on. */
function wayBackId(deed: Deed): string {
  return usableBackup(deed) ?? deed.target.instance.imageId;
}

/**
 * The task of the rollback. What protected the instance before does not protect a failed system, and one that is
 * still away from its load balancers need not leave them again.
 */
function rollbackTask(deed: Deed, image: Image): Task {
  const { task } = deed.target;
  const drain = task.drain && openHolds(deed.holds).length === 0;
  return { ...task, image, force: false, allowProtected: true, backup: false, drain, wait: true };
}

function rollbackOrder(deed: Deed, order: RebuildOrder, image: Image): RebuildOrder {
  const { oldUserData } = deed.target;
  const script = oldUserData ? { userData: oldUserData } : { cleanLastUserData: true };
  return { imageId: image.id, login: order.login, ...script };
}
