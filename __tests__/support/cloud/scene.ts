/** A case, drawn at random: the service, the fleet, what is asked for, and what goes wrong. */
import type { RunRequest } from '../../../src/ports/request.ts';
import { defaultRequest } from '../default-request.ts';
import { drawBehaviour, type FailureOdds, type ServiceBehaviour } from './behaviour.ts';
import type { CloudSpec } from './cloud.ts';
import { drawConditions } from './conditions.ts';
import { createDice, type Dice } from './dice.ts';
import { drawFleet, type FleetSpec } from './fleet.ts';
import type { RunFacts } from './guard.ts';
import { drawOthers, type OtherChange } from './others.ts';
import type { Trouble } from './wire.ts';

/**
 * When a run is cancelled: at a moment, or some time after so many writes, or rebuilds, have left,
 * or in the moment in which so many rebuilds are decided and the last of them has not left.
 */
export type CancelPlan =
  | { readonly kind: 'time'; readonly atMs: number }
  | { readonly kind: 'write' | 'rebuild'; readonly count: number; readonly delayMs: number }
  | { readonly kind: 'decided'; readonly count: number };

/** One case. */
export interface Scene {
  readonly seed: number;
  readonly cloud: CloudSpec;
  readonly fleet: FleetSpec;
  readonly trouble: Trouble;
  /** Whether calls fail from the very first one on. */
  readonly troubleAtOnce: boolean;
  /** Share of probes that fail for no reason. */
  readonly flaky: number;
  readonly request: RunRequest;
  readonly facts: RunFacts;
  readonly cancel: (CancelPlan & { readonly graceMs: number; readonly again: boolean }) | undefined;
  /** Nothing goes wrong and nothing is odd, so that a run that is not cancelled has to be green. */
  readonly isCalm: boolean;
  /** What somebody else does meanwhile. */
  readonly others: readonly OtherChange[];
}

/** Draws the case of a seed. */
export function drawScene(seed: number, sizes?: readonly [number, number]): Scene {
  const dice = createDice(seed);
  const isPeaceful = dice.chance(0.25);
  const behaviour = drawBehaviour(dice);
  const timeoutMs = 60_000 * dice.int(10, 20);
  const odds = drawLuck(dice, isPeaceful, behaviour, timeoutMs);
  const fleet = drawFleet(dice, behaviour, isPeaceful, sizes);
  const trouble = drawTrouble(dice, isPeaceful);
  const request = drawRequest(dice, fleet, timeoutMs);
  const cancel = dice.chance(0.25) ? drawCancel(dice, fleet.ids.length) : undefined;
  const { health, rollout } = request;
  const troubleAtOnce = dice.chance(0.03);
  const flaky = isPeaceful ? 0 : dice.pick([0, 0, 0.02]);
  const others = isPeaceful ? [] : drawOthers(dice, fleet.ids);
  return {
    seed,
    cloud: {
      behaviour,
      odds,
      // Of dice of their own, so that a seed is the same case with conditions as without.
      conditions: drawConditions(createDice(seed ^ 0x3c6ef372), isPeaceful),
      machines: fleet.machines,
      members: fleet.members
    },
    fleet,
    trouble,
    troubleAtOnce,
    flaky,
    others,
    request,
    facts: {
      ids: fleet.ids,
      target: 'm-new',
      maxUnavailable: maxUnavailableCount(rollout.maxUnavailable, fleet.ids.length),
      maxFailures: rollout.maxFailures,
      healthAsked: health !== undefined,
      timeoutMs,
      pollIntervalMs: request.pollIntervalMs,
      drainMs: request.balancers?.drainMs ?? 0,
      backup: request.backup !== undefined,
      rollback: request.rollback,
      force: request.force,
      isTagged: fleet.isTagged
    },
    cancel,
    isCalm:
      isPeaceful &&
      fleet.isPlain &&
      behaviour.statuses.length > 0 &&
      // Nothing but a snapshot's processing is proof only where the image shows it too.
      !behaviour.statuses.every((status) => status === 'SnapshotProcessing') &&
      !request.force &&
      // A status that is shorter than the time between two observations is missed.
      odds.workMs[0] > 1.3 * request.pollIntervalMs
  };
}

function maxUnavailableCount(most: RunRequest['rollout']['maxUnavailable'], count: number): number {
  if (most.kind === 'count') return Math.min(most.count, count);
  return Math.max(1, Math.floor((most.percent * count) / 100));
}

