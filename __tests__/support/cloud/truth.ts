/** What is true of the instances of a cloud at a moment, whatever the service shows and the run believes. */
import type { Cloud } from './cloud.ts';
import type { Machine, Wipe } from './machine.ts';
import { freshMs, reveals } from './read-history.ts';

/** The truth of one case. */
export class Truth {
  readonly #cloud: Cloud;
  readonly #healthAsked: boolean;
  /**
   * Those of which nobody can tell how many rebuilds are under way: an answer was lost, and the service showed
   * nothing. Whatever is said of them afterwards may be wrong.
   */
  readonly unknowable = new Set<string>();

  constructor(cloud: Cloud, healthAsked: boolean) {
    this.#cloud = cloud;
    this.#healthAsked = healthAsked;
  }

  /** As a probe finds it. */
  isHealthy(machine: Machine): boolean {
    return machine.power === 'up' && machine.healthyFromMs <= this.#cloud.nowMs;
  }

  /** Up, and healthy where that is asked for, with no rebuild to come. */
  serves(machine: Machine): boolean {
    if (machine.power !== 'up' || machine.isBeingWiped(this.#cloud.nowMs)) return false;
    return !this.#healthAsked || this.isHealthy(machine);
  }

  /**
   * Whether the present run can know of a rebuild: a read has shown it anything of it, or would have, had it been made
   * when the latest observation may have been made that it decides by.
   */
  isVisible(machine: Machine, wipe: Wipe): boolean {
    const { nowMs, longestLagMs, wire, guard } = this.#cloud;
    const { run } = wire.eventLog;
    if (wipe.shownTo.instance.has(run) || wipe.shownTo.disk.has(run)) return true;
    const shown = machine.shownBy(freshMs + longestLagMs, nowMs);
    return (['instance', 'disk'] as const).some((part) =>
      reveals(wipe, part, run, guard.readHistory.firstOf(machine.id, part, shown), shown)
    );
  }

  /** Whether a rebuild goes on that the run cannot know of: it is another's, and nothing of it was to be seen. */
  isHidden(machine: Machine): boolean {
    const { run } = this.#cloud.wire.eventLog;
    if (this.unknowable.has(machine.id)) return true;
    const shownMs = this.#shownMs(machine);
    return machine.wipes.some(
      (wipe) => wipe.run < run && wipe.endsMs > shownMs && !this.isVisible(machine, wipe)
    );
  }

  /**
   * Whether a rebuild of another run goes on that the status does not show, or that no read has shown this run: who is
   * unavailable is told by the status, and the run need not look at those whose turn has not come.
   */
  #isSilent(machine: Machine): boolean {
    const { behaviour, wire } = this.#cloud;
    const { run: now } = wire.eventLog;
    const shownMs = this.#shownMs(machine);
    return machine.wipes.some(
      ({ run, startsMs, endsMs, shownTo }) =>
        run < now &&
        endsMs > shownMs &&
        (behaviour.statuses.length === 0 || startsMs > shownMs || !shownTo.instance.has(now))
    );
  }

  /** Until when the reads of the run are sure to show the instance. What comes after that it cannot know. */
  #shownMs({ id }: Machine): number {
    const { nowMs, longestLagMs, guard } = this.#cloud;
    return Math.min(nowMs, guard.readHistory.lastOf(id) - longestLagMs);
  }

  /** Whether nobody may hold it against the run what it is now. */
  isExcused(machine: Machine): boolean {
    return this.isHidden(machine) || this.#cloud.others.hasMoved(machine, this.#cloud.nowMs);
  }

  /** Not serving, or out of some of its traffic by this run. From the acceptance on a rebuild counts as begun. */
  isUnavailable(machine: Machine): boolean {
    if (this.isExcused(machine) || this.#isSilent(machine)) return false;
    const seats = this.#cloud.pools.of(machine.id);
    return seats.some(({ weight, runWeight }) => weight < runWeight) || !this.serves(machine);
  }

  /** Whether it has been rebuilt, serves, and has all of its traffic. */
  isDone(machine: Machine, imageId: string): boolean {
    const seats = this.#cloud.pools.of(machine.id);
    const isWhole = seats.every(({ weight, runWeight }) => weight === runWeight);
    return this.serves(machine) && machine.system === imageId && isWhole;
  }
}
