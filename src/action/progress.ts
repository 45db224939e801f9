/** What is written down while a run goes on: the outputs, what the post step gets, and the Deployment record. */
import type { Config, RecordConfig } from '../config/config.ts';
import { CancelledError } from '../core/model/failure.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunReport } from '../core/report/report.ts';
import type { RunHooks } from '../deploy/run/run.ts';
import { openRecord, setRecord } from '../github/record.ts';
import { JournalError } from '../ports/journal.ts';
import type { SignalCancel } from './cancel.ts';
import type { HandoverFile } from './handover.ts';
import { jobLog } from './log.ts';
import { OutputsError, setOutputs } from './outputs.ts';

/** How long, in milliseconds, the writing of the handover rests after each time: so long for each instance. */
const restMs = 5;

/** Up to so many instances everything is written at once. */
const few = 10;

/** How often it is looked whether the post step has taken over, in milliseconds. */
const takenIntervalMs = 1_000;

/** Keeps outputs and handover up to date while the run goes on. */
export class Progress implements RunHooks {
  readonly #config: Config;
  readonly #cancel: SignalCancel;
  readonly #file: HandoverFile;
  readonly #watch: NodeJS.Timeout;
  #recordId: number | undefined;
  #report: (() => RunReport) | undefined;
  #rest: NodeJS.Timeout | undefined;
  #changesTold = 0;
  #warnings = 0;

  constructor(config: Config, cancel: SignalCancel, file: HandoverFile) {
    this.#config = config;
    this.#cancel = cancel;
    this.#file = file;
    this.#watch = setInterval(() => this.#stopIfTaken(), takenIntervalMs).unref();
  }

  async planned(plan: Plan, report: RunReport): Promise<void> {
    try {
      setOutputs(report);
    } catch (cause) {
      throw new OutputsError(`The outputs cannot be written, so nothing was sent: ${wordsOf(cause)}`, {
        cause
      });
    }
    const { record, request } = this.#config;
    if (record !== undefined && !request.dryRun)
      this.#recordId = await tryRecord(record, plan, this.#cancel.signal);
    this.#report = () => report;
    this.#writeOrWarn();
  }

  progressed(report: () => RunReport): void {
    this.#report = report;
    if (this.#rest === undefined) this.#writeOrWarn();
  }

  commit(): void {
    if (this.#stopIfTaken()) throw new CancelledError('the post step has taken over');
    try {
      this.#write();
    } catch (cause) {
      throw new JournalError(
        `What the post step needs cannot be written, so nothing more was sent: ${wordsOf(cause)}`,
        { cause }
      );
    }
  }

  /** Writes what is known at the end for the post step; nothing is written after it. */
  finish(report: RunReport, ok: boolean): void {
    this.dispose();
    this.#report = undefined;
    try {
      this.#put(report, ok, true);
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
    const make = this.#report;
    if (make === undefined) return;
    const report = make();
    this.#put(report, false, false);
    if (report.changed && this.#changesTold === 0) this.#tellChange(report);
    clearTimeout(this.#rest);
    this.#rest = undefined;
    const count = report.instances.length;
    if (count > few) {
      this.#rest = setTimeout(() => {
        this.#rest = undefined;
        if (this.#report !== make) this.#writeOrWarn();
      }, count * restMs).unref();
    }
  }

  /** A run that is killed leaves with its outputs that a disk was erased, or may have been. */
  #tellChange(report: RunReport): void {
    this.#changesTold += 1;
    try {
      setOutputs(report);
    } catch (error) {
      this.#warn(error);
    }
  }

  #put(report: RunReport, ok: boolean, ended: boolean): void {
    const record = this.#recordId === undefined ? {} : { recordId: this.#recordId };
    this.#file.write({ report, ok, ended, cancelled: this.#cancel.signal.aborted, ...record });
  }

  #warn(error: unknown): void {
    this.#warnings += 1;
    if (this.#warnings === 1) jobLog.warning(`Not written for the post step: ${wordsOf(error)}`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function tryRecord(record: RecordConfig, plan: Plan, signal: AbortSignal): Promise<number | undefined> {
  let id: number | undefined;
  try {
    const instanceIds = plan.targets.map(({ instance }) => instance.id);
    id = await openRecord(record, { imageId: plan.image.id, instanceIds }, signal);
    await setRecord(record, id, 'in_progress', signal);
  } catch (error) {
    const what =
      id === undefined ? 'No Deployment record' : 'The Deployment record could not be set to in progress';
    if (!signal.aborted) jobLog.warning(`${what}: ${wordsOf(error)}`);
  }
  return id;
}