function drawLuck(
  dice: Dice,
  isPeaceful: boolean,
  behaviour: ServiceBehaviour,
  timeoutMs: number
): FailureOdds {
  const fromMs = dice.pick([20_000, 60_000, 70_000]);
  const isSlow = !isPeaceful && behaviour.statuses.length > 0 && dice.chance(0.05);
  // Who is Stopped for a quarter of `timeout` counts as at rest, so that a stage of a rebuild has to be shorter.
  const most = behaviour.statuses.includes('Stopped') ? 0.7 : 1.2;
  const toMs = isSlow ? most * timeoutMs : dice.pick([80_000, 240_000]);
  return { bad: isPeaceful ? 0 : dice.pick([0, 0, 0.03, 0.12, 0.4]), workMs: [fromMs, toMs] };
}

function drawTrouble(dice: Dice, isPeaceful: boolean): Trouble {
  const isQuiet = isPeaceful || dice.chance(0.3);
  const share = (): number => (isQuiet ? 0 : dice.pick([0, 0, 0.005, 0.02, 0.08]));
  const operations = dice.pick([
    'all',
    ['getInstance', 'listInstances'],
    ['rebuildBatch'],
    ['rebuild', 'rebuildBatch'],
    ['setWeights'],
    ['getSystemDisk', 'listSystemDisks']
  ] as const);
  const fromMs = dice.int(0, dice.pick([5, 40]) * 60_000);
  return {
    throttled: share() / 2,
    failed: share() / 2,
    lostBefore: share(),
    lostAfter: share(),
    conflict: share(),
    ...(!isPeaceful && dice.chance(0.05) ? { denied: { fromMs, operations } } : {}),
    latency: dice.pick(['none', 'short', 'wild'])
  };
}

function drawRequest(dice: Dice, fleet: FleetSpec, timeoutMs: number): RunRequest {
  const count = fleet.ids.length;
  const hasBalancers = fleet.members.length > 0;
  const backup = count <= 8 && dice.chance(0.15);
  const most = Math.ceil(count / dice.pick([1, 2, 3]));
  return {
    ...defaultRequest,
    selection: fleet.isTagged
      ? { kind: 'tags', tags: [{ key: 'app', value: 'web' }] }
      : { kind: 'ids', ids: fleet.ids },
    image: { kind: 'id', id: 'm-new' },
    options: { login: { kind: 'keepImageLogin' }, script: 'kept' },
    force: dice.chance(0.06),
    timeoutMs,
    pollIntervalMs: 1_000 * dice.int(15, 60),
    ...(backup ? { backup: dice.chance(0.5) ? {} : { keep: 1 } } : {}),
    rollback: dice.chance(0.4),
    rollout: {
      maxUnavailable: dice.chance(0.7)
        ? { kind: 'count', count: dice.int(1, most) }
        : { kind: 'percent', percent: dice.pick([1, 10, 25, 34, 50, 100]) },
      canary: dice.chance(0.5) ? 0 : dice.int(1, Math.min(3, count)),
      pauseMs: dice.chance(0.65) ? 0 : 1_000 * dice.int(10, 600),
      maxFailures: dice.chance(0.5) ? 0 : dice.int(1, 3)
    },
    ...(hasBalancers
      ? { balancers: { blbIds: fleet.blbIds, drainMs: dice.pick([0, 1_000, 30_000, 60_000]) } }
      : {}),
    ...(dice.chance(0.55)
      ? {
          health: {
            checks: [{ kind: 'tcp', hostPattern: '{internalIp}', port: 22 } as const],
            deadlineMs: dice.pick([60_000, 90_000]),
            minHealthyTimeMs: dice.pick([0, 2_000, 10_000])
          }
        }
      : {})
  };
}

function drawCancel(dice: Dice, count: number): NonNullable<Scene['cancel']> {
  const delayMs = dice.pick([0, 1, 100, 400, 800, 5_000, 20_000]);
  const plan: CancelPlan = dice.pick([
    { kind: 'time', atMs: dice.int(0, dice.pick([2, 20, 90]) * 60_000) },
    { kind: 'write', count: dice.int(1, 3 * count), delayMs },
    { kind: 'rebuild', count: dice.int(1, Math.ceil(count / 2)), delayMs },
    { kind: 'decided', count: dice.int(1, count) }
  ]);
  return { ...plan, graceMs: dice.pick([0, 700, 700]), again: dice.chance(0.85) };
}
