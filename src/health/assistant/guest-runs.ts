/**
 * Commands on instances, gathered: all agents in one call for 100 instances, and one run for all instances that are at
 * the same point, on one beat for all. So a tick costs a call for every 100 instances that wait, and one for every run.
 */
import { randomBytes } from 'node:crypto';
import type { GuestCommand } from '../../core/health/guest/guest-command.ts';
import { type AgentState, type GuestAnswer, isFinished } from '../../core/health/guest/guest-run.ts';
import { CallError, CancelledError } from '../../core/model/failure.ts';
import { pagesOf } from '../../core/model/limits.ts';
import type { Assistant } from '../../ports/assistant.ts';
import type { Clock } from '../../ports/clock.ts';
import { answerSome, failed, noteRunId, type Sent, unnamed, type Wanted } from './sent-run.ts';

/** How often a lost run is looked for, a beat apart, before the command is sent again. */
const maxLookups = 3;

/** How much longer than its own time-out a run is waited for, in milliseconds. */
const graceMs = 20_000;

/** How far this machine's clock may be ahead of the service's, in milliseconds, when a lost run is looked for. */
const skewMs = 300_000;

/** Runs commands on one beat. Everything ends with the signal. */
export class GuestRuns {
  readonly #assistant: Assistant;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #ended = new AbortController();
  #wanted: Wanted[] = [];
  #sent: Sent[] = [];
  #isBeating = false as boolean;
  /** A fault of the program that ended the beat; all waiting calls fail with it. */
  #fault: unknown;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(assistant: Assistant, clock: Clock, intervalMs: number) {
    this.#assistant = assistant;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /**
   * Runs a command on one instance once its agent is online, together with what others want by then.
   *
   * @param untilMs when to give up, on the monotonic clock
   * @param isOnline whether the agent was seen online just now, so that it need not be asked about
   * @throws CancelledError when either signal aborts, and what is no failure of a call
   */
  async execute(
    instanceId: string,
    command: GuestCommand,
    untilMs: number,
    signal: AbortSignal,
    isOnline = false
  ): Promise<GuestAnswer> {
    const timer = new AbortController();
    const off = (): void => timer.abort();
    const signals = [signal, this.#ended.signal];
    if (this.#fault !== undefined) throw this.#fault;
    if (signals.some(({ aborted }) => aborted)) throw new CancelledError();
    for (const one of signals) one.addEventListener('abort', off, { once: true });
    let wanted: Wanted | undefined;
    try {
      return await new Promise<GuestAnswer>((resolve, reject) => {
        const one: Wanted = {
          instanceId,
          command,
          isOnline,
          answer: resolve,
          late: { kind: 'runLate', runId: '', state: '' },
          isOver: false
        };
        wanted = one;
        this.#wanted.push(one);
        const leftMs = Math.max(0, Math.ceil(untilMs - this.#clock.nowMs()));
        this.#clock.sleep(leftMs, timer.signal).then(
          () => resolve(one.late),
          (error: unknown) => reject(this.#fault ?? error)
        );
        if (!this.#isBeating) void this.#beat();
      });
    } finally {
      if (wanted !== undefined) wanted.isOver = true;
      timer.abort();
      for (const one of signals) one.removeEventListener('abort', off);
    }
  }

  /** Gives up all that is wanted. */
  dispose(): void {
    this.#ended.abort();
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    try {
      while (this.#wanted.length + this.#sent.length > 0) {
        const nowMs = this.#clock.nowMs();
        // The first one waits for others of the same tick, and never longer than a beat.
        const dueMs = Math.max(nowMs, this.#lastMs + this.#intervalMs);
        await this.#clock.sleep(Math.ceil(dueMs - nowMs), this.#ended.signal);
        this.#lastMs = this.#clock.nowMs();
        await this.#tick();
      }
    } catch (error) {
      // With a cancel, all waiting calls end by the same signal.
      if (!(error instanceof CancelledError)) this.#fault = error;
      this.#ended.abort();
    } finally {
      this.#isBeating = false;
    }
  }

  async #tick(): Promise<void> {
    const sent = this.#sent.filter(({ members }) => members.some(({ isOver }) => !isOver));
    const wanted = this.#wanted.filter(({ isOver }) => !isOver);
    this.#sent = sent;
    this.#wanted = [];
    await Promise.all([...sent.map((one) => this.#follow(one)), this.#begin(wanted)]);
    this.#sent = this.#sent.filter(({ members }) => members.length > 0);
  }

  /** Asks for the agents, and sends each command to all that are online. */
  async #begin(wanted: readonly Wanted[]): Promise<void> {
    const known = wanted.filter((one) => one.isOnline).map(({ instanceId }) => instanceId);
    const agents = new Map<string, AgentState | GuestAnswer>(known.map((id) => [id, 'online']));
    const ids = [...new Set(wanted.map(({ instanceId }) => instanceId))].filter((id) => !agents.has(id));
    await Promise.all(
      pagesOf(ids).map(async (page) => {
        try {
          const found = await this.#assistant.getAgents(page, this.#ended.signal);
          for (const id of page) agents.set(id, found.get(id) ?? 'offline');
        } catch (error) {
          for (const id of page) agents.set(id, failed(error));
        }
      })
    );
    const ready = new Map<string, Wanted[]>();
    for (const one of wanted) {
      const agent = agents.get(one.instanceId) ?? 'offline';
      if (agent === 'offline') one.answer({ kind: 'agentOffline' });
      else if (agent !== 'online') one.answer(agent);
      else ready.set(one.command.key, [...(ready.get(one.command.key) ?? []), one]);
    }
    await Promise.all([...ready.values()].flatMap((all) => pagesOf(all).map((page) => this.#send(page))));
  }

  async #send(members: readonly Wanted[]): Promise<void> {
    const command = members[0]?.command;
    if (command === undefined) return;
    const ids = [...new Set(members.map(({ instanceId }) => instanceId))];
    const sent: Sent = {
      nonce: randomBytes(12).toString('hex'),
      sentMs: this.#clock.nowMs(),
      sentWallMs: this.#clock.wallMs(),
      members: [...members],
      runId: undefined,
      lookups: 0
    };
    try {
      const { runId } = await this.#assistant.runCommand(
        { command, nonce: sent.nonce },
        ids,
        this.#ended.signal
      );
      noteRunId(sent, runId);
    } catch (error) {
      const kind = error instanceof CallError ? error.failure.kind : undefined;
      if (kind !== 'ambiguous' && kind !== 'malformed') {
        for (const { answer } of members) answer(failed(error));
        return;
      }
    }
    this.#sent.push(sent);
  }

  /** Reads a run, or searches for it where the answer was lost. */
  async #follow(sent: Sent): Promise<void> {
    try {
      if (sent.runId === undefined) await this.#lookUp(sent);
      else await this.#read(sent, sent.runId);
    } catch (error) {
      const isOver =
        !(error instanceof CallError) || ['denied', 'invalid', 'unsent'].includes(error.failure.kind);
      if (isOver) answerSome(sent, () => failed(error));
    }
    const limitMs = (sent.members[0]?.command.timeoutSeconds ?? 0) * 1_000 + graceMs;
    if (this.#clock.nowMs() - sent.sentMs >= limitMs) answerSome(sent, ({ late }) => late);
  }

  async #lookUp(sent: Sent): Promise<void> {
    const runId = await this.#assistant.findRun(sent.nonce, sent.sentWallMs - skewMs, this.#ended.signal);
    sent.lookups += 1;
    if (runId !== undefined) noteRunId(sent, runId);
    // It was not taken, as far as anybody can tell; on the next beat it is sent again.
    else if (sent.lookups >= maxLookups) this.#wanted.push(...sent.members.splice(0));
  }

  async #read(sent: Sent, runId: string): Promise<void> {
    const run = await this.#assistant.getRun(runId, this.#ended.signal);
    const children = new Map(run.children.map((child) => [child.instanceId, child]));
    const isRunOver = isFinished(run.state);
    answerSome(sent, (one) => {
      const child = children.get(one.instanceId);
      one.late = { kind: 'runLate', runId, state: child?.state ?? run.state };
      if (child === undefined ? !isRunOver : !isFinished(child.state) && !isRunOver) return undefined;
      const { nonce, sentMs } = sent;
      return { kind: 'finished', runId, nonce, sentMs, child: child ?? unnamed(one.instanceId, run.state) };
    });
  }
}
