/** Made runs, for tests of the summary. */
import type { HeldWeight } from '../../../src/core/balancers/held-weights.ts';
import type { BackendServer } from '../../../src/core/model/backend-server.ts';
import type { PlannedTarget } from '../../../src/core/plan/plan.ts';
import { planRollout } from '../../../src/core/plan/rollout-order.ts';
import type { Ending } from '../../../src/core/rebuild/ending.ts';
import type { Observation, RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import type { StopReason } from '../../../src/core/rollout/stop-reason.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import type { InstanceStatus } from '../../../src/core/run/instance-status.ts';
import type { RunState } from '../../../src/core/run/run-state.ts';
import type { Span } from '../../../src/core/run/spans.ts';
import { image, instance } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, stateOf, targetOf } from '../run/runs.ts';

/** A part of the work and how many seconds it took. */
export type MadeSpan = readonly [kind: Span['kind'], seconds: number];

/** Why the rebuild of a made run failed. */
export type MadeReason = Extract<Ending, { kind: 'failed' }>['reason'];

/** What is special about a made run. */
export interface Made {
  readonly spans?: readonly MadeSpan[];
  readonly startSecond?: number;
  readonly rollbackSpans?: readonly MadeSpan[];
  readonly reason?: MadeReason;
  /** The image that it was last seen on, by ID and name. */
  readonly lastOn?: readonly [id: string, name: string];
  /** The load balancers that it is behind. */
  readonly weights?: readonly MadeWeight[];
  readonly target?: Partial<PlannedTarget>;
  /** Properties of its instance. */
  readonly instance?: Partial<PlannedTarget['instance']>;
  readonly run?: Partial<InstanceRun>;
}

/** A weight before the run and now, and the pool. */
export type MadeWeight = readonly [weight: number, now: number, pool?: Partial<BackendServer>];

/** An instance with this status at the end of its run. */
export function madeRun(id: string, status: InstanceStatus = 'rebuilt', made: Made = {}): InstanceRun {
  const { spans, startSecond = 0, weights = [] } = made;
  const isUntouched = ['skipped', 'planned', 'notStarted'].includes(status);
  const forward = phasesFrom(startSecond, spans ?? (isUntouched ? [] : [['rebuilding', 250]]));
  const rebuild = made.reason ?? { kind: 'timedOut', status: 'Starting' };
  const endings: Readonly<Record<InstanceStatus, Ending | undefined>> = {
    rebuilt: { kind: 'rebuilt' },
    skipped: { kind: 'skipped' },
    started: { kind: 'started' },
    inProgress: { kind: 'cancelled' },
    failed: { kind: 'failed', reason: rebuild },
    rolledBack: { kind: 'failed', reason: rebuild },
    planned: undefined,
    notStarted: undefined
  };
  const ending = endings[status];
  const target = targetOf(id, {
    ...(status === 'skipped' ? { decision: { action: 'skip' } } : {}),
    backendServers: weights.map(([weight, , pool]) => serverOf(id, weight, pool)),
    ...made.target
  });
  const named = {
    ...target,
    instance: { ...target.instance, name: `name-of-${id}`, imageName: 'web-1', ...made.instance }
  };
  return runOf({
    target: named,
    progress: ending === undefined ? 'planned' : 'ended',
    cancelled: status === 'inProgress',
    heldWeights: weights.flatMap(([weight, now, pool]) => heldBy(serverOf(id, weight, pool), now)),
    ...(ending === undefined
      ? {}
      : {
          rebuild: rebuildOf(ending, {
            task: target.task,
            ...(status === 'skipped' ? { sends: 0, acceptedAtMs: undefined } : { requestIds: ['r-1'] }),
            phases: forward,
            last: lastOn(id, made.lastOn ?? ['m-new', 'web-2'])
          })
        }),
    ...rollbackOf(status, made, forward.at(-1)?.fromMs ?? 0),
    ...made.run
  });
}

