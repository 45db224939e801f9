/** The log of a rollout: which instances are done, how far it is, and about how long it still takes. */

import type { Plan } from '../../core/plan/plan.ts';
import { type Progress, progressLine, stopLine } from '../../core/report/rollout-progress.ts';
import { isAtWork, type Member, type MemberState } from '../../core/rollout/member.ts';
import type { Rollout } from '../../core/rollout/rollout-state.ts';
import { formatDuration } from '../../core/time.ts';
import type { Ports } from '../../ports/ports.ts';

/** Tells the log of a rollout. */
export interface RolloutLog {
  /** Told of every step. */
  tell(rollout: Rollout): void;
  /** Ends the line of each minute. */
  dispose(): void;
}

/** Lines of progress come no closer together than this, in milliseconds, however many targets end. */
const leastMs = 15_000;

/** And no further apart than this. */
const mostMs = 60_000;

const silent: RolloutLog = { tell: () => undefined, dispose: () => undefined };

/** The rollout log of one run; none for a single target, whose own lines say it all. */
export function createRolloutLog(plan: Plan, ports: Pick<Ports, 'log' | 'clock'>): RolloutLog {
  return plan.targets.length === 1 ? silent : new FleetRolloutLog(ports);
}

class FleetRolloutLog implements RolloutLog {
  readonly #log: Ports['log'];
  readonly #clock: Ports['clock'];
  readonly #off = new AbortController();
  readonly #began = new Map<string, number>();
  readonly #tookMs: number[] = [];
  readonly #failed = new Set<string>();
  readonly #states = new Map<string, MemberState>();
  #rollout: Rollout | undefined;
  #stop: Rollout['stop'];
  #failures = 0;
  #toldMs: number;

  constructor({ log, clock }: Pick<Ports, 'log' | 'clock'>) {
    this.#log = log;
    this.#clock = clock;
    // The first word comes with the first end.
    this.#toldMs = clock.nowMs() - leastMs;
    void this.#heartbeat();
  }

  tell(rollout: Rollout): void {
    const nowMs = this.#clock.nowMs();
    this.#rollout = rollout;
    // A step ends one member at most.
    const hasFailed = rollout.failures > this.#failures;
    this.#failures = rollout.failures;
    let hasEnded = false;
    for (const member of rollout.members.values()) {
      const before = this.#states.get(member.id);
      if (before === member.state) continue;
      this.#states.set(member.id, member.state);
      // What ends may be rolled back at once: because it failed, or because the rollout has stopped by then.
      if (before === 'working' && ['failed', 'rollingBack'].includes(member.state) && hasFailed) {
        this.#failed.add(member.id);
      }
      if (isAtWork(member)) this.#began.set(member.id, nowMs);
      else if (member.state !== 'waiting') {
        hasEnded = true;
        this.#ended(member, nowMs);
      }
    }
    if (rollout.stop !== undefined && this.#stop === undefined) {
      this.#stop = rollout.stop;
      const line = stopLine(rollout);
      if (line !== undefined) this.#log.info(line);
    }
    if (rollout.isOver || (hasEnded && nowMs - this.#toldMs >= leastMs)) this.#line(rollout, nowMs);
  }

  dispose(): void {
    this.#off.abort('over');
  }

  #ended(member: Member, nowMs: number): void {
    const took = nowMs - (this.#began.get(member.id) ?? nowMs);
    if (member.state === 'succeeded' && member.kind === 'work') this.#tookMs.push(took);
    const words: Readonly<Partial<Record<MemberState, string>>> = {
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
    this.#log.info(progressLine(this.#progress(rollout, nowMs)));
  }

  #progress({ task, members, pausedUntilMs, stop }: Rollout, nowMs: number): Progress {
    const all = members.values();
    const count = (...states: readonly MemberState[]): number =>
      all.filter(({ state }) => states.includes(state)).length;
    const skipped = members.count('check', 'succeeded');
    const gone = all.filter((one) => one.isUnavailable && !isAtWork(one) && one.state !== 'waiting').length;
    return {
      total: all.length,
      succeeded: members.count('work', 'succeeded'),
      skipped,
      failed: all.filter((one) => this.#failed.has(one.id) && !isAtWork(one)).length,
      rolledBack: all.filter((one) => one.state === 'rolledBack' && !this.#failed.has(one.id)).length,
      rollbackFailed: all.filter((one) => one.state === 'rollbackFailed' && !this.#failed.has(one.id)).length,
      beganMs: all.filter(isAtWork).map(({ id }) => this.#began.get(id) ?? nowMs),
      // After a stop nothing is left to start.
      waiting: stop === undefined ? count('waiting') : 0,
      tookMs: this.#tookMs,
      maxUnavailable: Math.max(1, task.maxUnavailable - gone),
      pauseMs: task.pauseMs,
      ...(pausedUntilMs === undefined ? {} : { pausedUntilMs }),
      nowMs
    };
  }

  async #heartbeat(): Promise<void> {
    while (!this.#off.signal.aborted) {
      try {
        await this.#clock.sleep(Math.max(1, this.#toldMs + mostMs - this.#clock.nowMs()), this.#off.signal);
      } catch {
        return;
      }
      const nowMs = this.#clock.nowMs();
      if (this.#rollout !== undefined && nowMs - this.#toldMs >= mostMs) this.#line(this.#rollout, nowMs);
    }
  }
}
