/** What is written down while a run goes on: the outputs, what the post step gets, and the Deployment record. */
import type { Config, RecordConfig } from '../config/config.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunReport } from '../core/report/report.ts';
import type { RunHooks } from '../deploy/run/run.ts';
import { openRecord, setRecord } from '../github/record.ts';
import type { SignalCancel } from './cancel.ts';
import { jobLog } from './log.ts';
import { setOutputs } from './outputs.ts';
import type { Keep } from './state.ts';

/**
 * How long, in milliseconds, a kind of writing rests after each time: so long for each instance, where they are
 * many. The file of the outputs only ever grows; that of the handover is written anew.
 */
const restMs = { outputs: 100, handover: 5 };

/** Up to so many instances everything is written at once. */
const few = 10;

/** Keeps outputs and handover up to date while the run goes on. */
export class Progress implements RunHooks {
  readonly #config: Config;
  readonly #cancel: SignalCancel;
  readonly #keep: Keep;
  readonly #outputs: Writer;
  readonly #handover: Writer;
  #recordId: number | undefined;

  constructor(config: Config, cancel: SignalCancel, keep: Keep) {
    this.#config = config;
    this.#cancel = cancel;
    this.#outputs = new Writer(restMs.outputs, setOutputs);
    this.#handover = new Writer(restMs.handover, (report) => this.#hand(report, false));
    this.#keep = keep;
  }

  async planned(plan: Plan, report: RunReport): Promise<void> {
    setOutputs(report);
    const { record, dryRun } = this.#config;
    if (record !== undefined && !dryRun) this.#recordId = await tryRecord(record, plan, this.#cancel.signal);
    this.#handover.write(() => report);
  }

  progressed(report: () => RunReport): void {
    this.#handover.write(report);
    this.#outputs.write(report);
  }

  /** Writes the last word; nothing is written after it. */
  finish(report: RunReport, ok: boolean): void {
    this.#outputs.end();
    this.#handover.end();
    this.#hand(report, ok);
    setOutputs(report);
  }

  #hand(report: RunReport, ok: boolean): void {
    this.#keep({
      report,
      ok,
      cancelled: this.#cancel.signal.aborted,
      ...(this.#recordId === undefined ? {} : { recordId: this.#recordId })
    });
  }
}

/** Writes a report at once, or when the rest after the last time is over; of those in between only the last. */
class Writer {
  readonly #restMsEach: number;
  readonly #put: (report: RunReport) => void;
  #timer: NodeJS.Timeout | undefined;
  #next: (() => RunReport) | undefined;
  #isWarned = false;

  constructor(restMsEach: number, put: (report: RunReport) => void) {
    this.#restMsEach = restMsEach;
    this.#put = put;
  }

  write(make: () => RunReport): void {
    if (this.#timer !== undefined) {
      this.#next = make;
      return;
    }
    const report = make();
    try {
      this.#put(report);
    } catch (error) {
      // The work goes on; that the last word is written too is asked for at the end.
      if (!this.#isWarned) {
        jobLog.warning(`Not written down: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.#isWarned = true;
    }
    const count = report.instances.length;
    if (count > few) this.#timer = setTimeout(() => this.#rested(), count * this.#restMsEach).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#next = undefined;
  }

  #rested(): void {
    this.#timer = undefined;
    const make = this.#next;
    this.#next = undefined;
    if (make !== undefined) this.write(make);
  }
}

async function tryRecord(record: RecordConfig, plan: Plan, signal: AbortSignal): Promise<number | undefined> {
  const warn = (what: string, error: unknown): void =>
    jobLog.warning(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  let id: number | undefined;
  try {
    const instanceIds = plan.targets.map(({ instance }) => instance.id);
    id = await openRecord(record, { imageId: plan.image.id, instanceIds }, signal);
    await setRecord(record, id, 'in_progress', signal);
  } catch (error) {
    if (!signal.aborted)
      warn(id === undefined ? 'No Deployment record' : 'The Deployment record could not be set going', error);
  }
  return id;
}
