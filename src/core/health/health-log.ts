import { formatDuration } from '../time.ts';
import { escapedLine } from './guest/guest-system.ts';
import { failedOf, type Health, type HealthTask } from './health.ts';
import { type CheckResult, describeFailed } from './unhealthy.ts';

/** The last lines of a script that failed. None can be taken for a command of the runner: each begins with a bar. */
function outputOf(results: readonly CheckResult[]): readonly string[] {
  return results.flatMap(({ check, result }) => {
    const output = !result.healthy && result.reason.kind === 'script' ? result.reason.output : [];
    if (output.length === 0) return [];
    const lines = output.map((line) => `| ${escapedLine(line, 200)}`);
    return [`${check}: the last lines of its output (${output.length}):`, ...lines];
  });
}

/** A line for a wait in which nothing new has come up for a while. */
export function stillWaiting(
  last: Health | undefined,
  { deadlineMs, fromMs }: HealthTask,
  elapsedMs: number
): string {
  const found = last === undefined ? 'no answer yet' : describeFailed(failedOf(last.results));
  const left = Math.max(0, deadlineMs - fromMs - elapsedMs);
  return `still waiting to be healthy after ${formatDuration(elapsedMs)}, ${formatDuration(left)} left; last: ${found}`;
}

/** The lines for what is new in `now`, for a person who reads along. */
export function narrateHealth(before: Health, now: Health): readonly string[] {
  const change = now.history !== before.history ? now.history.at(-1) : undefined;
  const lines: string[] = [];
  const { minHealthyMs } = now.task;
  if (change !== undefined && change.failed.length > 0) {
    const broken = before.stretch === undefined ? 'not healthy' : 'no longer healthy';
    lines.push(`${broken}: ${describeFailed(change.failed)}`);
  } else if (now.stretch !== undefined && now.stretch !== before.stretch && minHealthyMs > 0) {
    const passes = now.results.length === 1 ? 'the check passes' : `all ${now.results.length} checks pass`;
    const again = before.stretch === undefined ? passes : 'another system answers now';
    lines.push(`${again}; it must stay so for ${formatDuration(minHealthyMs)}`);
  }
  if (now.end?.healthy === false) lines.push(...outputOf(now.results));
  if (now.end?.healthy) {
    lines.push(`healthy ${formatDuration(now.end.atMs - now.task.fromMs)} after it was Running`);
  }
  return lines;
}
