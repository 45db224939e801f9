/** The fleet of a case: instances in all states that a run may find them in, and their places on load balancers. */

import type { ServiceBehaviour } from './behaviour.ts';
import type { Dice } from './dice.ts';
import type { MachineSpec } from './machine.ts';
import type { MemberSpec } from './pools.ts';

/** What goes on with an instance when the first run comes. */
export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'change'; readonly status: string; readonly untilMs: number }
  | { readonly kind: 'rebuild'; readonly imageId: string };

/** The fleet. */
export interface FleetSpec {
  /** The targets, in the order in which they are given. */
  readonly ids: readonly string[];
  readonly isTagged: boolean;
  /** Targets, and some that nobody asked for. */
  readonly machines: readonly MachineSpec[];
  readonly openings: ReadonlyMap<string, Opening>;
  readonly blbIds: readonly string[];
  readonly members: readonly MemberSpec[];
  /** All run and are healthy, on either image. */
  readonly isPlain: boolean;
}

/** Draws a fleet of 1 to 12, or of other sizes. */
export function drawFleet(
  dice: Dice,
  behaviour: ServiceBehaviour,
  isPeaceful: boolean,
  sizes?: readonly [number, number]
): FleetSpec {
  const usual = dice.pick([
    [1, 1],
    [2, 4],
    [2, 4],
    [2, 6],
    [5, 8],
    [9, 12]
  ] as const);
  const count = dice.int(...(sizes ?? usual));
  const isTagged = dice.chance(0.1);
  const others = isTagged ? 0 : dice.pick([0, 0, 1, 2]);
  const isPlain = isPeaceful || dice.chance(0.4);
  const isBadImage = !isPeaceful && dice.chance(0.08);
  const machines: MachineSpec[] = [];
  const openings = new Map<string, Opening>();
  for (let index = 0; index < count + others; index += 1) {
    const id = `i-${String(index + 1).padStart(3, '0')}`;
    const [spec, opening] = drawMachine(dice, id, index, { isPlain, isPeaceful, isBadImage, behaviour });
    machines.push(spec);
    openings.set(id, opening);
  }
  const ids = machines.slice(0, count).map(({ id }) => id);
  const blbIds = dice.chance(0.45) ? dice.pick([['lb-1'], ['lb-2'], ['lb-1', 'lb-2']]) : [];
  const members = drawMembers(
    dice,
    machines.map(({ id }) => id),
    blbIds
  );
  return {
    // In an order of its own, but for tags, where it is that of the IDs.
    ids: isTagged ? ids : ids.toSorted(() => (dice.chance(0.5) ? 1 : -1)),
    isTagged,
    machines,
    openings,
    blbIds,
    members,
    isPlain
  };
}

interface Mood {
  readonly isPlain: boolean;
  readonly isPeaceful: boolean;
  readonly isBadImage: boolean;
  readonly behaviour: ServiceBehaviour;
}

function drawMachine(dice: Dice, id: string, index: number, mood: Mood): readonly [MachineSpec, Opening] {
  const { isPlain, isPeaceful, isBadImage, behaviour } = mood;
  const never = Number.POSITIVE_INFINITY;
  const delay = (badly: number): number =>
    !isPeaceful && dice.chance(badly) ? never : dice.pick([0, 1_000 * dice.int(0, 40)]);
  const onNew = isBadImage ? never : delay(0.04);
  const onOld = delay(0.05);
  const healthyFromMs = isPlain || dice.chance(0.85) ? 0 : dice.pick([never, 1_000 * dice.int(10, 600)]);
  const [status, imageId] = isPlain
    ? (['Running', dice.chance(0.1) ? 'm-new' : 'm-old'] as const)
    : dice.pick([
        ...Array.from({ length: 6 }, () => ['Running', 'm-old'] as const),
        ['Running', 'm-new'],
        ['Stopped', 'm-old'],
        ['Stopped', 'm-new'],
        ['Error', 'm-old']
      ] as const);
  const spec: MachineSpec = {
    id,
    internalIp: `10.0.0.${index + 1}`,
    status,
    imageId,
    healthDelayMs: (image) => (image === 'm-new' ? onNew : onOld),
    healthyFromMs
  };
  return [spec, isPlain || status !== 'Running' ? { kind: 'none' } : drawOpening(dice, behaviour)];
}

function drawOpening(dice: Dice, behaviour: ServiceBehaviour): Opening {
  if (dice.chance(0.06)) {
    const status = dice.pick(['Scaling', 'VolumeResizing', 'Humming']);
    return { kind: 'change', status, untilMs: 1_000 * dice.int(5, 400) };
  }
  // One that shows nothing could not be met by anybody.
  if (behaviour.statuses.length === 0 || !dice.chance(0.06)) return { kind: 'none' };
  return { kind: 'rebuild', imageId: dice.pick(['m-new', 'm-new', 'm-old']) };
}

function drawMembers(dice: Dice, ids: readonly string[], blbIds: readonly string[]): readonly MemberSpec[] {
  const weight = (): number => (dice.chance(0.12) ? 0 : dice.int(1, 100));
  return blbIds.flatMap((blbId) =>
    ids.flatMap((instanceId, index): readonly MemberSpec[] => {
      // The first one is a member everywhere: a load balancer without any target is refused.
      if (index > 0 && dice.chance(0.2)) return [];
      if (blbId === 'lb-1') return [{ kind: 'blb', blbId, instanceId, weight: weight() }];
      const groups = dice.pick([['sg-1'], ['sg-2'], ['sg-1', 'sg-2']]);
      return groups.map((groupId) => ({ kind: 'appblb', blbId, groupId, instanceId, weight: weight() }));
    })
  );
}
