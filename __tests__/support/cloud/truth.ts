/** What is true of the instances of a cloud at a moment, whatever the service shows and the run believes. */
import type { Cloud } from './cloud.ts';
import type { Machine } from './machine.ts';

/** The truth of one case. */
export class Truth {
  readonly #cloud: Cloud;
  readonly #healthAsked: boolean;
  /**
   * Those of which nobody can tell how many rebuilds are under way: an answer was lost, and the service showed
   * nothing. Whatever is said of them afterwards may be wrong.
   */
  readonly untold = new Set<string>();

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

  /** Whether a rebuild goes on that nobody can know of: one of an earlier run, of which the status shows nothing. */
  isHidden(machine: Machine): boolean {
    const { nowMs, manner, wire } = this.#cloud;
    if (this.untold.has(machine.id)) return true;
    const goesOn = machine.wipes.some(({ run, endsMs }) => run < wire.chronicle.run && endsMs > nowMs);
    return goesOn && manner.statuses.length === 0;
  }

  /** Not serving, or out of some of its traffic by this run. From the acceptance on a rebuild counts as begun. */
  isUnavailable(machine: Machine): boolean {
    if (this.isHidden(machine)) return false;
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
