/** The log of a rollout: which instances are done, how far it is, and about how long it still takes. */

import { progressLine, stopLine } from '../../core/report/rollout-progress.ts';
import { isAtWork, type Member, type MemberState } from '../../core/rollout/member.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import { formatDuration } from '../../core/time.ts';
import type { Ports } from '../../ports/ports.ts';
import { startHeartbeat } from '../calls/heartbeat.ts';

/** Lines of progress come no closer together than this, in milliseconds, however many targets end. */
const leastMs = 15_000;

/** Tells the log of the rollout of several targets; a single one has lines of its own, which say it all. */
export class RolloutLog {
  readonly #log: Ports['log'];
  readonly #clock: Ports['clock'];
  readonly #began = new Map<string, number>();
  readonly #tookMs: number[] = [];
  #rollout: Rollout | undefined;
  #toldMs: number;
  readonly #stopHeartbeat: () => void;

  constructor({ log, clock }: Pick<Ports, 'log' | 'clock'>) {
    this.#log = log;
    this.#clock = clock;
    // So that the first line comes as soon as the first member has ended.
    this.#toldMs = clock.nowMs() - leastMs;
    const say = (nowMs: number): void => {
      if (this.#rollout !== undefined) this.#line(this.#rollout, nowMs);
    };
    this.#stopHeartbeat = startHeartbeat(say, () => this.#toldMs, clock);
  }

  /** Told of every step. */
  tell(rollout: Rollout): void {
    const nowMs = this.#clock.nowMs();
    const before = this.#rollout;
    this.#rollout = rollout;
    let hasEnded = false;
    for (const member of rollout.members.values()) {
      if (member.state === (before?.members.get(member.id)?.state ?? 'waiting')) continue;
      if (isAtWork(member)) this.#began.set(member.id, nowMs);
      // Back to waiting before a stop, it serves again and takes its turn later.
      else if (member.state !== 'waiting' || rollout.stop !== undefined) {
        hasEnded = true;
        this.#ended(member, nowMs);
      }
    }
    if (rollout.stop !== undefined && before?.stop === undefined) {
      const line = stopLine(rollout);
      if (line !== undefined) this.#log.info(line);
    }
    if (rollout.isOver || (hasEnded && nowMs - this.#toldMs >= leastMs)) this.#line(rollout, nowMs);
  }

  /** Ends the line of each minute. */
  dispose(): void {
    this.#stopHeartbeat();
  }

  #ended(member: Member, nowMs: number): void {
    const took = nowMs - (this.#began.get(member.id) ?? nowMs);
    if (member.state === 'succeeded' && member.kind === 'work') this.#tookMs.push(took);
    const words: Readonly<Partial<Record<MemberState, string>>> = {
      waiting: 'withdrawn',
      succeeded: member.kind === 'work' ? 'done' : 'is on the image already',
      failed: 'failed',
      rolledBack: 'rolled back',
      rollbackFailed: 'rollback failed',
      cancelled: 'cut off by the cancel'
    };
    this.#log.info(`${member.id}: ${words[member.state] ?? member.state} after ${formatDuration(took)}`);
  }

  #line(rollout: Rollout, nowMs: number): void {
    this.#toldMs = nowMs;
    const underWay = rollout.members.values().filter(isAtWork);
    const beganMs = underWay.map(({ id }) => this.#began.get(id) ?? nowMs);
    this.#log.info(progressLine(rollout, { beganMs, tookMs: this.#tookMs, nowMs }));
  }
}
