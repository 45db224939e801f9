/** A plan as the log shows it: what is erased, what stays, how one logs in afterwards. */
import type { GuestScript } from '../health/guest/guest-system.ts';
import { erases } from './decide.ts';
import { openingLine } from './opening-line.ts';
import type { Plan, PlannedTarget } from './plan.ts';
import { currentLabel, decisionLabel, erasedLabel, loginLabel, scriptLabel, stepLabels } from './text.ts';
import { manyLines } from './text-many.ts';
import { rolloutLines } from './text-rollout.ts';

/** Of more targets than this, what is the same for all of them is told once. */
const fewTargets = 5;

/**
 * The lines of the plan, the first of which says what will happen. They hold no secret: a login is named by its kind, and of a script that runs inside the new system
 * only the first line is shown, which the log masks as GitHub masks all lines.
 */
export function planLines(plan: Plan, isDryRun: boolean, guestScript?: GuestScript): readonly string[] {
  const script =
    guestScript === undefined
      ? []
      : [
          `Script inside the new system: run by Cloud Assistant as ${guestScript.user} once the system is proven to be new; first line: ${guestScript.firstLine}`
        ];
  const head = [openingLine(plan, isDryRun), ...rolloutLines(plan), ...script];
  return plan.targets.length > fewTargets
    ? [...head, ...manyLines(plan)]
    : [...head, ...plan.targets.flatMap((target) => targetLines(plan, target))];
}

function targetLines(plan: Plan, target: PlannedTarget): string[] {
  const { instance, decision } = target;
  const name = instance.name === '' ? '' : ` "${instance.name}"`;
  const lines = [
    `${instance.id}${name}: ${decisionLabel(target)}`,
    ...target.warnings.map((warning) => `  note   ${warning}`),
    `  now    ${currentLabel(target)}`
  ];
  if (!erases(decision)) return lines;
  return [
    ...lines,
    `  erases ${erasedLabel(target)}`,
    '  keeps  data disks, IP addresses, custom images',
    `  login  ${loginLabel(plan.options)}`,
    `  script ${scriptLabel(plan.options)}`,
    ...stepLabels(target).map((step) => `  also   ${step}`)
  ];
}
