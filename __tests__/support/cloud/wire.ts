/** The way to the service and back: how long calls take, and what becomes of them. */
import { CallError, CancelledError, type FailureKind } from '../../../src/core/model/failure.ts';
import type { WatchedClock } from './clock.ts';
import { type Conditions, type Interruption, Interruptions, type Outage } from './conditions.ts';
import type { Dice } from './dice.ts';
import { type CallEntry, type EventLog, isWrite } from './event-log.ts';

/** What goes wrong by chance; shares of all calls. */
export interface Trouble {
  readonly throttled: number;
  /** Reads that fail on the way, and writes that never leave. */
  readonly failed: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly conflict: number;
  /** Refused for good from some moment of the first run on. */
  readonly denied?: { readonly fromMs: number; readonly operations: readonly string[] | 'all' };
  readonly latency: 'none' | 'short' | 'wild';
}

/** A call as the wire sees it. */
export interface WireCall {
  readonly operation: string;
  readonly ids: readonly string[];
  readonly detail?: string;
}

/** The status of an answer of the service; what has none never got one. */
const statuses: Readonly<Partial<Record<FailureKind, number>>> = {
  denied: 403,
  throttled: 429,
  conflict: 409,
  notFound: 404,
  invalid: 400
};

/** A failure of a call. */
export function failure(kind: FailureKind, { operation, ids }: WireCall, message: string = kind): CallError {
  const httpStatus = statuses[kind];
  const answer = httpStatus === undefined ? {} : { httpStatus };
  return new CallError({ kind, operation, target: ids.join(','), message, attempts: 1, ...answer });
}

/** Carries calls out. */
export class Wire {
  readonly clock: WatchedClock;
  readonly eventLog: EventLog;
  readonly #dice: Dice;
  readonly #trouble: Trouble;
  /** Off until the plan stands, for most runs have to come further than that. */
  isTroubled = false as boolean;
  /** Whether the plan stands, and the run has not ended. */
  isInRun = false as boolean;
  /** Instances of which a rebuild was sent that the run got no clear answer to. */
  readonly lost = new Set<string>();
  readonly outages: Interruptions<Outage>;
  readonly suspensions: Interruptions<Interruption>;
  /** Told of every call that leaves. */
  onCall: (entry: CallEntry) => void = () => undefined;
  /** Told of every rebuild that got no clear answer. */
  onLost: (id: string, imageId: string) => void = () => undefined;
  /** Waits until the process runs, which alone can take an answer. */
  resumed: () => Promise<void> = async () => undefined;

  constructor(
    clock: WatchedClock,
    eventLog: EventLog,
    dice: Dice,
    trouble: Trouble,
    conditions: Pick<Conditions, 'outages' | 'suspensions'>
  ) {
    this.clock = clock;
    this.eventLog = eventLog;
    this.#dice = dice;
    this.#trouble = trouble;
    this.outages = new Interruptions(conditions.outages);
    this.suspensions = new Interruptions(conditions.suspensions);
  }

  /** The plan of a run stands: from now on it meets what is drawn for it. */
  planned(): void {
    this.isInRun = true;
    this.isTroubled = true;
    for (const kind of [this.outages, this.suspensions]) kind.planned(this.clock.nowMs());
  }

  /** The run is over, and so are its outages and suspensions. */
  ended(): void {
    this.isInRun = false;
    for (const kind of [this.outages, this.suspensions]) kind.end();
  }

  /** `work` is what the service does; what it throws is its answer. */
  async call<T>(call: WireCall, signal: AbortSignal, work: () => T): Promise<T> {
    if (signal.aborted) throw new CancelledError();
    const { clock, eventLog } = this;
    const entry = eventLog.call({
      atMs: clock.nowMs(),
      turn: clock.turns,
      isInRun: this.isInRun,
      operation: call.operation,
      ids: call.ids,
      detail: call.detail ?? ''
    });
    this.onCall(entry);
    if (isRebuild(call) && this.isInRun) {
      for (const kind of [this.outages, this.suspensions]) kind.rebuilt(clock.nowMs());
    }
    try {
      const value = await this.#carry(call, signal, work);
      entry.outcome = 'ok';
      return value;
    } catch (error) {
      entry.outcome = error instanceof CallError ? error.failure.kind : String(error);
      if (isRebuild(call) && isUnclear(error, call)) {
        for (const id of call.ids) {
          this.lost.add(id);
          this.onLost(id, call.detail ?? '');
        }
      }
      throw error;
    } finally {
      entry.outcomeMs = clock.nowMs();
      await this.resumed();
    }
  }

