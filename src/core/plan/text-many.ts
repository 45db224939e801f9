/** The plan of many targets: what is the same for all of them is told once, and each has a line of its own. */
import { erases } from './decide.ts';
import type { Plan, PlannedTarget } from './plan.ts';
import { currentLabel, decisionLabel, erasedLabel, loginLabel, scriptLabel, stepLabels } from './text.ts';

/** The lines, after the image and the rollout. */
export function manyLines(plan: Plan): readonly string[] {
  const erased = plan.targets.filter(({ decision }) => erases(decision));
  const steps = erased.map(stepLabels);
  const common = (steps[0] ?? []).filter((step) => steps.every((others) => others.includes(step)));
  return [
    '  keeps  data disks, IP addresses, custom images',
    `  login  ${loginLabel(plan.options)}`,
    `  script ${scriptLabel(plan.options)}`,
    ...common.map((step) => `  also   ${step}`),
    ...plan.targets.flatMap((target) => targetLines(target, common))
  ];
}

function targetLines(target: PlannedTarget, common: readonly string[]): readonly string[] {
  const { instance, decision } = target;
  const name = instance.name === '' ? '' : ` "${instance.name}"`;
  const own = erases(decision) ? stepLabels(target).filter((step) => !common.includes(step)) : [];
  return [
    `${instance.id}${name}: ${decisionLabel(target)}`,
    ...target.warnings.map((warning) => `  note   ${warning}`),
    `  now    ${currentLabel(target)}`,
    ...(erases(decision) ? [`  erases ${erasedLabel(target)}`] : []),
    ...own.map((step) => `  also   ${step}`)
  ];
}
