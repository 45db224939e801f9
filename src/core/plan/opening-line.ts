/** The first line of the log: what will happen to whom, and from which image. */
import type { Decision } from './decide.ts';
import { imageLabel } from './labels.ts';
import type { Plan, PlannedTarget } from './plan.ts';

/**
 * One sentence on the whole plan.
 *
 * @param isDryRun whether the run ends with the plan
 */
export function openingLine(plan: Plan, isDryRun: boolean): string {
  const refused = plan.targets.filter(({ decision }) => decision.action === 'refuse').length;
  if (refused > 0) {
    const whom =
      plan.targets.length === 1 ? nameOf(plan.targets[0]) : `${refused} of ${plan.targets.length} instances`;
    return `Refused, nothing is sent: ${whom} must not be rebuilt from ${imageLabel(plan.image)}`;
  }
  const words = plan.targets.length === 1 ? wordsOfOne(plan) : wordsOfMany(plan);
  return isDryRun ? `Dry run, nothing is sent. A run without dryRun: ${words}` : words;
}

function wordsOfOne({ targets: [target], image }: Plan): string {
  const [whom, what] = [nameOf(target), imageLabel(image)];
  switch (target?.decision.action) {
    case 'skip':
      return `Skip ${whom}: it runs on ${what} already`;
    case 'start':
      return `Start ${whom}: it is on ${what} already, and Stopped`;
    case 'wait':
      return `Wait for the change of ${whom} that is under way, then decide; image ${what}`;
    default:
      return `Rebuild ${whom} from ${what}`;
  }
}

function wordsOfMany({ targets, image }: Plan): string {
  const count = (action: Decision['action']): number =>
    targets.filter(({ decision }) => decision.action === action).length;
  const [waiting, started, skipped] = [count('wait'), count('start'), count('skip')];
  const others = [
    ...(waiting === 0 ? [] : [`wait for ${waiting} first, which somebody is changing`]),
    ...(started === 0 ? [] : [`start ${started}`]),
    ...(skipped === 0 ? [] : [`skip ${skipped} that ${skipped === 1 ? 'runs' : 'run'} on it already`])
  ];
  const head = `Rebuild ${count('rebuild')} of ${targets.length} instances from ${imageLabel(image)}`;
  return [head, ...others].join('; ');
}

function nameOf(target: PlannedTarget | undefined): string {
  const { id = '', name = '' } = target?.instance ?? {};
  return name === '' ? id : `${id} "${name}"`;
}
