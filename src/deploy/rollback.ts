/** The way back: a rebuild onto the image of before, with the login that was asked for and the script of before. */

import type { Image } from '../core/model/image.ts';
import type { RebuildOrder } from '../core/model/order.ts';
import type { Task } from '../core/plan/decide.ts';
import { type Deed, usableBackup } from '../core/report/deed.ts';
import type { Bcc } from './ports.ts';

/** The image to go back to: the backup where one was made, else the one that the instance ran on. */
export function wayBackId(deed: Deed): string {
  return usableBackup(deed) ?? deed.target.instance.imageId;
}

/**
 * Reads the image to go back to.
 *
 * @throws CallError, CancelledError on abort
 */
export function readWayBack(deed: Deed, bcc: Bcc, signal: AbortSignal): Promise<Image> {
  return bcc.getImage(wayBackId(deed), signal);
}

/** The task of the rollback. What protected the instance before does not protect a failed system. */
export function rollbackTask(deed: Deed, image: Image): Task {
  return { ...deed.target.task, image, force: false, allowProtected: true, backup: false, wait: true };
}

/** The order of the rollback. */
export function rollbackOrder(deed: Deed, order: RebuildOrder, image: Image): RebuildOrder {
  const { oldUserData } = deed.target;
  const script = oldUserData ? { userData: oldUserData } : { cleanLastUserData: true };
  return { imageId: image.id, login: order.login, ...script };
}
