/** What is written down while a run goes on: the outputs, what the post step gets, and the Deployment record. */
import type { Config, RecordConfig } from '../config/config.ts';
import { CancelledError } from '../core/model/failure.ts';
import { hasChanged, type RunState } from '../core/run/run-state.ts';
import type { RunHooks } from '../deploy/run/run.ts';
import { openRecord, setRecord } from '../github/record.ts';
import { JournalError } from '../ports/journal.ts';
import type { HandoverFile } from './handover.ts';
import { jobLog } from './job-log.ts';
import { messageOf } from './message-of.ts';
import { OutputsError, setOutputs } from './outputs.ts';
import type { SignalCancel } from './signal-cancel.ts';

/** The pause after each write of the handover, in milliseconds for each instance of the run. */
const restMs = 5;

/** Up to this many instances every change is written at once. */
const few = 10;

/** How often this step checks whether the post step has taken over, in milliseconds. */
const takenIntervalMs = 1_000;

/** Keeps outputs and handover up to date while the run goes on. */
export class Progress implements RunHooks {
  readonly #config: Config;
  readonly #cancel: SignalCancel;
  readonly #file: HandoverFile;
  readonly #watch: NodeJS.Timeout;
  #recordId: number | undefined;
  #now: (() => RunState) | undefined;
  #isStale = false as boolean;
  #rest: NodeJS.Timeout | undefined;
  #isChangeTold = false as boolean;
  #hasWarned = false as boolean;

  constructor(config: Config, cancel: SignalCancel, file: HandoverFile) {
    this.#config = config;
    this.#cancel = cancel;
    this.#file = file;
    this.#watch = setInterval(() => this.#stopIfTaken(), takenIntervalMs).unref();
  }

  async planned(state: RunState): Promise<void> {
    try {
      setOutputs(state);
    } catch (cause) {
      throw new OutputsError(`The outputs cannot be written, so nothing was sent: ${messageOf(cause)}`, {
        cause
      });
    }
    const { record, request } = this.#config;
    if (record !== undefined && !request.dryRun)
      this.#recordId = await tryRecord(record, state, this.#cancel.signal);
    this.#now = () => state;
    this.#writeOrWarn();
  }

  progressed(now: () => RunState): void {
    this.#now = now;
    this.#isStale = true;
    if (this.#rest === undefined) this.#writeOrWarn();
  }

  commit(): void {
    if (this.#stopIfTaken()) throw new CancelledError('the post step has taken over');
    try {
      this.#write();
    } catch (cause) {
      throw new JournalError(`what the post step needs cannot be written: ${messageOf(cause)}`, { cause });
    }
  }

  /** Writes what is known at the end for the post step; nothing is written after it. */
  finish(state: RunState, ok: boolean): void {
    this.dispose();
    this.#now = undefined;
    try {
      this.#put(state, ok, true);
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Ends the timers. */
  dispose(): void {
    clearTimeout(this.#rest);
    clearInterval(this.#watch);
  }

  #stopIfTaken(): boolean {
    const isTaken = this.#file.isTaken();
    if (isTaken) this.#cancel.cancel('the post step has taken over');
    return isTaken;
  }

  #writeOrWarn(): void {
    try {
      this.#write();
    } catch (error) {
      this.#warn(error);
    }
  }

  #write(): void {
    const state = this.#now?.();
    if (state === undefined) return;
    this.#isStale = false;
    this.#put(state, false, false);
    if (hasChanged(state) && !this.#isChangeTold) this.#tellChange(state);
    clearTimeout(this.#rest);
    this.#rest = undefined;
    const count = state.instances.length;
    if (count > few) {
      this.#rest = setTimeout(() => {
        this.#rest = undefined;
        if (this.#isStale) this.#writeOrWarn();
      }, count * restMs).unref();
    }
  }

  /** A run that is killed leaves with its outputs that a disk was erased, or may have been. */
  #tellChange(state: RunState): void {
    this.#isChangeTold = true;
    try {
      setOutputs(state);
    } catch (error) {
      jobLog.warning(`The outputs could not be written again: ${messageOf(error)}`);
    }
  }

  #put(state: RunState, ok: boolean, ended: boolean): void {
    const record = this.#recordId === undefined ? {} : { recordId: this.#recordId };
    this.#file.write({ state, ok, ended, cancelled: this.#cancel.signal.aborted, ...record });
  }

  #warn(error: unknown): void {
    if (!this.#hasWarned) jobLog.warning(`Not written for the post step: ${messageOf(error)}`);
    this.#hasWarned = true;
  }
}

async function tryRecord(
  record: RecordConfig,
  state: RunState,
  signal: AbortSignal
): Promise<number | undefined> {
  let id: number | undefined;
  try {
    const instanceIds = state.instances.map(({ target }) => target.instance.id);
    id = await openRecord(record, { imageId: state.image.id, instanceIds }, signal);
    await setRecord(record, id, 'in_progress', signal);
  } catch (error) {
    const what =
      id === undefined ? 'No Deployment record' : 'The Deployment record could not be set to in progress';
    if (!signal.aborted) jobLog.warning(`${what}: ${messageOf(error)}`);
  }
  return id;
}