  async #carry<T>(call: WireCall, signal: AbortSignal, work: () => T): Promise<T> {
    const dice = this.#dice;
    const writes = isWrite(call.operation);
    const [there, back] = this.#latency(call);
    const outage = this.#outageOf(call);
    if (outage !== undefined) return await this.#fail(call, outage, signal);
    if (there > 0 && !(await this.#pass(there, signal))) {
      // Nobody knows how far it had come.
      if (writes && dice.chance(0.5)) this.#silently(work);
      throw this.#aborted(call);
    }
    if (this.#isOut(call)) throw failure(writes ? 'ambiguous' : 'transient', call, 'lost in an outage');
    const fault = this.isTroubled ? this.#fault(call) : undefined;
    this.#refuse(call);
    if (fault === 'throttled') throw failure('throttled', call);
    if (fault === 'failed') throw failure(writes ? 'unreached' : 'transient', call);
    if (fault === 'conflict') throw failure('conflict', call, 'busy for no reason that shows');
    if (fault === 'lostBefore') throw failure('ambiguous', call, 'lost before it was taken');
    if (fault === 'lostAfter') {
      this.#silently(work);
      throw failure('ambiguous', call, 'lost after it was taken');
    }
    const value = work();
    if (back > 0 && !(await this.#pass(back, signal))) throw this.#aborted(call);
    // The answer is lost where an outage has begun meanwhile.
    if (this.#isOut(call)) throw failure(writes ? 'ambiguous' : 'transient', call, 'lost in an outage');
    return value;
  }

  #isOut(call: WireCall): boolean {
    return this.#outageOf(call) !== undefined;
  }

  #outageOf({ operation }: WireCall): Outage | undefined {
    const outage = this.outages.at(this.clock.nowMs())?.what;
    if (outage === undefined || outage.hits === 'all') return outage;
    return (outage.hits === 'writes') === isWrite(operation) ? outage : undefined;
  }

  /** Fails as an outage goes on; a write does not leave then. */
  async #fail(call: WireCall, outage: Outage, signal: AbortSignal): Promise<never> {
    if (!(await this.#pass(outage.answerMs, signal))) throw this.#aborted(call);
    throw failure(isWrite(call.operation) ? 'unreached' : 'transient', call, 'in an outage');
  }

  #silently(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
  }

  /** Whether the time passed; `false` where an abort came first. */
  async #pass(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.clock.sleep(ms, signal);
      return true;
    } catch (error) {
      if (error instanceof CancelledError) return false;
      throw error;
    }
  }

  /** A rebuild that is cut off tells its loss; whatever else is cut off is only cancelled. */
  #aborted(call: WireCall): Error {
    return isRebuild(call) ? failure('ambiguous', call, 'cut off') : new CancelledError();
  }

  /** Rebuilds take longer, so that more of them are cut off. */
  #latency(call: WireCall): readonly [number, number] {
    const dice = this.#dice;
    if (this.#trouble.latency === 'none') return [0, 0];
    if (isRebuild(call)) return [dice.int(0, 700), dice.int(0, 700)];
    if (this.#trouble.latency === 'wild' && dice.chance(0.05)) {
      return [dice.int(0, 8_000), dice.int(0, 8_000)];
    }
    return [dice.chance(0.4) ? dice.int(1, 400) : 0, dice.chance(0.2) ? dice.int(1, 400) : 0];
  }

  /** Of the writes those fail most often that erase. */
  #fault(call: WireCall): 'throttled' | 'failed' | 'conflict' | 'lostBefore' | 'lostAfter' | undefined {
    const { throttled, failed, conflict, lostBefore, lostAfter } = this.#trouble;
    const often = isRebuild(call) ? 3 : 1;
    let left = this.#dice.next();
    const hits = (share: number): boolean => {
      left -= share;
      return left < 0 && left + share >= 0;
    };
    if (hits(throttled)) return 'throttled';
    if (hits(failed)) return 'failed';
    if (!isWrite(call.operation)) return undefined;
    if (hits(often * conflict)) return 'conflict';
    if (hits(often * lostBefore)) return 'lostBefore';
    return hits(often * lostAfter) ? 'lostAfter' : undefined;
  }

  #refuse(call: WireCall): void {
    const { denied } = this.#trouble;
    if (denied === undefined || this.eventLog.run > 1 || this.clock.nowMs() < denied.fromMs) return;
    if (denied.operations === 'all' || denied.operations.includes(call.operation)) {
      throw failure('denied', call);
    }
  }
}

/** Whether it erases. */
export function isRebuild({ operation }: Pick<WireCall, 'operation'>): boolean {
  return operation === 'rebuild' || operation === 'rebuildBatch';
}

/** Of a batch any refusal leaves open what became of a single one. */
function isUnclear(error: unknown, call: WireCall): boolean {
  if (!(error instanceof CallError)) return true;
  const { kind } = error.failure;
  return kind === 'ambiguous' || (call.operation === 'rebuildBatch' && kind !== 'unreached');
}
