/** What a run has to say beside its log: few words, for GitHub shows few of them. */
import { clip } from '../report/clip.ts';
import { type ActionSource, helpLink } from '../report/help-link.ts';
import type { RunReport } from '../report/report.ts';
import { failuresFirst, reasonsLabel } from './ranking.ts';
import { idleInstances, idleWords, type LeftWeight, leftWeights } from './weights-table.ts';

/** GitHub shows at most ten annotations of a step. */
const most = 10;

/** So many instances are named in one line. */
const mostNamed = 20;

/** One annotation; nothing in it is made safe yet for the log. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly lines: readonly string[];
  /** Where the documents tell more; absent where that is not known. */
  readonly help?: string | undefined;
}

/**
 * At most ten: one for each instance that failed or was cut off, with cause and remedy; the last one for all that
 * have no room, one for a stop, one for the weights that are not restored, and one for those that were 0 even before.
 *
 * @param source where the action runs from, for the links to its documents
 */
export function annotationsOf(report: RunReport, source?: ActionSource): readonly Annotation[] {
  const weights = [...ofWeights(leftWeights(report)), ...ofIdle(idleInstances(report))];
  const others = [
    ...ofStop(report).map((one) => ({ ...one, help: helpLink(source) })),
    ...weights.map((one) => ({ ...one, help: helpLink(source, 'rejoin') }))
  ];
  const room = most - others.length;
  const failed = failuresFirst(report.instances);
  const single = failed.length <= room ? failed : failed.slice(0, room - 1);
  const rest = failed.slice(single.length);
  const each = single.map(({ instanceId, failure }) => ({
    level: 'error' as const,
    title: `Rebuild of ${instanceId} ${failure.reason === 'cancelled' ? 'cancelled' : `failed (${failure.reason})`}`,
    lines: [failure.cause, failure.diskNote, failure.remedy].map((line) => clip(line, 2000)),
    help: helpLink(source, failure.reason)
  }));
  const more = {
    level: 'error' as const,
    title: `${rest.length} more that failed or were cut off`,
    lines: [`${reasonsLabel(rest)}.`, 'The job summary and the output result name them all.'],
    help: helpLink(source)
  };
  return [...each, ...(rest.length === 0 ? [] : [more]), ...others];
}

/** What a stop meant for the others: who was not begun, and who was rolled back although it had succeeded. */
function ofStop({ rollout: { stopped }, instances }: RunReport): readonly Annotation[] {
  if (stopped === undefined || stopped.reason === 'cancelled' || instances.length === 1) return [];
  return [{ level: 'error', title: 'The rollout stopped', lines: [clip(stopped.message, 2000)] }];
}

function ofWeights(left: readonly LeftWeight[]): readonly Annotation[] {
  if (left.length === 0) return [];
  const named = left.slice(0, mostNamed).map(({ instance, blbId, groupId, currentWeight, weight }) => {
    const group = groupId === undefined ? '' : `, group ${groupId}`;
    return `${instance.instanceId} on ${blbId}${group}: ${currentWeight} instead of ${weight}`;
  });
  const more = left.length - named.length;
  return [
    {
      level: 'error',
      title: 'Load balancer weights are not restored',
      lines: [
        ...named,
        ...(more === 0 ? [] : [`and ${more} more`]),
        'An instance with the weight 0 gets no traffic. If the post step of this job runs, it restores what it safely can; the job summary has the calls that restore the rest.'
      ]
    }
  ];
}

function ofIdle(ids: readonly string[]): readonly Annotation[] {
  if (ids.length === 0) return [];
  const more = ids.length - mostNamed;
  const named = `${ids.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [{ level: 'warning', title: 'Weight 0 since before this run', lines: [named, idleWords] }];
}
