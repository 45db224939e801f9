/** The main step: inputs in, one run, outputs and annotations out. */
import * as core from '@actions/core';
import { type Config, parseConfig } from '../config/config.ts';
import { CancelledError } from '../core/model/failure.ts';
import type { RunReport } from '../core/report/report.ts';
import { SurveyError } from '../deploy/plan/survey-error.ts';
import { run } from '../deploy/run/run.ts';
import { annotateEnd, annotateProblems, annotateReport, annotateSurvey } from './annotate.ts';
import { listenForCancel, type SignalCancel } from './cancel.ts';
import { connect } from './connect.ts';
import { readInputs } from './inputs.ts';
import { jobLog } from './log.ts';
import { Progress } from './progress.ts';
import { openHandover } from './state.ts';

/**
 * Does the whole main step and tells whether it may be green. Every failure that is foreseen is annotated here;
 * what is thrown is a fault of the program.
 */
export async function mainStep(): Promise<boolean> {
  const parsed = parseConfig(readInputs());
  if (!parsed.ok) {
    core.setOutput('status', 'failed');
    core.setOutput('changed', 'false');
    annotateProblems(parsed.problems);
    return false;
  }
  const cancel = listenForCancel();
  try {
    return await rebuild(parsed.config, cancel);
  } catch (error) {
    core.setOutput('status', 'failed');
    const isCancelled = cancel.signal.aborted && error instanceof CancelledError;
    // A fault of the program may come after the send: what was said of `changed` by then stays.
    if (!(error instanceof SurveyError) && !isCancelled) throw error;
    core.setOutput('changed', 'false');
    if (error instanceof SurveyError) annotateSurvey(error.problems);
    else annotateEnd('Cancelled', 'Cancelled before anything was sent that changes anything.');
    return false;
  } finally {
    cancel.dispose();
  }
}

async function rebuild(config: Config, cancel: SignalCancel): Promise<boolean> {
  const { dispose, ...world } = connect(config);
  const keep = openHandover();
  const progress = new Progress(config, cancel, keep);
  try {
    const report = await run(
      config,
      { ...world, cancel, log: jobLog, runId: process.env['GITHUB_RUN_ID'] ?? 'local' },
      progress
    );
    const ok = isGood(report, cancel);
    progress.finish(report, ok);
    annotateReport(report);
    const isUntold = report.instances.every(({ failure }) => failure === undefined);
    if (cancel.signal.aborted && isUntold) annotateEnd('Cancelled', cancelledBetween(report));
    lastWord(report, ok);
    return ok;
  } finally {
    dispose();
  }
}

/** Green is what ended well and was seen to; a cancelled run is never green. */
function isGood(report: RunReport, cancel: SignalCancel): boolean {
  const good: readonly RunReport['status'][] = ['rebuilt', 'skipped', 'planned', 'started'];
  return good.includes(report.status) && !cancel.signal.aborted;
}

/** A cancel that found no instance at work. */
function cancelledBetween({ changed }: RunReport): string {
  return changed
    ? 'Cancelled between two instances: those that were begun are done, the others are untouched.'
    : 'Cancelled before anything was sent that changes anything.';
}

function lastWord(report: RunReport, ok: boolean): void {
  const counts = new Map<string, number>();
  for (const { status } of report.instances) counts.set(status, (counts.get(status) ?? 0) + 1);
  const each = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
  jobLog.info(`${ok ? 'Done' : 'Not done'}: ${report.status} (${each}) in ${report.durationSeconds} s.`);
}
