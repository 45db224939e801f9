import type { RebuildSpec } from '../model/rebuild-spec.ts';
import { type InstanceRun, usableBackup } from '../run/instance-run.ts';

const adminPassLine = 'adminPass: ${{ secrets.BCC_ADMIN_PASS }}';

/** The `with:` lines that put an instance back onto what it ran before. A password is named, never shown. */
export function restoreWithLines(run: InstanceRun, order: RebuildSpec): readonly string[] {
  const { instance } = run.target;
  const backup = usableBackup(run);
  const imageId = backup ?? instance.imageId;
  // Back onto the image that it has now, only force rebuilds it.
  const force = imageId === order.imageId ? ['force: true'] : [];
  // The script of this run is for the new image; that of before is no longer there.
  const script = order.userData === undefined ? [] : ['cleanLastUserData: true'];
  return [
    `instanceId: ${instance.id}`,
    `imageId: ${imageId}`,
    loginLine(order, backup !== undefined || /custom|sharing/i.test(instance.imageType)),
    ...script,
    ...force
  ];
}

function loginLine({ login }: RebuildSpec, isCustom: boolean): string {
  switch (login.kind) {
    case 'adminPass':
      return adminPassLine;
    case 'keypairId':
      return `keypairId: ${login.keypairId}`;
    case 'keepImageLogin':
      // The image of before may be a public one, which has no login of its own.
      return isCustom ? 'keepImageLogin: true' : adminPassLine;
  }
}
