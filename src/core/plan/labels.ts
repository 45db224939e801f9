/** The parts of a plan in words, as the log, the summary and `result` show them. */
import { describeCheck, type ResolvedCheck } from '../health/check.ts';
import { resolveChecks } from '../health/resolve-checks.ts';
import { joined } from '../listed.ts';
import type { Image } from '../model/image.ts';
import type { PublicOptions } from '../model/rebuild-spec.ts';
import type { PlannedTarget } from './plan.ts';
import { describeRefusals } from './refusal.ts';

/** The name of an image for people: id, name and system. */
export function imageLabel(image: Image): string {
  const created = image.createTime === '' ? '' : `created ${image.createTime}`;
  const known = joined([image.name, systemLabel(image), created], ', ');
  return known === '' ? image.id : `${image.id} (${known})`;
}

/** What the run does with the target, in a few words. */
export function decisionLabel(target: PlannedTarget): string {
  const { decision, instance } = target;
  switch (decision.action) {
    case 'rebuild':
      return 'rebuild: erases the system disk';
    case 'skip':
      return 'skip: it already runs on the image';
    case 'start':
      return 'start: it is already on the image, but Stopped';
    case 'wait':
      return `wait: its status is ${instance.status}; decide when the change has ended`;
    case 'refuse':
      return `refuse: ${describeRefusals(decision.refusals)}`;
  }
}

/** How to log in after the rebuild. */
export function loginLabel({ login }: PublicOptions): string {
  switch (login.kind) {
    case 'adminPass':
      return 'with the password given as adminPass';
    case 'keypairId':
      return `with the key pair ${login.keypairId}`;
    case 'keepImageLogin':
      return 'as stored in the image (keepImageLogin)';
  }
}

/** Which first-boot script runs. */
export function scriptLabel({ script }: PublicOptions): string {
  switch (script) {
    case 'given':
      return 'the script given as userData runs at first boot';
    case 'cleared':
      return 'no script runs: the earlier one is cleared';
    case 'kept':
      return 'the earlier script, if there is one, runs again';
  }
}

/** What is erased where a change is under way: the disk of now may be the new one of somebody's rebuild. */
export const erasedAfterWait =
  'the system disk that it has when the change has ended, unless that was a rebuild onto the image';

/** What a rebuild of the target erases. */
export function erasedLabel(target: PlannedTarget): string {
  const { disk, snapshots, decision } = target;
  if (decision.action === 'wait') return erasedAfterWait;
  if (disk === undefined) return 'the system disk (the API shows no details of it)';
  const what = `system disk ${disk.id}, ${disk.sizeInGB} GB`;
  if (target.snapshotsProblem !== undefined) return `${what}, and its snapshots, which could not be read`;
  if (snapshots.length === 0) return `${what}; it has no snapshots`;
  const named = snapshots.map((snapshot) => `${snapshot.name} (${snapshot.id}, ${snapshot.createTime})`);
  return `${what}, and its snapshots: ${named.join(', ')}`;
}

/** What else is done with the target before and after: backup, health check, rollback. */
export function stepLabels({ instance, circumstances, backendServers }: PlannedTarget): readonly string[] {
  const { checks = [], imagesLeft, rollbackImage } = circumstances;
  const resolved = resolveChecks(checks, instance);
  const tests = resolved.ok ? resolved.checks.map(describeStep) : [];
  const own = (backendServers ?? []).filter(({ weight }) => weight > 0);
  const where = own.map(({ blbId, weight }) => `${blbId} (weight ${weight})`).join(', ');
  const steps = [
    imagesLeft === undefined ? '' : 'a custom image of the system disk is made first',
    tests.length === 0 ? '' : `${tests.join(' and ')} must pass before it counts as done`,
    where === '' ? '' : `its weight is set to 0 first, and restored once it is healthy: ${where}`,
    rollbackImage.kind === 'backup' ? 'if it fails, it is rolled back to the image made first' : '',
    rollbackImage.kind === 'image' ? `if it fails, it is rolled back to ${rollbackImage.image.id}` : ''
  ];
  return steps.filter((step) => step !== '');
}

/** The texts that are in every list. */
export function commonOf([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((text) => others.every((list) => list.includes(text)));
}

function describeStep(check: ResolvedCheck): string {
  return check.kind === 'guestScript' ? `guestScript (as ${check.user})` : describeCheck(check);
}

/** Where the instance is and what it runs, as far as is known. */
export function currentLabel(target: PlannedTarget): string {
  return currentFacts(target).join(', ');
}

/** The same, fact by fact: status, zone, specification and image. */
export function currentFacts({ instance }: PlannedTarget): readonly string[] {
  const { status, zoneName, spec, imageId, imageName } = instance;
  const system = systemLabel(instance);
  const image = joined([`image ${imageId}`, imageName, system === '' ? '' : `(${system})`], ' ');
  return [status, zoneName, spec, image].filter((fact) => fact !== '');
}

function systemLabel({ osName, osVersion, osArch }: Pick<Image, 'osName' | 'osVersion' | 'osArch'>): string {
  return joined([osName, osVersion, osArch], ' ');
}
