/**
 * Invariants of every rollout, checked on random ones. The auditor keeps its own records, only from the
 * commands and the answers of the simulated world; it never asks the reducer which instances are unavailable.
 */
import { expect, test } from '@jest/globals';
import type { MemberTask } from '../../../src/core/rollout/member.ts';
import type {
  Outcome,
  Rollout,
  RolloutCommand,
  RolloutEvent,
  RolloutTask
} from '../../../src/core/rollout/rollout-state.ts';
import { beginRollout, stepRollout } from '../../../src/core/rollout/step-rollout.ts';
import { outcomes, randomFrom } from '../../support/fleets.ts';

interface Entry extends MemberTask {
  readonly isCanary: boolean;
  state:
    | 'waiting'
    | 'working'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'rolledBack'
    | 'returned'
    | 'rollbackFailed';
  isUnavailable: boolean;
  erased: boolean;
  completionOrder: number;
}

/** Checks one rollout; throws as soon as something is wrong. */
class Auditor {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly all: readonly Entry[];
  readonly work: readonly Entry[];
  readonly task: RolloutTask;
  isCancelled: boolean;
  peakUnavailable: number;
  /** How many were not serving before the rollout; a check may find more of them. */
  #baseline: number;
  #ends = 0;
  #failures = 0;
  #lastEndMs: number | undefined;
  #oldestBack = Number.POSITIVE_INFINITY;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  /** Something else had stopped it when the cancel came. */
  #stoppedBefore: boolean;

  constructor(task: RolloutTask) {
    this.task = task;
    this.isCancelled = false;
    this.#stoppedBefore = false;
    const canaries = task.members.filter(({ kind }) => kind === 'work').slice(0, task.canary);
    this.all = task.members.map((member) => ({
      ...member,
      isCanary: canaries.includes(member),
      state: 'waiting',
      erased: false,
      completionOrder: 0
    }));
    this.work = this.all.filter(({ kind }) => kind === 'work');
    this.entries = new Map(this.all.map((entry) => [entry.id, entry]));
    this.#baseline = this.unavailable;
    this.peakUnavailable = this.unavailable;
  }

  get unavailable(): number {
    return countOf(this.all, ({ isUnavailable }) => isUnavailable);
  }

  get atWork(): number {
    return countOf(this.work, isBusy);
  }

  get mustStop(): boolean {
    const badCanary = this.all.some(
      ({ isCanary, state }) =>
        isCanary && ['failed', 'rolledBack', 'returned', 'rollbackFailed'].includes(state)
    );
    return this.isCancelled || badCanary || this.#failures > this.task.maxFailures;
  }

