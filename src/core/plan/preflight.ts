/** What can be told before anything is sent: does the image fit, is it the right instance, is there an image to roll back to. */

import type { HealthCheck } from '../health/check.ts';
import { resolveChecks } from '../health/resolve-checks.ts';
import { isSettled, statusKind } from '../model/bcc-status.ts';
import type { Image } from '../model/image.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { Task } from './decide.ts';
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

/** Everything that speaks against a rebuild, all at once. */
export function refusalsBefore(
  task: Task,
  instance: Instance,
  disk: SystemDisk | undefined,
  circumstances: Circumstances
): readonly Refusal[] {
  return [
    ...nameRefusal(instance, circumstances.confirmName),
    ...bareMetalRefusal(task.image, instance),
    ...fitRefusals(task, instance, disk),
    ...healthRefusal(instance, circumstances.checks),
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
  if (
    isWindows(task.image.osType) !== isWindows(instance.osName) &&
    task.image.osType !== '' &&
    instance.osName !== ''
  ) {
    warnings.push(
      `the operating system changes: ${instance.osName} → ${task.image.osName || task.image.osType}`
    );
  }
  return warnings;
}

function nameRefusal(instance: Instance, confirmName: string | undefined): readonly Refusal[] {
  // Nobody can see a blank at the end of a name, and the console shows none.
  if (confirmName === undefined || confirmName.trim() === instance.name.trim()) return [];
  return [{ kind: 'otherName', name: instance.name, confirmName }];
}

/**
 * BBC has an API of its own, and EBC instances keep their local data disks only with an option whose default
 * the sources tell in two ways (bce-sdk-go and bce-sdk-python, `isPreserveData`).
 */
function bareMetalRefusal(image: Image, instance: Instance): readonly Refusal[] {
  const evidence = [instance.spec, image.type].join(' ');
  if (/\bebc/i.test(evidence)) return [{ kind: 'bareMetal', family: 'EBC' }];
  return /\b(gpu)?bbc/i.test(evidence) ? [{ kind: 'bareMetal', family: 'BBC' }] : [];
}

function fitRefusals(task: Task, instance: Instance, disk: SystemDisk | undefined): readonly Refusal[] {
  const { image, loginKind } = task;
  const refusals: Refusal[] = [];
  if (loginKind === 'keypairId' && isWindows(image.osType)) refusals.push({ kind: 'noKeypairForWindows' });
  const [wanted, present] = [familyOf(image.osArch), familyOf(instance.osArch)];
  if (wanted !== undefined && present !== undefined && wanted !== present) {
    refusals.push({ kind: 'otherArchitecture', image: image.osArch, instance: instance.osArch });
  }
  if (disk !== undefined && image.minDiskGb > disk.sizeInGB) {
    refusals.push({ kind: 'diskTooSmall', needsGb: image.minDiskGb, hasGb: disk.sizeInGB });
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
  return resolved.ok ? [] : [{ kind: 'noHealthTarget', problem: resolved.problem }];
}

function rollbackRefusal(task: Task, instance: Instance, rollbackImage: RollbackImage): readonly Refusal[] {
  const refuse = (why: string): readonly Refusal[] => [
    { kind: 'noRollbackImage', imageId: instance.imageId, why }
  ];
  if (rollbackImage.kind === 'missing') return refuse('is no longer there');
  if (rollbackImage.kind !== 'image') return [];
  const { id, status, type } = rollbackImage.image;
  if (id === task.image.id) {
    // One that is changing may be on its way to the image by a run that was cut off; that is waited for.
    return isSettled(instance.status) ? refuse('is the very image that it is to be rebuilt from') : [];
  }
  if (status !== 'Available') return refuse(`is ${status}, not Available`);
  const isSystem = type !== '' && !/custom|sharing/i.test(type);
  return task.loginKind === 'keepImageLogin' && isSystem
    ? refuse('has no login of its own for keepImageLogin')
    : [];
}

function quotaRefusal({ imagesLeft }: Circumstances): readonly Refusal[] {
  return imagesLeft === undefined || imagesLeft > 0 ? [] : [{ kind: 'noImageQuota' }];
}
