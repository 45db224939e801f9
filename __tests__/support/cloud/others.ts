/** Changes that somebody else makes to instances while runs go on, and the rule that they set for a run. */
import type { Cloud } from './cloud.ts';
import type { Dice } from './dice.ts';
import type { Machine } from './machine.ts';

/** What somebody does: a new name, a tag taken away, another image at once, or a rebuild onto another image. */
export interface OtherChange {
  readonly atMs: number;
  readonly id: string;
  readonly kind: 'name' | 'tag' | 'image' | 'rebuild';
}

/** Draws the changes of a case; most have none. */
export function drawOthers(dice: Dice, ids: readonly string[]): readonly OtherChange[] {
  if (!dice.chance(0.25)) return [];
  const untilMs = 60_000 * dice.pick([3, 20, 60]);
  return Array.from({ length: dice.int(1, 3) }, () => ({
    atMs: dice.int(1, untilMs),
    id: dice.pick(ids),
    kind: dice.pick(['name', 'tag', 'image', 'rebuild'] as const)
  }));
}

/**
 * How old an observation may be when its rebuild is accepted, in milliseconds: the age at which it decides nothing any
 * more, the longest way of a call there and back, and what it takes to be sent.
 */
const ageMs = 45_000;

/** Watches what is done to instances that somebody has changed. */
export class Others {
  readonly #changes = new Map<string, OtherChange[]>();
  /** When the plan of the present run stood. */
  plannedMs = Number.POSITIVE_INFINITY;
  readonly #isTagged: boolean;

  constructor(isTagged: boolean) {
    this.#isTagged = isTagged;
  }

  /** Makes a change. From then on nobody can tell what the run may rightly believe of an instance that was moved. */
  make(cloud: Cloud, change: OtherChange): void {
    const { nowMs } = cloud;
    const machine = cloud.machine(change.id);
    if (machine === undefined) return;
    if (change.kind === 'image' || change.kind === 'rebuild') {
      // Nobody moves what is busy, and the service would refuse it.
      if (machine.busyUntilMs > nowMs || machine.isBeingWiped(nowMs) || machine.power !== 'up') return;
      cloud.guard.truth.untold.add(change.id);
      if (change.kind === 'image') machine.moveTo('m-hotfix');
      else machine.wipe('m-hotfix', -1, { ends: 'succeeded', workMs: 90_000 }, nowMs);
    }
    if (change.kind === 'name') machine.name = 'kept';
    if (change.kind === 'tag') machine.tags = [];
    cloud.wire.chronicle.note(nowMs, `somebody changes the ${change.kind} of ${change.id}`);
    this.#changes.set(change.id, [...(this.#changes.get(change.id) ?? []), { ...change, atMs: nowMs }]);
  }

  /** Why this run must not erase it: it had been changed since the plan, or moved since this run's rebuild of it. */
  forbids(machine: Machine, target: string, imageId: string, nowMs: number): string | undefined {
    if (machine.power === 'broken') return undefined;
    const isBack = imageId !== target;
    const known = (this.#changes.get(machine.id) ?? []).filter(
      ({ atMs, kind }) =>
        atMs > this.plannedMs &&
        atMs < nowMs - ageMs &&
        (kind !== 'tag' || this.#isTagged) &&
        (!isBack || isMove(kind))
    );
    // A rebuild by somebody that shows nothing and changes nothing yet is not to be seen.
    const [first] = known.filter(({ kind }) => !isMove(kind) || machine.imageId === 'm-hotfix');
    return first === undefined ? undefined : `although somebody had changed its ${first.kind}`;
  }
}

function isMove(kind: OtherChange['kind']): boolean {
  return kind === 'image' || kind === 'rebuild';
}
