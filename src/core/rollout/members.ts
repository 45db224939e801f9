/** The members of a rollout as a value that is cheap to change: of a thousand, one step touches one or a few. */
import { countsAsUnavailable, type Member, type MemberState, type MemberTask } from './member.ts';

/** How many members of a kind are in a state. */
type Counts = Readonly<Partial<Record<`${Member['kind']} ${MemberState}`, number>>>;

/** All members, in the order of the task, with what is asked of them most counted along. */
export class Members {
  readonly #places: ReadonlyMap<string, number>;
  readonly #all: readonly Member[];
  readonly #counts: Counts;
  /** How many are unavailable, see `countsAsUnavailable`. */
  readonly unavailable: number;

  private constructor(
    places: ReadonlyMap<string, number>,
    all: readonly Member[],
    counts: Counts,
    unavailable: number
  ) {
    this.#places = places;
    this.#all = all;
    this.#counts = counts;
    this.unavailable = unavailable;
  }

  /** The members at the start, none of them started. */
  static of(tasks: readonly MemberTask[]): Members {
    const all = tasks.map(
      (task): Member => ({
        ...task,
        state: 'waiting',
        canRollBack: false,
        hasFailed: false,
        completionOrder: 0
      })
    );
    const waiting = (kind: Member['kind']): number => all.filter((member) => member.kind === kind).length;
    return new Members(
      new Map(all.map(({ id }, place) => [id, place])),
      all,
      { 'check waiting': waiting('check'), 'work waiting': waiting('work') },
      all.filter(countsAsUnavailable).length
    );
  }

  get(id: string): Member | undefined {
    return this.#all[this.#places.get(id) ?? -1];
  }

  values(): readonly Member[] {
    return this.#all;
  }

  /** How many of a kind are in one of these states. */
  count(kind: Member['kind'], ...states: readonly MemberState[]): number {
    let count = 0;
    for (const state of states) count += this.#counts[`${kind} ${state}`] ?? 0;
    return count;
  }

  /** How many are at work, those that are only checked left out. */
  get atWork(): number {
    return this.count('work', 'working', 'rollingBack');
  }

  /** Whether any of them is being worked on or checked. */
  get isBusy(): boolean {
    return this.atWork + this.count('check', 'working', 'rollingBack') > 0;
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
    const now: Member = { ...before, ...patch };
    const [was, is] = [`${before.kind} ${before.state}`, `${now.kind} ${now.state}`] as const;
    const less = { ...this.#counts, [was]: (this.#counts[was] ?? 0) - 1 };
    const counts: Counts = { ...less, [is]: (less[is] ?? 0) + 1 };
    const unavailable =
      this.unavailable - Number(countsAsUnavailable(before)) + Number(countsAsUnavailable(now));
    return new Members(this.#places, this.#all.with(place, now), counts, unavailable);
  }
}
