import type { PublicOptions } from '../model/rebuild-spec.ts';
import { keepsLogin } from '../plan/decide.ts';
import { isUnsent } from '../rebuild/disk-state.ts';
import { isRolledBack } from '../run/instance-end.ts';
import {
  beforeRebuild,
  diskOf,
  type InstanceRun,
  lastSeen,
  previousImageId,
  usableBackup
} from '../run/instance-run.ts';

const adminPassLine = 'adminPass: ${{ secrets.BCC_ADMIN_PASS }}';

/**
 * The `with:` lines that bring back what an instance ran before; none where that runs still or again. A password is
 * named, never shown.
 */
export function restoreWithLines(run: InstanceRun, options: PublicOptions): readonly string[] {
  if (diskOf(run) === 'untouched' || isRolledBack(run)) return [];
  const { instance } = beforeRebuild(run);
  const isLoginKept = usableBackup(run) !== undefined || keepsLogin({ type: instance.imageType });
  // The script of this run is for the new image; the earlier one is no longer there.
  const script = options.script === 'given' ? ['cleanLastUserData: true'] : [];
  return [
    `instanceId: ${instance.id}`,
    `imageId: ${previousImageId(run)}`,
    loginLine(options, isLoginKept),
    ...script,
    ...(mightBeSkipped(run) ? ['force: true'] : [])
  ];
}

/**
 * Whether the lines alone could end as `skipped`: the instance shows that image already, or soon will, and what
 * runs on it is not what ran before.
 */
function mightBeSkipped(run: InstanceRun): boolean {
  const imageId = previousImageId(run);
  const rollback = run.rollback?.rebuild;
  const wasSent = rollback !== undefined && !isUnsent(rollback);
  return wasSent || imageId === run.target.task.image.id || imageId === lastSeen(run)?.instance.imageId;
}

function loginLine({ login }: PublicOptions, isLoginKept: boolean): string {
  switch (login.kind) {
    case 'adminPass':
      return adminPassLine;
    case 'keypairId':
      return `keypairId: ${login.keypairId}`;
    case 'keepImageLogin':
      // The earlier image may be a public one, which has no login of its own.
      return isLoginKept ? 'keepImageLogin: true' : adminPassLine;
  }
}
