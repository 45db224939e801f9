/** How long each part of the work on an instance took. Times are milliseconds on the monotonic clock. */
import type { Phase, RebuildState } from '../rebuild/rebuild-state.ts';
import type { InstanceRun } from './instance-run.ts';

/** A part of the work: a phase of the rebuild or of its rollback, or the health check after it. */
export interface Span {
  readonly kind: Exclude<Phase, 'rechecking' | 'ended'> | 'health';
  readonly isRollback: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts in their order; what is still going on ends at `nowMs`, or when the work on the instance ended. */
export function spansOf(run: InstanceRun, nowMs: number): readonly Span[] {
  const { rebuild, health, rollback } = run;
  const atMs = lastMoment(run, nowMs);
  return [
    ...spansOfPart(rebuild, health, false, atMs),
    ...spansOfPart(rollback?.rebuild, rollback?.health, true, atMs)
  ];
}

/** While it is rolled back, the work before that has ended already. */
function lastMoment({ progress, endedAtMs }: InstanceRun, nowMs: number): number {
  return progress === 'ended' ? (endedAtMs ?? nowMs) : nowMs;
}

/** When the work on the instance began and ended, or `nowMs` where it has not. */
export function workTime(run: InstanceRun, nowMs: number): Pick<Span, 'fromMs' | 'toMs'> {
  const spans = spansOf(run, nowMs);
  const atMs = lastMoment(run, nowMs);
  const fromMs = spans[0]?.fromMs ?? atMs;
  const toMs = run.progress === 'ended' ? Math.max(fromMs, ...spans.map((span) => span.toMs)) : atMs;
  return { fromMs, toMs };
}

function spansOfPart(
  rebuild: RebuildState | undefined,
  health: InstanceRun['health'],
  isRollback: boolean,
  atMs: number
): readonly Span[] {
  const phases = (rebuild?.phases ?? []).flatMap(({ phase, fromMs }, index): readonly Span[] =>
    phase === 'rechecking' || phase === 'ended'
      ? []
      : [{ kind: phase, isRollback, fromMs, toMs: rebuild?.phases[index + 1]?.fromMs ?? atMs }]
  );
  return health === undefined
    ? phases
    : [...phases, { kind: 'health', isRollback, fromMs: health.fromMs, toMs: health.atMs }];
}
