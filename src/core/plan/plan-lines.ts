/** A plan as the log shows it: what is erased, what stays, how one logs in afterwards. */
import type { GuestScript } from '../health/guest/guest-system.ts';
import { erases } from './decide.ts';
import {
  commonOf,
  currentLabel,
  decisionLabel,
  erasedLabel,
  loginLabel,
  scriptLabel,
  stepLabels
} from './labels.ts';
import { openingLine } from './opening-line.ts';
import type { Plan, PlannedTarget } from './plan.ts';
import { rolloutLines } from './rollout-lines.ts';

/** Of more targets than this, what is the same for all of them is told once. */
const fewTargets = 5;

/**
 * The lines of the plan, the first of which says what will happen. They hold no secret: a login is named by its kind,
 * and of a script that runs inside the new system only the first line is shown.
 */
export function planLines(plan: Plan, isDryRun: boolean, guestScript?: GuestScript): readonly string[] {
  const script =
    guestScript === undefined
      ? []
      : [
          `Script inside the new system: run by Cloud Assistant as ${guestScript.user} once the system is proven to be new; first line: ${guestScript.firstLine}`
        ];
  const forAll = [
    '  keeps  data disks, IP addresses, custom images',
    `  login  ${loginLabel(plan.options)}`,
    `  script ${scriptLabel(plan.options)}`
  ];
  const isMany = plan.targets.length > fewTargets;
  const erased = plan.targets.filter(({ decision }) => erases(decision));
  const common = isMany ? commonOf(erased.map(stepLabels)) : [];
  const currents = new Set(plan.targets.map(currentLabel));
  const now = isMany && currents.size === 1 ? [...currents] : [];
  return [
    openingLine(plan, isDryRun),
    ...rolloutLines(plan.rollout),
    ...script,
    ...now.map(nowLine),
    ...(isMany ? [...forAll, ...common.map(stepLine)] : []),
    ...plan.targets.flatMap((target) =>
      targetLines(target, isMany ? [] : forAll, { steps: common, isNowTold: now.length > 0 })
    )
  ];
}

function targetLines(
  target: PlannedTarget,
  forAll: readonly string[],
  told: { readonly steps: readonly string[]; readonly isNowTold: boolean }
): readonly string[] {
  const { instance, decision } = target;
  const name = instance.name === '' ? '' : ` "${instance.name}"`;
  const lines = [
    `${instance.id}${name}: ${decisionLabel(target)}`,
    ...target.warnings.map((warning) => `  note   ${warning}`),
    ...(told.isNowTold ? [] : [nowLine(currentLabel(target))])
  ];
  if (!erases(decision)) return lines;
  const own = stepLabels(target).filter((step) => !told.steps.includes(step));
  return [...lines, `  erases ${erasedLabel(target)}`, ...forAll, ...own.map(stepLine)];
}

function nowLine(current: string): string {
  return `  now    ${current}`;
}

function stepLine(step: string): string {
  return `  also   ${step}`;
}