  happened(event: RolloutEvent): void {
    if (event.type === 'cancelled') {
      this.#stoppedBefore = this.mustStop;
      this.isCancelled = true;
    }
    if (event.type === 'ended') {
      const entry = this.#entry(event.id);
      const { result, isUnavailable, canRollBack } = event.outcome;
      this.#ends += 1;
      Object.assign(entry, {
        state: result,
        isUnavailable,
        erased: canRollBack,
        completionOrder: this.#ends
      });
      if (entry.kind === 'check' && isUnavailable) this.#baseline += 1;
      if (result === 'failed') this.#failures += 1;
      if (entry.kind === 'work') this.#lastEndMs = event.atMs;
    }
    if (event.type === 'rollbackEnded') {
      const state = event.result === 'rolledBack' ? 'returned' : event.result;
      Object.assign(this.#entry(event.id), { state, isUnavailable: event.isUnavailable });
      this.#lastEndMs = event.atMs;
    }
    this.peakUnavailable = Math.max(this.peakUnavailable, this.unavailable);
  }

  commanded(commands: readonly RolloutCommand[], cause: RolloutEvent | undefined, atMs: number): void {
    const wasBusy = this.work.some(isBusy);
    for (const command of commands) {
      if (command.type === 'begin') this.#begin(this.#entry(command.id), wasBusy, atMs);
      if (command.type === 'rollBack') this.#rollBack(this.#entry(command.id), cause);
      if (command.type === 'pause') this.#pause(command.untilMs, atMs);
      this.peakUnavailable = Math.max(this.peakUnavailable, this.unavailable);
    }
    check(this.unavailable <= Math.max(this.task.maxUnavailable, this.#baseline), 'too many are unavailable');
    check(this.atWork <= this.task.maxUnavailable, 'too many are at work');
  }

  #begin(entry: Entry, wasBusy: boolean, atMs: number): void {
    check(entry.state === 'waiting', `${entry.id} is started twice`);
    check(!this.mustStop, `${entry.id} is started after a stop`);
    entry.state = 'working';
    if (entry.kind === 'check') return;
    const { maxUnavailable, pauseMs } = this.task;
    check(
      entry.isUnavailable || this.unavailable < maxUnavailable,
      () => `${entry.id} is taken although ${this.unavailable} are unavailable`
    );
    check(
      this.all.every((one) => one.kind === 'work' || one.state === 'succeeded' || one.state === 'failed'),
      'unchecked'
    );
    check(
      entry.isCanary || this.all.every((one) => !one.isCanary || one.state === 'succeeded'),
      'no canary before'
    );
    entry.isUnavailable = true;
    if (pauseMs === 0) return;
    check(!wasBusy, 'a batch is not waited for');
    check(this.#lastEndMs === undefined || atMs >= this.#lastEndMs + pauseMs, 'no pause before a batch');
  }

  #rollBack(entry: Entry, cause: RolloutEvent | undefined): void {
    check(this.task.rollback && !this.isCancelled, 'nothing is to be rolled back');
    check(entry.erased, `${entry.id} was not erased by this run, or is rolled back twice`);
    const isAtOnce = cause?.type === 'ended' && cause.id === entry.id && entry.state === 'failed';
    if (!isAtOnce) {
      check(
        entry.state === 'succeeded' && this.mustStop,
        `${entry.id} is healthy, and rolled back without a stop`
      );
      check(
        this.all.every(({ state }) => state !== 'working'),
        'not all is seen through'
      );
      check(
        this.unavailable < this.task.maxUnavailable,
        () => `${entry.id} is rolled back although ${this.unavailable} are unavailable`
      );
      check(entry.completionOrder < this.#oldestBack, 'an older one was rolled back before');
      this.#oldestBack = entry.completionOrder;
    }
    Object.assign(entry, { state: 'rolledBack', isUnavailable: true, erased: false });
  }

  #pause(untilMs: number, atMs: number): void {
    // An early wake is sent to sleep again, until the same moment.
    const goesOn = atMs < this.#pausedUntilMs && untilMs === this.#pausedUntilMs;
    check(
      (goesOn || untilMs === atMs + this.task.pauseMs) && this.atWork === 0,
      'a pause too long, too short or too early'
    );
    this.#pausedUntilMs = untilMs;
  }

  /** No slot is left empty, where there are no batches and somebody may fill it. */
  checkThrift(): void {
    const { maxUnavailable, pauseMs } = this.task;
    if (this.mustStop || pauseMs > 0 || this.all.some((one) => one.kind === 'check' && isOpen(one))) return;
    const canaries = this.work.filter((one) => one.isCanary && one.state !== 'succeeded');
    const next = (canaries.length > 0 ? canaries : this.work).filter(({ state }) => state === 'waiting');
    const fits = next.some(({ isUnavailable }) => isUnavailable || this.unavailable < maxUnavailable);
    check(!fits || this.atWork >= maxUnavailable, 'a slot is left empty');
  }

  checkEnd({ members, stop, isCancelled, peakUnavailable }: Rollout): void {
    const final: Readonly<Partial<Record<Entry['state'], string>>> = { returned: 'rolledBack' };
    for (const { id, state } of this.all) {
      check(state !== 'working' && state !== 'rolledBack', `${id} is still at work`);
      check(members.get(id)?.state === (final[state] ?? state), `${id} ended as ${state}`);
    }
    const isLeft = this.all.some(({ state }) => state === 'waiting');
    check(!isLeft || stop !== undefined, 'some are left without a stop');
    check(isCancelled === this.isCancelled, 'the cancel is not told');
    check(
      stop !== 'cancelled' || (isCancelled && !this.#stoppedBefore),
      'a cancel hides what came before it'
    );
    const hasOther = this.#stoppedBefore || stop === 'noCapacity';
    check(!isCancelled || stop === 'cancelled' || hasOther, 'the cancel is told as something else');
    check(
      stop !== 'noCapacity' || (isLeft && this.unavailable >= this.task.maxUnavailable),
      'there was room'
    );
    const staysNew = this.work.some(({ state, erased }) => state === 'succeeded' && erased);
    const mustGoBack = this.task.rollback && this.mustStop && !this.isCancelled;
    check(
      !mustGoBack || !staysNew || this.unavailable >= this.task.maxUnavailable,
      'one that had room was not rolled back'
    );
    check(
      peakUnavailable === this.peakUnavailable,
      `peakUnavailable is ${peakUnavailable} and was ${this.peakUnavailable}`
    );
  }

  #entry(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`nobody knows ${id}`);
    return entry;
  }
}

function isBusy({ state }: Entry): boolean {
  return state === 'working' || state === 'rolledBack';
}

function isOpen(entry: Entry): boolean {
  return entry.state === 'waiting' || isBusy(entry);
}

/** As a filter counts, without its list: these counts are most of the work. */
function countOf(entries: readonly Entry[], fits: (entry: Entry) => boolean): number {
  let count = 0;
  for (const entry of entries) if (fits(entry)) count += 1;
  return count;
}

function check(isTrue: boolean, otherwise: string | (() => string)): void {
  if (!isTrue) throw new Error(typeof otherwise === 'string' ? otherwise : otherwise());
}

function randomTask(pick: (count: number) => number, random: () => number): RolloutTask {
  const count = pick(26);
  const shareAway = [0, 0.2, 1][pick(3)] ?? 0;
  const members = Array.from({ length: count }, (_, index): MemberTask => {
    const kind = random() < 0.15 ? 'check' : 'work';
    return { id: `m${index}`, kind, isUnavailable: kind === 'work' && random() < shareAway };
  });
  return {
    members: members.toSorted((one, other) => Number(other.isUnavailable) - Number(one.isUnavailable)),
    maxUnavailable: 1 + pick(5),
    canary: random() < 0.5 ? 0 : pick(5),
    pauseMs: random() < 0.6 ? 0 : 10,
    maxFailures: random() < 0.5 ? pick(3) : pick(20),
    rollback: random() < 0.5
  };
}

/** Plays one rollout in a random world; gives how it stopped. */
function play(seed: number): string {
  const random = randomFrom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const task = randomTask(pick, random);
  const failRate = [0, 0.1, 0.5][pick(3)] ?? 0;
  const auditor = new Auditor(task);
  const log: unknown[] = [task];
  const queue: RolloutEvent[] = random() < 0.3 ? [{ type: 'cancelled', atMs: pick(20) }] : [];
  const outcome = (kind: MemberTask['kind']): Outcome => {
    if (auditor.isCancelled && random() < 0.5)
      return { ...outcomes.cut, isUnavailable: kind === 'work' && random() < 0.5 };
    if (random() >= failRate)
      return kind === 'check' || random() < 0.2 ? outcomes.skipped : outcomes.succeeded;
    const bad =
      kind === 'check'
        ? [outcomes.lost, outcomes.refused]
        : [outcomes.broken, outcomes.lost, outcomes.refused];
    return bad[pick(bad.length)] ?? outcomes.lost;
  };
  try {
    let nowMs = 0;
    let [rollout, commands] = beginRollout(task, nowMs);
    let cause: RolloutEvent | undefined;
    for (;;) {
      log.push(cause, commands);
      auditor.commanded(commands, cause, nowMs);
      for (const command of commands) {
        const atMs = nowMs + pick(6);
        // What comes of it is decided when it ends, for a cancel may come before.
        if (command.type === 'begin')
          queue.push({ type: 'ended', id: command.id, outcome: outcomes.succeeded, atMs });
        if (command.type === 'rollBack')
          queue.push({
            type: 'rollbackEnded',
            id: command.id,
            result: 'rolledBack',
            isUnavailable: false,
            atMs
          });
        if (command.type === 'pause') {
          const isEarly = random() < 0.3 && command.untilMs - nowMs > 1;
          queue.push({ type: 'woke', atMs: isEarly ? command.untilMs - 1 : command.untilMs });
        }
      }
      auditor.checkThrift();
      if (rollout.isOver) break;
      const first = queue.reduce(
        (least, { atMs }, index) => (atMs < (queue[least]?.atMs ?? 0) ? index : least),
        0
      );
      const [due] = queue.splice(first, 1);
      if (due === undefined) throw new Error('it stalls');
      nowMs = due.atMs;
      cause = decide(due);
      auditor.happened(cause);
      [rollout, commands] = stepRollout(rollout, cause);
    }
    check(
      queue.every(({ type }) => type === 'woke' || type === 'cancelled'),
      'it ended before its work'
    );
    auditor.checkEnd(rollout);
    return rollout.stop ?? 'all';
  } catch (error) {
    throw new Error(`SEED=${seed}: ${String(error)}\n${log.map((one) => JSON.stringify(one)).join('\n')}`);
  }

  function decide(due: RolloutEvent): RolloutEvent {
    if (due.type === 'ended')
      return { ...due, outcome: outcome(auditor.entries.get(due.id)?.kind ?? 'work') };
    if (due.type !== 'rollbackEnded') return due;
    if (auditor.isCancelled) return { ...due, result: 'cancelled', isUnavailable: true };
    if (random() < 0.7) return { ...due, result: 'rolledBack', isUnavailable: false };
    // One that was left alone serves.
    return { ...due, result: 'rollbackFailed', isUnavailable: random() < 0.7 };
  }
}

test('the invariants of a rollout hold whatever happens', () => {
  const seed = Number(process.env['SEED'] ?? 1);
  const cases = Number(process.env['CASES'] ?? 3_000);
  const stops = new Set<string>();
  for (let count = 0; count < cases; count += 1) stops.add(play(seed + count));
  // Worlds that never show one of them would prove little.
  const all = ['all', 'canary', 'cancelled', 'maxFailures', 'noCapacity'];
  expect(cases < 1_000 ? all : [...stops].toSorted()).toEqual(all);
}, 60_000);
