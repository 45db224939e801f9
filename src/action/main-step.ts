/** The main step: inputs in, one run, outputs and annotations out. */
import * as core from '@actions/core';
import { type Config, parseConfig } from '../config/config.ts';
import { undeclaredInputs } from '../config/unknown-inputs.ts';
import { CancelledError } from '../core/model/failure.ts';
import { closingLine } from '../core/report/closing-line.ts';
import { describeInstances } from '../core/report/described-instance.ts';
import { type RunStatus, runStatus } from '../core/run/instance-status.ts';
import { loweredIds } from '../core/run/left-for-post-step.ts';
import { hasChanged, type RunState } from '../core/run/run-state.ts';
import { restoreWeights } from '../deploy/balancers/restore-weights.ts';
import { SurveyError } from '../deploy/plan/survey-error.ts';
import { run } from '../deploy/run/run.ts';
import { annotateEnd, annotateFault, annotateProblems, annotateState, annotateSurvey } from './annotate.ts';
import { type Connection, connect } from './connect.ts';
import { alwaysVerifyCertificates, settleProxies } from './environment.ts';
import { openHandover, UnsavedStateError } from './handover.ts';
import { jobLog } from './job-log.ts';
import { messageOf } from './message-of.ts';
import { OutputsError, setEarlyOutputs, setOutputs } from './outputs.ts';
import { Progress } from './progress.ts';
import { readInputs } from './read-inputs.ts';
import { listenForCancel, type SignalCancel } from './signal-cancel.ts';

/**
 * Does the whole main step and tells whether it may be green. Every failure that is foreseen is annotated here;
 * what is thrown is a fault of the program.
 */
export async function mainStep(): Promise<boolean> {
  const ignored = alwaysVerifyCertificates();
  if (ignored !== undefined) jobLog.warning(ignored);
  const parsed = parseConfig(readInputs(), undeclaredInputs(process.env));
  for (const warning of parsed.warnings) jobLog.warning(warning);
  if (!parsed.ok) {
    annotateProblems(parsed.problems);
    return endEarly('Nothing was sent: the inputs are not right.');
  }
  const proxyProblems = settleProxies(parsed.config);
  if (proxyProblems.length > 0) {
    annotateEnd('The proxy cannot be used', [...proxyProblems, 'Nothing was sent.'].join('\n'));
    return endEarly('Nothing was sent: the proxy cannot be used.');
  }
  const cancel = listenForCancel();
  try {
    return await rebuild(parsed.config, cancel);
  } catch (error) {
    return tellFailure(error, cancel);
  } finally {
    cancel.dispose();
  }
}

/** Tells of a fault of the program. Here, because an entry that imports more than its step splits the bundle. */
export function tellFault(error: unknown): void {
  annotateFault('A fault of the action itself', error);
}

/** Tells of a process that ends although the main step has not. */
export function tellNoVerdict(): void {
  annotateEnd(
    'The action ended without a verdict',
    'It waited for something that can never happen, so what became of the instances is not known. Look at them in the console before you run again, and please report this.'
  );
}

async function rebuild(config: Config, cancel: SignalCancel): Promise<boolean> {
  const { dispose, ...world } = connect(config);
  const progress = new Progress(config, cancel, openHandover());
  try {
    const ports = { ...world, cancel, log: jobLog, runId: process.env['GITHUB_RUN_ID'] ?? 'local' };
    const ran = await run(config.request, ports, progress);
    const state = cancel.signal.aborted ? await restoreAfterCancel(ran, world, cancel, progress) : ran;
    const ok = isGood(state, cancel);
    progress.finish(state, ok);
    tellEnd(state, ok, cancel);
    return ok;
  } finally {
    progress.dispose();
    dispose();
  }
}

/**
 * On the shutdown of a runner there is no post step, so what this run took off its load balancers and did not erase
 * gets its weights back here, in the time that a signal leaves.
 */
async function restoreAfterCancel(
  state: RunState,
  world: Omit<Connection, 'dispose'>,
  cancel: SignalCancel,
  progress: Progress
): Promise<RunState> {
  if (loweredIds(state).length === 0) return state;
  const signal = cancel.grantRestoring();
  progress.progressed(() => state);
  try {
    return await restoreWeights(state, { ...world, log: jobLog, cancel: { signal, writes: signal } });
  } catch (error) {
    jobLog.warning(`Weights are not restored by this step: ${messageOf(error)}`);
    return state;
  }
}

/** What happened to the instances comes before the outputs, which may be what fails. */
function tellEnd(state: RunState, ok: boolean, cancel: SignalCancel): void {
  annotateState(state);
  const isUntold = describeInstances(state).every(({ failure }) => failure === undefined);
  if (cancel.signal.aborted && isUntold) annotateEnd('Cancelled', cancelledBetween(state), 'cancelled');
  jobLog.info(closingLine(state, ok));
  try {
    setOutputs(state);
  } catch (cause) {
    const status = runStatus(state);
    const end = ok ? `The run succeeded (${status})` : `The run ended as ${status}`;
    throw new OutputsError(`${end}, but its outputs could not be written: ${messageOf(cause)}`, { cause });
  }
}

/** Tells how a run ended that has no report; what is thrown again is a fault of the program. */
function tellFailure(error: unknown, cancel: SignalCancel): false {
  if (error instanceof OutputsError) {
    annotateEnd('The outputs could not be written', error.message);
    return false;
  }
  if (error instanceof SurveyError) {
    annotateSurvey(error.problems);
    return endEarly('Nothing was changed: no plan could be made.');
  }
  if (cancel.signal.aborted && error instanceof CancelledError) {
    annotateEnd('Cancelled', 'Cancelled before anything was changed.', 'cancelled');
    return endEarly('Nothing was changed: the run was cancelled.');
  }
  if (error instanceof UnsavedStateError) {
    annotateEnd('Nothing was sent', error.message);
    return endEarly('Nothing was sent: the post step could not be told of this run.');
  }
  // A fault of the program may come after the send: what was said of `changed` by then stays.
  tryToSet(() => core.setOutput('status', 'failed'));
  throw error;
}

/** Ends a run before it had a plan; `sentence` is the last line of the log. */
function endEarly(sentence: string): false {
  jobLog.info(sentence);
  tryToSet(setEarlyOutputs);
  return false;
}

/** Sets outputs of a run that has failed already. */
function tryToSet(set: () => void): void {
  try {
    set();
  } catch (error) {
    annotateEnd(
      'The outputs could not be written',
      `The run failed, see the other error. ${messageOf(error)}`
    );
  }
}

/** Whether the step may be green; a cancelled run never is. */
function isGood(state: RunState, cancel: SignalCancel): boolean {
  const good: readonly RunStatus[] = ['rebuilt', 'skipped', 'planned', 'started'];
  return good.includes(runStatus(state)) && !cancel.signal.aborted;
}

/** A cancel that found no instance at work. */
function cancelledBetween(state: RunState): string {
  return hasChanged(state)
    ? 'Cancelled between two instances: those that were started are done, the others are untouched.'
    : 'Cancelled before anything was changed.';
}
