/** The members of a rollout as a value that is cheap to change: of a thousand, one step touches one or a few. */
import { countsAsUnavailable, isAtWork, type Member, type MemberState, type MemberTask } from './member.ts';

/** All members, in the order of the task; the counts that are asked for most are kept. */
export class Members {
  readonly #all: readonly Member[];
  readonly #places: ReadonlyMap<string, number>;
  /** How many are unavailable, see `countsAsUnavailable`. */
  readonly unavailable: number;
  /** How many are at work, those that are only checked left out. */
  readonly atWork: number;

  private constructor(all: readonly Member[], places: ReadonlyMap<string, number>) {
    this.#all = all;
    this.#places = places;
    this.unavailable = all.filter(countsAsUnavailable).length;
    this.atWork = this.count('work', 'working', 'rollingBack');
  }

  /** The members at the start, none of them started. */
  static of(tasks: readonly MemberTask[]): Members {
    const fresh = { state: 'waiting', canRollBack: false, hasFailed: false, completionOrder: 0 } as const;
    const all = tasks.map((task): Member => ({ ...task, ...fresh }));
    return new Members(all, new Map(all.map(({ id }, place) => [id, place])));
  }

  get(id: string): Member | undefined {
    return this.#all[this.#places.get(id) ?? -1];
  }

  values(): readonly Member[] {
    return this.#all;
  }

  /** How many of a kind are in one of these states. */
  count(kind: Member['kind'], ...states: readonly MemberState[]): number {
    return this.#all.filter((member) => member.kind === kind && states.includes(member.state)).length;
  }

  /** Whether any of them is being worked on or checked. */
  get isBusy(): boolean {
    return this.#all.some(isAtWork);
  }

  /**
   * Whether one more may be started. One that is already unavailable makes it no worse, but it still needs a free slot: a
   * check that fails on all of them from the start must not start all of them at once.
   */
  hasCapacity(member: Member, maxUnavailable: number): boolean {
    return this.atWork < maxUnavailable && (member.isUnavailable || this.unavailable < maxUnavailable);
  }

  /** The members after one of them has changed; the same where there is none with this id. */
  with(id: string, patch: Partial<Omit<Member, 'id' | 'kind'>>): Members {
    const place = this.#places.get(id) ?? -1;
    const before = this.#all[place];
    if (before === undefined) return this;
    return new Members(this.#all.with(place, { ...before, ...patch }), this.#places);
  }
}
