/** A stretch of time as a person reads it: `45s`, `2m 05s`, `1h 02m`. Parts of a second are left out. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}

/** Seconds with one decimal, as outputs and reports carry them. */
export function toSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** A pair of readings that tells where the monotonic clock stands on the wall clock; both in milliseconds. */
export interface ClockAnchor {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A moment of the monotonic clock as ISO 8601, UTC, to the second. */
export function toIso(anchor: ClockAnchor, atMs: number): string {
  return `${new Date(anchor.wallMs + atMs - anchor.nowMs).toISOString().slice(0, 19)}Z`;
}
