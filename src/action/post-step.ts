/** The post step: the summary, the end of the Deployment record, and a last watch after a cancel. It only warns. */
import * as core from '@actions/core';
import { type Config, parseConfig } from '../config/config.ts';
import type { Problem } from '../config/inputs.ts';
import { listed } from '../core/listed.ts';
import { hiddenRebuilds, loweredIds } from '../core/run/left-for-post-step.ts';
import type { RunState } from '../core/run/run-state.ts';
import { summaryOf } from '../core/summary/summary.ts';
import { restoreWeights } from '../deploy/balancers/restore-weights.ts';
import { awaitVisible } from '../deploy/rebuild/await-visible.ts';
import { type RecordState, setRecord } from '../github/record.ts';
import type { Ports } from '../ports/ports.ts';
import { annotateFault } from './annotate.ts';
import { type Connection, connect } from './connect.ts';
import { alwaysVerifyCertificates, settleProxies } from './environment.ts';
import { findHandover, type Handover, type TakenHandover } from './handover.ts';
import { jobLog, readActionSource, warn } from './job-log.ts';
import { endMainProcess } from './main-process.ts';
import { messageOf } from './message-of.ts';
import { readInputs } from './read-inputs.ts';
import { listenForCancel } from './signal-cancel.ts';

/** A cancelled job is granted five minutes for its post steps; this leaves time for the rest. In milliseconds. */
const awaitVisibleLimitMs = 180_000;

/** How long the restoring of weights may take, in milliseconds. */
const restoreLimitMs = 60_000;

/** Does the whole post step; resolves in any case. */
export async function postStep(): Promise<void> {
  alwaysVerifyCertificates();
  let handover: Handover | undefined;
  await attempt('read what the main step left', async () => {
    const file = findHandover();
    handover = file && (await takeOver(file));
  });
  if (handover === undefined) return;
  const inputs = readInputs();
  const parsed = parseConfig(inputs);
  const problems = parsed.ok
    ? settleProxies(parsed.config)
    : ['The inputs are no longer those of the main step.', ...parsed.problems.map(describeProblem)];
  if (parsed.ok && problems.length === 0) await finish(parsed.config, handover);
  else await finishWithoutService(problems, inputs.summary, handover);
}

/** Tells of a fault of the program. Here, because an entry that imports more than its step splits the bundle. */
export function tellFault(error: unknown): void {
  annotateFault('A fault of the post step', error);
}

async function finish(config: Config, handover: Handover): Promise<void> {
  let left = handover;
  await attempt('restore the weights on the load balancers', async () => {
    left = { ...left, state: await restore(config, left.state) };
  });
  if (config.summary)
    await attempt('write the job summary', () => writeSummary(left.state, config.request.region));
  await attempt('close the Deployment record', () => closeRecord(config, left));
  await attempt('watch for the rebuild to show', () => watchOn(config, left));
}

/**
 * The post step reads its inputs again, and an expression such as `steps.x.outputs.y` may give something else by then.
 * Without them, or without its proxy, no call can be made, so what is left undone is told.
 */
async function finishWithoutService(
  problems: readonly string[],
  summary: string,
  { state }: Handover
): Promise<void> {
  warn(`The service was not asked. ${problems.join(' ')}`);
  const lowered = loweredIds(state);
  if (lowered.length > 0) {
    warn(
      `Weights on load balancers are not restored; the job summary has the calls: ${listed(lowered)}`,
      'rejoin'
    );
  }
  const hidden = hiddenRebuilds(state);
  if (hidden.length > 0) warn(lookFirst(hidden), 'unproven');
  if (summary.trim() !== 'false') await attempt('write the job summary', () => writeSummary(state));
}

function describeProblem({ input, message }: Problem): string {
  return `${input} ${message}`;
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    warn(`Could not ${what}: ${messageOf(error)}`);
  }
}

/**
 * Makes sure that the main step is over before anything is done with what it left. One that is not known to have ended
 * is told to send nothing more, also where it has no plan yet or what it left cannot be read.
 */
async function takeOver(file: TakenHandover): Promise<Handover | undefined> {
  let first: Handover | undefined;
  try {
    first = file.read();
  } finally {
    if (first?.ended !== true)
      await attempt('tell the main step to send nothing more', async () => file.take());
  }
  // The plan may have been written since.
  first ??= file.read();
  if (first === undefined) return undefined;
  if (!first.ended) {
    const end = await endMainProcess(first.process);
    if (end === 'ended')
      jobLog.info('The main step was still running although the job was cancelled: ended.');
    if (end === 'alive') {
      throw new Error(
        `the main step still runs as process ${first.process.pid}. It sends nothing any more, but what it did last is not known.`
      );
    }
  }
  // The main step may have written its last word meanwhile.
  const last = file.read();
  file.remove();
  return last;
}

async function writeSummary(state: RunState, region?: string): Promise<void> {
  await core.summary.addRaw(summaryOf(state, readActionSource(), region)).write();
}

async function closeRecord(config: Config, left: Handover): Promise<void> {
  if (config.record === undefined || left.recordId === undefined) return;
  const failed: RecordState = left.cancelled ? 'inactive' : 'failure';
  await setRecord(config.record, left.recordId, left.ok ? 'success' : failed);
}

/** What was not erased, or is known to be healthy, gets its traffic back. */
async function restore(config: Config, state: RunState): Promise<RunState> {
  if (loweredIds(state).length === 0) return state;
  const log = { ...jobLog, warning: (line: string) => warn(line, 'rejoin') };
  return withService(config, ({ cancel, ...world }) => {
    // Not `AbortSignal.timeout`: in Node 20 such a signal may be collected before its time, if only `any` refers to it.
    const late = new AbortController();
    setTimeout(() => late.abort(), restoreLimitMs).unref();
    const signal = AbortSignal.any([cancel.signal, late.signal]);
    const writes = AbortSignal.any([cancel.writes, late.signal]);
    return restoreWeights(state, { ...world, log, cancel: { signal, writes } });
  });
}

/**
 * After a cancel: keeps the job open until the rebuild shows in the status. A re-run cannot begin before the job
 * is over, and one that begins while nothing shows would take the instance for untouched.
 */
async function watchOn(config: Config, left: Handover): Promise<void> {
  const hidden = hiddenRebuilds(left.state);
  if (hidden.length === 0) return;
  jobLog.info(`Waiting until the rebuild shows, so that a re-run finds it under way: ${listed(hidden)}`);
  const still = await withService(config, (world) => awaitVisible(hidden, awaitVisibleLimitMs, world));
  if (still.length === 0) return jobLog.info('It shows: a re-run will wait for it and not erase again.');
  warn(lookFirst(still), 'unproven');
}

/** Does work that calls the service, which a signal cancels; no read of it lasts longer than the restoring may. */
async function withService<T>(
  config: Config,
  work: (world: Omit<Connection, 'dispose'> & Pick<Ports, 'cancel'>) => Promise<T>
): Promise<T> {
  const cancel = listenForCancel();
  const { dispose, ...world } = connect(config, restoreLimitMs);
  try {
    return await work({ ...world, cancel });
  } finally {
    dispose();
    cancel.dispose();
  }
}

function lookFirst(ids: readonly string[]): string {
  return `Nothing was seen of the rebuild of ${listed(ids)}. Look at it in the console before you run again.`;
}
