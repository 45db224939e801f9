/** What can be told before anything is sent: whether the image fits, it is the right instance, a rollback is possible. */

import type { HealthCheck } from '../health/check.ts';
import { resolveChecks } from '../health/resolve-checks.ts';
import { customImageQuota } from '../images/backup.ts';
import { isSettled, statusKind } from '../model/bcc-status.ts';
import type { Image } from '../model/image.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import { quote } from '../quote.ts';
import { keepsLogin, type Task } from './decide.ts';
import type { Refusal } from './refusal.ts';

/** What a rollback would rebuild from: the image that the instance runs on now, or a backup of it. */
export type RollbackImage =
  | { readonly kind: 'notAsked' }
  | { readonly kind: 'backup' }
  | { readonly kind: 'image'; readonly image: Image }
  | { readonly kind: 'missing' };

/** What the rules look at; all of it was read before. */
export interface Circumstances {
  readonly confirmName?: string | undefined;
  /** All of them must pass afterwards; none where nobody asks for that. */
  readonly checks?: readonly HealthCheck[] | undefined;
  /** The load balancers that the run is to leave; none where nobody asks for that. */
  readonly blbIds?: readonly string[] | undefined;
  readonly rollbackImage: RollbackImage;
  /** How many more custom images the quota permits; only known where a backup is asked for. */
  readonly imagesLeft?: number | undefined;
}

/**
 * Everything that speaks against a rebuild, all at once. Where nothing is to be erased, only the wrong instance matters,
 * and a check that cannot be made.
 */
export function refusalsBefore(
  task: Task,
  instance: Instance,
  disk: SystemDisk | undefined,
  circumstances: Circumstances,
  mayErase: boolean
): readonly Refusal[] {
  const always = [
    ...nameRefusal(instance, circumstances.confirmName),
    ...healthRefusal(instance, circumstances.checks)
  ];
  if (!mayErase) return always;
  return [
    ...always,
    ...bareMetalRefusal(task.image, instance),
    ...fitRefusals(task, instance, disk),
    ...rollbackRefusal(task, instance, circumstances.rollbackImage),
    ...quotaRefusal(circumstances)
  ];
}

/** What a person should know, and what stops nothing. */
export function warningsBefore(task: Task, instance: Instance): readonly string[] {
  const warnings: string[] = [];
  if (task.image.status === 'Creating') {
    warnings.push('the image is Creating: a run that is not dry waits until it is Available');
  }
  if (statusKind(instance.status) === 'broken') {
    warnings.push('its status is Error: a rebuild often repairs that');
  }
  const { osType, osName } = task.image;
  const areKnown = osType !== '' && instance.osName !== '';
  if (areKnown && isWindows(osType) !== isWindows(instance.osName)) {
    warnings.push(`the operating system changes: ${instance.osName} → ${osName || osType}`);
  }
  return warnings;
}

function nameRefusal(instance: Instance, confirmName: string | undefined): readonly Refusal[] {
  // Nobody can see a blank at the end of a name, and the console shows none.
  if (confirmName === undefined || confirmName.trim() === instance.name.trim()) return [];
  const reason = `its name is ${quote(instance.name)}, and confirmName is ${quote(confirmName)}`;
  const remedy = 'Check instanceId; if it is the right one, type its name as confirmName.';
  return [{ reason, remedy }];
}

/**
 * BBC has an API of its own, and EBC instances keep their local data disks only with an option whose default
 * the sources tell in two ways (bce-sdk-go and bce-sdk-python, `isPreserveData`).
 */
function bareMetalRefusal(image: Image, instance: Instance): readonly Refusal[] {
  const evidence = [instance.spec, image.type].join(' ');
  const [family] = /\bebc|\b(?:gpu)?bbc/i.exec(evidence) ?? [];
  if (family === undefined) return [];
  const reason = `it is a bare-metal instance (${family.slice(-3).toUpperCase()}), whose rebuild has options about RAID and local data disks that this action does not set`;
  const remedy = 'Rebuild it in the console, where those options can be seen.';
  return [{ reason, remedy }];
}

function fitRefusals(task: Task, instance: Instance, disk: SystemDisk | undefined): readonly Refusal[] {
  const { image, loginKind } = task;
  const refusals: Refusal[] = [];
  if (loginKind === 'keypairId' && isWindows(image.osType)) {
    refusals.push({
      reason: 'keypairId works with Linux only, and the image is Windows',
      remedy: 'Give adminPass instead of keypairId.'
    });
  }
  const [wanted, present] = [familyOf(image.osArch), familyOf(instance.osArch)];
  if (wanted !== undefined && present !== undefined && wanted !== present) {
    refusals.push({
      reason: `the image is for ${image.osArch}, and the instance is ${instance.osArch}`,
      remedy: 'Give an image of the architecture of the instance.'
    });
  }
  if (disk !== undefined && image.minDiskGb > disk.sizeInGB) {
    refusals.push({
      reason: `the image needs a system disk of ${image.minDiskGb} GB, and the instance has ${disk.sizeInGB} GB`,
      remedy: 'Enlarge the system disk, or give a smaller image.'
    });
  }
  return refusals;
}

function isWindows(system: string): boolean {
  return /windows/i.test(system);
}

/** The texts differ (`amd64 (64bit)`, `x86_64`), so only the family counts; an unknown text fits everything. */
function familyOf(architecture: string): 'arm' | 'x86' | undefined {
  if (/arm|aarch/i.test(architecture)) return 'arm';
  return /x86|amd64|i[36]86/i.test(architecture) ? 'x86' : undefined;
}

function healthRefusal(instance: Instance, checks: readonly HealthCheck[] | undefined): readonly Refusal[] {
  const resolved = resolveChecks(checks ?? [], instance);
  if (resolved.ok) return [];
  const remedy = 'Give a healthCheck that can reach the instance.';
  return [{ reason: `healthCheck ${resolved.problem}`, remedy }];
}

function rollbackRefusal(task: Task, instance: Instance, rollbackImage: RollbackImage): readonly Refusal[] {
  const refuse = (why: string): readonly Refusal[] => [
    {
      reason: `rollback is asked for, and the image ${instance.imageId} that it runs on now ${why}`,
      remedy: 'Set backupImage: true, or leave rollback out.'
    }
  ];
  if (rollbackImage.kind === 'missing') return refuse('is no longer there');
  if (rollbackImage.kind !== 'image') return [];
  const { id, status } = rollbackImage.image;
  if (id === task.image.id) {
    // One that is changing may be on its way to the image by a run that was cut off; that is waited for.
    return isSettled(instance.status) ? refuse('is the very image that it is to be rebuilt from') : [];
  }
  if (status !== 'Available') return refuse(`is ${status}, not Available`);
  return task.loginKind === 'keepImageLogin' && !keepsLogin(rollbackImage.image)
    ? refuse('has no login of its own for keepImageLogin')
    : [];
}

function quotaRefusal({ imagesLeft }: Circumstances): readonly Refusal[] {
  if (imagesLeft === undefined || imagesLeft > 0) return [];
  const reason = `backupImage is asked for, and all ${customImageQuota} custom images that the quota permits are there`;
  const remedy = 'Delete a custom image that is not needed, or have the quota raised.';
  return [{ reason, remedy }];
}
