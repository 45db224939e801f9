/**
 * What must hold of every rollout, over random ones. The auditor keeps books of its own, from nothing but the
 * commands and what the simulated world answers to them; it never asks the reducer who is away.
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
  state: 'waiting' | 'forth' | 'well' | 'failed' | 'cancelled' | 'back' | 'returned' | 'notBack';
  isOut: boolean;
  erased: boolean;
  endedAs: number;
}

/** Books on one rollout; throws as soon as something is wrong. */
class Auditor {
  readonly entries: Map<string, Entry>;
  readonly task: RolloutTask;
  isCancelled: boolean;
  mostOut: number;
  /** How many were not serving before anybody did anything; a check may find more of them. */
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
    this.entries = new Map(
      task.members.map((member): [string, Entry] => [
        member.id,
        {
          ...member,
          isCanary: canaries.includes(member),
          state: 'waiting',
          isOut: member.isAway,
          erased: false,
          endedAs: 0
        }
      ])
    );
    this.#baseline = this.out;
    this.mostOut = this.out;
  }

  get all(): readonly Entry[] {
    return [...this.entries.values()];
  }

  get work(): readonly Entry[] {
    return this.all.filter(({ kind }) => kind === 'work');
  }

  get out(): number {
    return this.all.filter(({ isOut }) => isOut).length;
  }

  get atWork(): number {
    return this.work.filter(isBusy).length;
  }

  get mustStop(): boolean {
    const badCanary = this.all.some(
      ({ isCanary, state }) => isCanary && ['failed', 'back', 'returned', 'notBack'].includes(state)
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
      const { result, isAway, canGoBack } = event.outcome;
      this.#ends += 1;
      Object.assign(entry, { state: result, isOut: isAway, erased: canGoBack, endedAs: this.#ends });
      if (entry.kind === 'check' && isAway) this.#baseline += 1;
      if (result === 'failed') this.#failures += 1;
      if (entry.kind === 'work') this.#lastEndMs = event.atMs;
    }
    if (event.type === 'wentBack') {
      const state = event.result === 'back' ? 'returned' : event.result;
      Object.assign(this.#entry(event.id), { state, isOut: event.result !== 'back' });
      this.#lastEndMs = event.atMs;
    }
    this.mostOut = Math.max(this.mostOut, this.out);
  }

  commanded(commands: readonly RolloutCommand[], cause: RolloutEvent | undefined, atMs: number): void {
    const wasBusy = this.work.some(isBusy);
    for (const command of commands) {
      if (command.type === 'begin') this.#begin(this.#entry(command.id), wasBusy, atMs);
      if (command.type === 'goBack') this.#goBack(this.#entry(command.id), cause);
      if (command.type === 'pause') this.#pause(command.untilMs, atMs);
      this.mostOut = Math.max(this.mostOut, this.out);
    }
    hold(this.out <= Math.max(this.task.slots, this.#baseline), 'too many are out');
    hold(this.atWork <= this.task.slots, 'too many are at work');
  }

  #begin(entry: Entry, wasBusy: boolean, atMs: number): void {
    hold(entry.state === 'waiting', `${entry.id} is begun twice`);
    hold(!this.mustStop, `${entry.id} is begun after a stop`);
    entry.state = 'forth';
    if (entry.kind === 'check') return;
    const { slots, pauseMs } = this.task;
    hold(entry.isOut || this.out < slots, `${entry.id} is taken although ${this.out} are out`);
    hold(
      this.all.every((one) => one.kind === 'work' || one.state === 'well' || one.state === 'failed'),
      'unchecked'
    );
    hold(
      entry.isCanary || this.all.every((one) => !one.isCanary || one.state === 'well'),
      'no canary before'
    );
    entry.isOut = true;
    if (pauseMs === 0) return;
    hold(!wasBusy, 'a batch is not waited for');
    hold(this.#lastEndMs === undefined || atMs >= this.#lastEndMs + pauseMs, 'no pause before a batch');
  }

  #goBack(entry: Entry, cause: RolloutEvent | undefined): void {
    hold(this.task.rollback && !this.isCancelled, 'nothing is to be put back');
    hold(entry.erased, `${entry.id} was not erased by this run, or is put back twice`);
    const isAtOnce = cause?.type === 'ended' && cause.id === entry.id && entry.state === 'failed';
    if (!isAtOnce) {
      hold(entry.state === 'well' && this.mustStop, `${entry.id} is well, and put back without a stop`);
      hold(
        this.all.every(({ state }) => state !== 'forth'),
        'not all is seen through'
      );
      hold(this.out < this.task.slots, `${entry.id} is put back although ${this.out} are out`);
      hold(entry.endedAs < this.#oldestBack, 'an older one was put back before');
      this.#oldestBack = entry.endedAs;
    }
    Object.assign(entry, { state: 'back', isOut: true, erased: false });
  }

  #pause(untilMs: number, atMs: number): void {
    // An early wake is sent to sleep again, until the same moment.
    const goesOn = atMs < this.#pausedUntilMs && untilMs === this.#pausedUntilMs;
    hold(
      (goesOn || untilMs === atMs + this.task.pauseMs) && this.atWork === 0,
      'a pause too long, too short or too early'
    );
    this.#pausedUntilMs = untilMs;
  }

  /** No slot is left empty, where there are no batches and somebody may fill it. */
  checkThrift(): void {
    const { slots, pauseMs } = this.task;
    if (this.mustStop || pauseMs > 0 || this.all.some((one) => one.kind === 'check' && isOpen(one))) return;
    const canaries = this.work.filter((one) => one.isCanary && one.state !== 'well');
    const next = (canaries.length > 0 ? canaries : this.work).filter(({ state }) => state === 'waiting');
    const fits = next.some(({ isOut }) => isOut || this.out < slots);
    hold(!fits || this.atWork >= slots, 'a slot is left empty');
  }

  checkEnd({ members, stop, isCancelled, mostAway }: Rollout): void {
    const final: Readonly<Partial<Record<Entry['state'], string>>> = { returned: 'back' };
    for (const { id, state } of this.all) {
      hold(state !== 'forth' && state !== 'back', `${id} is still at work`);
      hold(members.get(id)?.state === (final[state] ?? state), `${id} ended as ${state}`);
    }
    const isLeft = this.all.some(({ state }) => state === 'waiting');
    hold(!isLeft || stop !== undefined, 'some are left without a stop');
    hold(isCancelled === this.isCancelled, 'the cancel is not told');
    hold(stop !== 'cancelled' || (isCancelled && !this.#stoppedBefore), 'a cancel hides what came before it');
    const hasOther = this.#stoppedBefore || stop === 'noRoom';
    hold(!isCancelled || stop === 'cancelled' || hasOther, 'the cancel is told as something else');
    hold(stop !== 'noRoom' || (isLeft && this.out >= this.task.slots), 'there was room');
    const staysNew = this.work.some(({ state, erased }) => state === 'well' && erased);
    const mustGoBack = this.task.rollback && this.mustStop && !this.isCancelled;
    hold(!mustGoBack || !staysNew || this.out >= this.task.slots, 'one that had room was not put back');
    hold(mostAway === this.mostOut, `mostAway is ${mostAway} and was ${this.mostOut}`);
  }

  #entry(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`nobody knows ${id}`);
    return entry;
  }
}

function isBusy({ state }: Entry): boolean {
  return state === 'forth' || state === 'back';
}

function isOpen(entry: Entry): boolean {
  return entry.state === 'waiting' || isBusy(entry);
}

function hold(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}

function randomTask(pick: (count: number) => number, random: () => number): RolloutTask {
  const count = pick(26);
  const shareAway = [0, 0.2, 1][pick(3)] ?? 0;
  const members = Array.from({ length: count }, (_, index): MemberTask => {
    const kind = random() < 0.15 ? 'check' : 'work';
    return { id: `m${index}`, kind, isAway: kind === 'work' && random() < shareAway };
  });
  return {
    members: members.toSorted((one, other) => Number(other.isAway) - Number(one.isAway)),
    slots: 1 + pick(5),
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
  const queue: RolloutEvent[] = random() < 0.2 ? [{ type: 'cancelled', atMs: pick(60) }] : [];
  const outcome = (kind: MemberTask['kind']): Outcome => {
    if (auditor.isCancelled && random() < 0.8)
      return { ...outcomes.cut, isAway: kind === 'work' && random() < 0.5 };
    if (random() >= failRate) return kind === 'check' || random() < 0.2 ? outcomes.skipped : outcomes.well;
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
          queue.push({ type: 'ended', id: command.id, outcome: outcomes.well, atMs });
        if (command.type === 'goBack') queue.push({ type: 'wentBack', id: command.id, result: 'back', atMs });
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
    hold(
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
    if (due.type !== 'wentBack') return due;
    if (auditor.isCancelled) return { ...due, result: 'cancelled' };
    return { ...due, result: random() < 0.7 ? 'back' : 'notBack' };
  }
}

test('whatever happens, the promises of a rollout hold', () => {
  const seed = Number(process.env['SEED'] ?? 1);
  const cases = Number(process.env['CASES'] ?? 10_000);
  const stops = new Set<string>();
  for (let count = 0; count < cases; count += 1) stops.add(play(seed + count));
  // Worlds that never show one of them would prove little.
  const all = ['all', 'canary', 'cancelled', 'maxFailures', 'noRoom'];
  expect(cases < 1_000 ? all : [...stops].toSorted()).toEqual(all);
}, 60_000);
