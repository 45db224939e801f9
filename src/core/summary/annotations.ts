/** The annotations of a run: few and short, because GitHub shows no more. */
import { listed } from '../listed.ts';
import { describeInstances, idOf } from '../report/described-instance.ts';
import { wholeCause } from '../report/explain.ts';
import type { ReportedReason } from '../report/instance-failure.ts';
import { failuresFirst, reasonsLabel } from '../report/ranking.ts';
import { stopMessage } from '../report/stop-message.ts';
import type { RunState } from '../run/run-state.ts';
import { idleInstances, idleWords, type LoweredWeight, loweredWeights } from './weights-table.ts';

/** GitHub shows at most ten annotations of a step. */
const most = 10;

/** One annotation; nothing in it is made safe yet for the log. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly lines: readonly string[];
  /** On which the documents tell more. */
  readonly reason?: ReportedReason;
}

/**
 * At most ten: one for each instance that failed or was cut off, with cause and remedy; the last one for all that
 * have no room, one for a stop, one for the weights that are not restored, and one for those that were 0 even before.
 */
export function annotationsOf(state: RunState): readonly Annotation[] {
  const instances = describeInstances(state);
  const others = [
    ...ofStop(state),
    ...ofWeights(loweredWeights(instances)),
    ...ofIdle(idleInstances(instances))
  ];
  const room = most - others.length;
  const failed = failuresFirst(instances);
  const single = failed.length <= room ? failed : failed.slice(0, room - 1);
  const rest = failed.slice(single.length);
  const each = single.map((one) => ({
    level: 'error' as const,
    title: `Rebuild of ${idOf(one)} ${one.failure.reason === 'cancelled' ? 'cancelled' : `failed (${one.failure.reason})`}`,
    lines: [wholeCause(one.failure), one.failure.diskNote, one.failure.remedy],
    reason: one.failure.reason
  }));
  const more = {
    level: 'error' as const,
    title: `${rest.length} more that failed or were cut off`,
    lines: [`${reasonsLabel(rest)}.`, 'The job summary and the output result name them all.']
  };
  return [...each, ...(rest.length === 0 ? [] : [more]), ...others];
}

/** What a stop meant for the others: who was not started, and who was rolled back although it had succeeded. */
function ofStop(state: RunState): readonly Annotation[] {
  const message = stopMessage(state);
  if (message === undefined || state.course?.stop === 'cancelled' || state.instances.length === 1) return [];
  return [{ level: 'error', title: 'The rollout stopped', lines: [message] }];
}

function ofWeights(lowered: readonly LoweredWeight[]): readonly Annotation[] {
  if (lowered.length === 0) return [];
  const each = lowered.map(({ instance, server }) => {
    const group = server.groupId === undefined ? '' : `, group ${server.groupId}`;
    return `${idOf(instance)} on ${server.blbId}${group}: 0 instead of ${server.weight}`;
  });
  const meaning =
    'An instance with the weight 0 gets no traffic. If the post step of this job runs, it restores what it safely can; the job summary has the calls that restore the rest.';
  return [
    {
      level: 'error',
      title: 'Load balancer weights are not restored',
      reason: 'rejoin',
      lines: [meaning, ...each]
    }
  ];
}

function ofIdle(ids: readonly string[]): readonly Annotation[] {
  if (ids.length === 0) return [];
  return [
    {
      level: 'warning',
      title: 'Weight 0 since before this run',
      lines: [listed(ids), idleWords],
      reason: 'rejoin'
    }
  ];
}
