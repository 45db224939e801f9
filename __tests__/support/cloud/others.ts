/** Changes that somebody else makes to instances while runs go on, and the rule that they set for a run. */
import type { Cloud } from './cloud.ts';
import type { Dice } from './dice.ts';
import type { Machine, Wipe } from './machine.ts';
import { freshMs } from './read-history.ts';

/** What somebody does: labels it again, moves it to another image, rebuilds it, stops it or deletes it. */
export interface OtherChange {
  readonly atMs: number;
  readonly id: string;
  /** `rebuild` is one onto an image of their own, `same` one onto the image of the run. */
  readonly kind: 'name' | 'tag' | 'image' | 'rebuild' | 'same' | 'stop' | 'delete';
}

const kinds = ['name', 'tag', 'image', 'rebuild', 'same', 'stop', 'delete'] as const;

/** Draws the changes of a case; most have none. */
export function drawOthers(dice: Dice, ids: readonly string[]): readonly OtherChange[] {
  if (!dice.chance(0.3)) return [];
  const untilMs = 60_000 * dice.pick([3, 20, 60]);
  return Array.from({ length: dice.int(1, 4) }, () => ({
    atMs: dice.int(1, untilMs),
    id: dice.pick(ids),
    kind: dice.pick(kinds)
  }));
}

/** A change that was made, with the image that it has put on the instance. */
interface Made {
  readonly atMs: number;
  readonly kind: OtherChange['kind'];
  readonly imageId?: string;
}

/** Watches what is done to instances that somebody has changed. */
export class Others {
  readonly #made = new Map<string, Made[]>();
  #count = 0;
  /** When the plan of the present run stood. */
  plannedMs = Number.POSITIVE_INFINITY;
  #beganMs = 0;
  readonly #isTagged: boolean;

  constructor(isTagged: boolean) {
    this.#isTagged = isTagged;
  }

  /** A run begins. */
  beginRun(nowMs: number): void {
    this.plannedMs = Number.POSITIVE_INFINITY;
    this.#beganMs = nowMs;
  }

  /** Makes a change; nobody moves, stops or deletes what is busy, and the service would refuse it. */
  make(cloud: Cloud, { id, kind }: OtherChange): void {
    const { nowMs } = cloud;
    const machine = cloud.machine(id);
    if (machine === undefined) return;
    const isLabel = kind === 'name' || kind === 'tag';
    if (!isLabel && (machine.busyUntilMs > nowMs || machine.isBeingWiped(nowMs) || machine.power !== 'up'))
      return;
    const was = machine.imageId;
    this.#count += 1;
    // Each is another than all before, so that what it changes differs from every plan.
    const word = `hotfix-${this.#count}`;
    const imageId = kind === 'image' || kind === 'rebuild' ? cloud.addImage(`m-${word}`) : 'm-new';
    if (kind === 'name') machine.label(nowMs, { name: word });
    if (kind === 'tag') machine.label(nowMs, { tags: [] });
    if (kind === 'image') machine.moveTo(imageId, nowMs);
    if (kind === 'stop') machine.stop(nowMs);
    if (kind === 'delete') machine.delete(nowMs);
    if (kind === 'rebuild' || kind === 'same') {
      machine.wipe(imageId, -1, { ends: 'succeeded', workMs: 90_000 }, nowMs);
    }
    cloud.wire.eventLog.note(nowMs, `somebody else's change of ${id}: ${kind}`);
    const isMove = kind === 'image' || kind === 'rebuild' || kind === 'same';
    // Whose image stays the same shows nothing that a plan could differ from.
    const made = { atMs: nowMs, kind, ...(isMove && was !== imageId ? { imageId } : {}) };
    this.#made.set(id, [...(this.#made.get(id) ?? []), made]);
  }

  /** Whether somebody has changed anything of it. */
  hasChanged(id: string): boolean {
    return this.#made.has(id);
  }

  /** Whether somebody has made another thing of it in this run, so that what the run has found of it may be over. */
  hasMoved({ id, wipes }: Machine, nowMs: number): boolean {
    if (wipes.some(({ run, endsMs }) => run === -1 && endsMs > nowMs)) return true;
    // So it is with one that was going on when the run began.
    if (wipes.some(({ run, endsMs }) => run === 0 && endsMs > this.#beganMs)) return true;
    const sinceMs = this.#beganMs - 2 * freshMs;
    return (this.#made.get(id) ?? []).some(
      ({ atMs, kind }) => kind !== 'name' && kind !== 'tag' && atMs >= sinceMs
    );
  }

  /**
   * Whether a change of it shows in none of the observations of the run: it was made after `shownMs`, which the last of
   * them is sure to show, or it is a rebuild of which no read has shown anything, or nothing but its image: where that
   * is written on acceptance, another change that ends then looks like the end of the rebuild.
   */
  hasMovedUnseen({ id, wipes }: Machine, shownMs: number, run: number): boolean {
    const isHidden = ({ run: by, startsMs, endsMs, shownTo }: Wipe): boolean =>
      by <= 0 &&
      endsMs > this.#beganMs &&
      (startsMs > shownMs || (!shownTo.instance.has(run) && !shownTo.disk.has(run)));
    if (wipes.some(isHidden)) return true;
    return (this.#made.get(id) ?? []).some(
      ({ atMs, kind }) => ['image', 'stop', 'delete'].includes(kind) && atMs >= shownMs
    );
  }

  /**
   * Why this run must not erase it: it had been changed since the plan, or moved since this run's rebuild of it, and
   * that showed when the observation was made that the rebuild rests on.
   */
  forbids(machine: Machine, target: string, imageId: string, cloud: Cloud): string | undefined {
    const { nowMs } = cloud;
    const isBack = imageId !== target;
    if (isBack && machine.power === 'broken') return undefined;
    const shown = machine.shownBy(freshMs + cloud.longestLagMs, nowMs);
    const first = (this.#made.get(machine.id) ?? []).find((made) => {
      if (made.atMs <= this.plannedMs || made.atMs >= nowMs - freshMs - cloud.longestLagMs) return false;
      if (made.imageId !== undefined)
        return shown.imageId === made.imageId && !(isBack && made.imageId === target);
      return !isBack && (made.kind === 'name' || (made.kind === 'tag' && this.#isTagged));
    });
    return first === undefined ? undefined : `although somebody else's change had been made: ${first.kind}`;
  }
}
