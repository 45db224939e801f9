/** A plan as the log shows it: what is erased, what stays, how one logs in afterwards. */
import { describeRefusals } from './explain.ts';
import type { Image } from './image.ts';
import type { RebuildOrder } from './order.ts';
import type { Plan, PlannedTarget } from './plan.ts';

/** The lines of the plan. They hold no secret: a login is named by its kind. */
export function planLines(plan: Plan): readonly string[] {
  return [`Image: ${imageLabel(plan.image)}`, ...plan.targets.flatMap((target) => targetLines(plan, target))];
}

/** The name of an image for people: id, name and system. */
export function imageLabel(image: Image): string {
  const system = [image.osName, image.osVersion, image.osArch].filter((part) => part !== '').join(' ');
  const facts = [image.name, system, image.createTime === '' ? '' : `created ${image.createTime}`];
  const known = facts.filter((fact) => fact !== '').join(', ');
  return known === '' ? image.id : `${image.id} (${known})`;
}

/** What the run does with the target, in a few words. */
export function decisionLabel(target: PlannedTarget): string {
  const { decision, instance } = target;
  switch (decision.action) {
    case 'rebuild':
      return 'rebuild: erases the system disk';
    case 'skip':
      return 'skip: it runs on the image already';
    case 'start':
      return 'start: it is on the image already, and Stopped';
    case 'wait':
      return `wait: its status is ${instance.status}; decide when it rests`;
    case 'refuse':
      return `refuse: ${describeRefusals(decision.refusals)}`;
  }
}

/** How one logs in after the rebuild. */
export function loginLabel(order: RebuildOrder): string {
  switch (order.login.kind) {
    case 'adminPass':
      return 'with the password given as adminPass';
    case 'keypairId':
      return `with the key pair ${order.login.keypairId}`;
    case 'keepImageLogin':
      return 'as the image says (keepImageLogin)';
  }
}

/** Which first-boot script runs. */
export function userDataLabel(order: RebuildOrder): string {
  if (order.userData !== undefined) return 'the script given as userData runs at first boot';
  return order.cleanLastUserData === true
    ? 'no script runs: the one of before is cleared'
    : 'a script of before, if there was one, runs again';
}

/** What a rebuild of the target erases. */
export function erasedLabel(target: PlannedTarget): string {
  const { disk, snapshots } = target;
  if (disk === undefined) return 'the system disk (the API shows no details of it)';
  const what = `system disk ${disk.id}, ${disk.sizeInGB} GB`;
  if (snapshots.length === 0) return `${what}; it has no snapshots`;
  const named = snapshots.map((snapshot) => `${snapshot.name} (${snapshot.id}, ${snapshot.createTime})`);
  return `${what}, and its snapshots: ${named.join(', ')}`;
}

function targetLines(plan: Plan, target: PlannedTarget): string[] {
  const { instance, decision } = target;
  const name = instance.name === '' ? '' : ` "${instance.name}"`;
  const lines = [
    `${instance.id}${name}: ${decisionLabel(target)}`,
    `  now    ${instance.status}, image ${instance.imageId} ${instance.imageName}`.trimEnd()
  ];
  if (decision.action !== 'rebuild' && decision.action !== 'wait') return lines;
  return [
    ...lines,
    `  then   image ${plan.image.id} ${plan.image.name}`.trimEnd(),
    `  erased ${erasedLabel(target)}`,
    '  stays  data disks, IP addresses, custom images',
    `  login  ${loginLabel(plan.order)}`,
    `  script ${userDataLabel(plan.order)}`
  ];
}
