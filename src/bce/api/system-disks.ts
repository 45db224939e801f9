import { groupBy } from '../../core/group-by.ts';
import type { SystemDisk } from '../../core/model/instance.ts';
import type { Volume } from './decode.ts';

/** The one disk that is flagged as the system's; `undefined` where there is none, or more than one. */
export function systemDiskOf(volumes: readonly Volume[]): SystemDisk | undefined {
  const [disk, another] = volumes.filter(({ isSystemVolume }) => isSystemVolume);
  if (disk === undefined || another !== undefined) return undefined;
  const { isSystemVolume: _flag, attachedTo: _ids, ...systemDisk } = disk;
  return systemDisk;
}

/** The system disks by the id of their instance; one that `systemDiskOf` would not name is left out. */
export function systemDisksByInstance(volumes: readonly Volume[]): ReadonlyMap<string, SystemDisk> {
  // A disk may come twice where the list changed between two pages.
  const different = new Map(volumes.map((volume) => [volume.id, volume]));
  const attachments = [...different.values()].flatMap((disk) => disk.attachedTo.map((id) => ({ id, disk })));
  return new Map(
    [...groupBy(attachments, ({ id }) => id)].flatMap(([id, some]) => {
      const systemDisk = systemDiskOf(some.map(({ disk }) => disk));
      return systemDisk === undefined ? [] : [[id, systemDisk]];
    })
  );
}
