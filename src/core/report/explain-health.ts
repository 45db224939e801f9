/** A failed health check in words: what did not pass, by when, and what to do. */

import { describeFailed, describeNotHealthy, type FailedCheck } from '../health/unhealthy.ts';
import type { FailedHealth } from '../run/instance-end.ts';
import { formatDuration } from '../time.ts';
import type { Explanation } from './explain.ts';

/**
 * What kept an instance from being healthy.
 *
 * - `noAgent`: nothing could be asked from inside, for the agent was not online
 * - `oldSystem`: a system answered that is older than the rebuild
 * - `assistant`: Cloud Assistant could not be asked, or gave no answer
 * - `guestScript`: the new system is up, and the script did not end with exit code 0
 * - `unhealthy`: anything else, and where several checks fail
 */
export type HealthReason = 'noAgent' | 'oldSystem' | 'assistant' | 'guestScript' | 'unhealthy';

/** How many changes of a failed health check a cause names; `health.history` has more. */
const mostChanges = 5;

/** Explains a health check that did not pass. */
export function explainHealth(health: FailedHealth): Explanation & { readonly reason: HealthReason } {
  const allowed = formatDuration(health.deadlineMs - health.fromMs);
  const reason = health.reason.kind === 'failing' ? reasonOf(health.reason.failed) : 'unhealthy';
  const head = reason === 'noAgent' ? 'its Cloud Assistant agent did not come online' : 'not healthy';
  return {
    reason,
    cause: `${head} within healthDeadline (${allowed}); last: ${describeNotHealthy(health.reason)}.`,
    observed: observedIn(health),
    remedy: remedyOf(reason, allowed)
  };
}

/** The script that waits for the proof is no failure of its own. */
function reasonOf(failed: readonly FailedCheck[]): HealthReason {
  const [first, ...others] = failed.filter(({ reason }) => reason.kind !== 'notProven');
  if (first === undefined || others.length > 0) return 'unhealthy';
  switch (first.reason.kind) {
    case 'agentOffline':
      return 'noAgent';
    case 'sameBoot':
    case 'olderBoot':
      return 'oldSystem';
    case 'assistantCall':
      return 'assistant';
    case 'runFailed':
    case 'runLate':
      // What was proven a moment ago answers, so it is the script that does not end as it should.
      return first.check === 'guestScript' ? 'guestScript' : 'assistant';
    case 'script':
      return 'guestScript';
    default:
      return 'unhealthy';
  }
}

function remedyOf(reason: HealthReason, allowed: string): string {
  const longer = `if it only needs longer, set healthDeadline higher than ${allowed}.`;
  switch (reason) {
    case 'noAgent':
      return `Is the agent (bsm-agent) in the image? Is Cloud Assistant switched on in the console? Did the system boot? ${longer}`;
    case 'oldSystem':
      return 'Look at the instance in the console: the rebuild shows as done, and the system inside was not booted after it. Do not trust it until you know why.';
    case 'assistant':
      return `Look at the run in the console of Cloud Assistant, and whether the user has the permission; ${longer}`;
    case 'guestScript':
      return `What the script printed last is in the log. Fix what it names; ${longer}`;
    case 'unhealthy':
      return `Check the instance and what healthCheck asks; ${longer}`;
  }
}

/** The latest changes of what the probes found, oldest first; `undefined` where it was the same all the time. */
function observedIn({ history }: FailedHealth): string | undefined {
  if (history.length < 2) return undefined;
  const latest = history.slice(-mostChanges).map(({ failed }) => describeFailed(failed));
  return [...(history.length > mostChanges ? ['…'] : []), ...latest].join(', then ');
}
