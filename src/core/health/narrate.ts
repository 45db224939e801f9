import { formatDuration } from '../duration.ts';
import type { Health } from './health.ts';
import { describeUnhealthy } from './reason.ts';

/** The lines for what is new in `now`, for a person who reads along. */
export function narrateHealth(before: Health, now: Health): readonly string[] {
  const change = now.changes > before.changes ? now.history.at(-1) : undefined;
  const lines: string[] = [];
  const { minHealthyMs } = now.task;
  if (change?.reason !== undefined) {
    const broken = before.stretch === undefined ? 'not healthy' : 'no longer healthy';
    lines.push(`${broken}: ${describeUnhealthy(change.reason)}`);
  } else if (now.stretch !== undefined && now.stretch !== before.stretch && minHealthyMs > 0) {
    const again = before.stretch === undefined ? 'the check passes' : 'the host key has changed again';
    lines.push(`${again}; it must pass for ${formatDuration(minHealthyMs)}`);
  }
  if (now.end?.healthy) {
    lines.push(`healthy ${formatDuration(now.end.atMs - now.task.fromMs)} after it was Running`);
  }
  return lines;
}