/** A rebuild's phases from a second on. */
function phasesFrom(startSecond: number, spans: readonly MadeSpan[]): RebuildState['phases'] {
  let fromMs = startSecond * 1000;
  const phases = spans.map(([phase, seconds]) => {
    const at = fromMs;
    fromMs += seconds * 1000;
    // A health check is no phase of a rebuild, but its bar is drawn alike.
    return { phase: phase as RebuildState['phase'], fromMs: at };
  });
  return [...phases, { phase: 'ended', fromMs }];
}

function rollbackOf(status: InstanceStatus, made: Made, fromMs: number): Partial<InstanceRun> {
  const { rollbackSpans } = made;
  if (rollbackSpans === undefined && status !== 'rolledBack') return {};
  const ending: Ending =
    status === 'rolledBack'
      ? { kind: 'rebuilt' }
      : status === 'inProgress'
        ? { kind: 'cancelled' }
        : { kind: 'failed', reason: { kind: 'unproven' } };
  const phases = phasesFrom(fromMs / 1000, rollbackSpans ?? [['rebuilding', 100]]);
  return { rollback: { imageId: 'm-old', rebuild: rebuildOf(ending, { phases }) } };
}

function lastOn(id: string, [imageId, imageName]: readonly [string, string]): Observation {
  return {
    atMs: 0,
    answeredAtMs: 0,
    isFresh: true,
    instance: { ...instance, id, imageId, imageName }
  };
}

function serverOf(instanceId: string, weight: number, pool: Partial<BackendServer> = {}): BackendServer {
  return { kind: 'blb', blbId: 'lb-1', instanceId, weight, ...pool };
}

/** A weight that was 0 before is never held. */
function heldBy(server: BackendServer, now: number): readonly HeldWeight[] {
  if (server.weight === 0) return [];
  return [{ server, state: now === server.weight ? 'returned' : 'held' }];
}

/** How the rollout of a made run is set, and what stopped it. */
export interface MadeRollout {
  readonly maxUnavailable?: number;
  readonly peakUnavailable?: number;
  readonly canary?: number;
  readonly pauseMs?: number;
  readonly maxFailures?: number;
  readonly stop?: StopReason;
}

/** A run of instances that took 80 minutes; a plan where all of them are only planned. */
export function madeState(
  instances: readonly InstanceRun[],
  rollout: MadeRollout = {},
  patch: Partial<RunState> = {}
): RunState {
  const { maxUnavailable = 10, peakUnavailable = 10, stop } = rollout;
  const { canary = 0, pauseMs = 0, maxFailures = 0 } = rollout;
  const settings = {
    maxUnavailable: { kind: 'count', count: maxUnavailable },
    canary,
    pauseMs,
    maxFailures
  } as const;
  const failures = instances.filter(({ rebuild }) => rebuild?.ending?.kind === 'failed').length;
  const { course: _begun, ...state } = stateOf(instances, {
    image: { ...image, name: 'web-2' },
    options: { login: { kind: 'keypairId', keypairId: 'k-one' }, script: 'kept' },
    rollout: planRollout(
      instances.map(({ target }) => target),
      { settings, rollback: false }
    ),
    anchor: { nowMs: 0, wallMs: Date.UTC(2026, 2, 1, 9) },
    atMs: 4_800_000
  });
  const isBegun = instances.some(({ progress }) => progress !== 'planned');
  const course = { peakUnavailable, failures, isCancelled: false, ...(stop === undefined ? {} : { stop }) };
  return { ...state, ...(isBegun ? { course } : {}), ...patch };
}

/** Makes `count` items from the numbers from 0 on. */
export function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** An ID like the vendor's. */
export function idOf(index: number): string {
  return `i-${String(index).padStart(8, '0')}`;
}

/** Asserts that each row of each table has as many cells as its head, and that every fold is closed. */
export function expectWellFormed(text: string): void {
  let columns = 0;
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    if (fenced) continue;
    const cells = line.startsWith('|') ? line.split('|').length - 2 : 0;
    if (cells > 0 && columns > 0 && cells !== columns)
      throw new Error(`${cells} cells for ${columns}: ${line}`);
    columns = cells;
  }
  const folds = text.split('<details').length - text.split('</details>').length;
  if (fenced || folds !== 0 || !text.endsWith('\n')) throw new Error(`not closed: ${text.slice(-1000)}`);
}
