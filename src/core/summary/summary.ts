/** The job summary: the state of a run as Markdown. */

import { counted } from '../listed.ts';
import { type DescribedInstance, describeInstances } from '../report/described-instance.ts';
import type { ActionSource } from '../report/help-link.ts';
import { byUrgency } from '../report/ranking.ts';
import { runStatus } from '../run/instance-status.ts';
import type { RunState } from '../run/run-state.ts';
import { detailsOf, planTable } from './details.ts';
import { failureParts, failureText } from './failures.ts';
import { fitted, type Part, textPart } from './fit.ts';
import { planParts, planTotals } from './fleet-plan.ts';
import { fleetTable, tableOfOne } from './instance-table.ts';
import { fold } from './markdown.ts';
import { headline, rolloutLine, stopSentence, totals, unavailableBeforePart } from './overview.ts';
import { timelineOf } from './timeline.ts';
import { idleSentence, weightsPart } from './weights-table.ts';

/** GitHub drops a summary of more than 1 MiB without a word; below it, room is left for other steps' parts. */
export const summaryLimit = 900_000;

/** Of more instances than these, only the details of those that failed are shown. */
const mostDetailed = 20;

/** What is left out first where not all fits: the lowest. What a person has to act upon is the highest. */
const priority = {
  details: 1,
  timeline: 2,
  instances: 3,
  unavailable: 4,
  failures: { rest: 5, full: 7 },
  weights: 6
};

/**
 * The whole summary, at most `summaryLimit` bytes long.
 *
 * @param source where the action runs from, for the links to its documents
 * @param region of the instances; empty where it is not known
 */
export function summaryOf(state: RunState, source?: ActionSource, region = ''): string {
  const instances = describeInstances(state);
  const [only, ...others] = instances;
  const parts =
    only !== undefined && others.length === 0
      ? partsOfOne(state, only, source)
      : partsOfFleet(state, instances, source);
  return fitted([textPart(headline(state, region)), ...parts], summaryLimit);
}

function partsOfOne(
  state: RunState,
  one: DescribedInstance,
  source: ActionSource | undefined
): readonly Part[] {
  const isPlan = one.status === 'planned';
  return [
    // Of a plan the heading and the details tell all of it.
    textPart(isPlan ? '' : tableOfOne(one, state), priority.instances),
    textPart(failureText(one.failure, source), priority.failures.full),
    weightsPart([one], priority.weights),
    textPart(idleSentence([one])),
    textPart(isPlan ? planTable(one, state) : detailsOf(one, state), priority.details)
  ];
}

function partsOfFleet(
  state: RunState,
  instances: readonly DescribedInstance[],
  source: ActionSource | undefined
): readonly Part[] {
  const isPlan = runStatus(state) === 'planned';
  return [
    textPart(isPlan ? planTotals(state) : totals(instances, state)),
    textPart(stopSentence(state)),
    textPart(rolloutLine(state)),
    unavailableBeforePart(state, priority.unavailable),
    ...failureParts(instances, priority.failures, source),
    weightsPart(instances, priority.weights),
    textPart(idleSentence(instances)),
    textPart(timelinePart(instances, state), priority.timeline),
    ...(isPlan ? planParts(state, priority.instances) : [fleetTable(instances, state, priority.instances)]),
    ...detailParts(instances, state)
  ];
}

function timelinePart(instances: readonly DescribedInstance[], state: RunState): string {
  const diagram = timelineOf(instances, state);
  const legend = 'Times in UTC. B: backup, D: drain, R: rebuild, H: health check, ↩: rollback; red: failed.';
  return diagram === '' ? '' : `### Timeline\n\n${legend}\n\n${diagram}`;
}

function detailParts(instances: readonly DescribedInstance[], state: RunState): readonly Part[] {
  const isMany = instances.length > mostDetailed;
  const shown = byUrgency(instances).filter(({ failure }) => !isMany || failure !== undefined);
  const untold = instances.length - shown.length;
  const details = shown.map((one) => detailsOf(one, state));
  const draw = (pieces: number): string => {
    const each = details.slice(0, pieces);
    if (pieces <= mostDetailed) return each.join('\n\n');
    return fold(`Details of ${counted(pieces, 'instance')}`, each);
  };
  const note =
    shown.length === 0
      ? '_Details of each instance are in the output `result`._'
      : `_Details are shown of what failed or was cut off; those of the other ${counted(untold, 'instance')} are in the output \`result\`._`;
  return [{ priority: priority.details, pieces: shown.length, draw }, textPart(untold === 0 ? '' : note)];
}
