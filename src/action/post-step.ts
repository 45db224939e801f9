/** The post step: the summary, the end of the Deployment record, and a last watch after a cancel. It only warns. */
import * as core from '@actions/core';
import { type Config, parseConfig } from '../config/config.ts';
import type { RunReport } from '../core/report/report.ts';
import { summaryOf } from '../core/summary/summary.ts';
import { restoreWeights } from '../deploy/balancers/restore-weights.ts';
import { awaitVisible, hiddenRebuilds } from '../deploy/rebuild/await-visible.ts';
import { type RecordState, setRecord } from '../github/record.ts';
import { listenForCancel } from './cancel.ts';
import { connect } from './connect.ts';
import { readInputs } from './inputs.ts';
import { jobLog } from './log.ts';
import { type Handover, takeHandover } from './state.ts';

/** A cancelled job is granted five minutes for its post steps; this leaves time for the rest. In milliseconds. */
const awaitVisibleLimitMs = 180_000;

/** How long the restoring of weights may take, in milliseconds. */
const restoreLimitMs = 60_000;

/** Does the whole post step; resolves in any case. */
export async function postStep(): Promise<void> {
  const parsed = parseConfig(readInputs());
  if (!parsed.ok) return;
  const { config } = parsed;
  let handover: Handover | undefined;
  await attempt('read what the main step left', async () => {
    handover = takeHandover();
  });
  if (handover === undefined) return;
  let left = handover;
  await attempt('restore the weights on the load balancers', async () => {
    left = { ...left, report: await restore(config, left.report) };
  });
  if (config.summary) {
    await attempt('write the job summary', () => core.summary.addRaw(summaryOf(left.report)).write());
  }
  await attempt('close the Deployment record', () => closeRecord(config, left));
  await attempt('watch for the rebuild to show', () => watchOn(config, left));
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    jobLog.warning(`Could not ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function closeRecord(config: Config, left: Handover): Promise<void> {
  if (config.record === undefined || left.recordId === undefined) return;
  const failed: RecordState = left.cancelled ? 'inactive' : 'failure';
  await setRecord(config.record, left.recordId, left.ok ? 'success' : failed);
}

/** What was not erased, or is known to be well, gets its traffic back. */
async function restore(config: Config, report: RunReport): Promise<RunReport> {
  if (
    report.instances.every(({ balancers }) =>
      balancers.every(({ currentWeight, weight }) => currentWeight === weight)
    )
  ) {
    return report;
  }
  const cancel = listenForCancel();
  const late = AbortSignal.timeout(restoreLimitMs);
  const { dispose, ...world } = connect(config);
  try {
    const signal = AbortSignal.any([cancel.signal, late]);
    const writes = AbortSignal.any([cancel.writes, late]);
    return await restoreWeights(report, { ...world, log: jobLog, cancel: { signal, writes } });
  } finally {
    dispose();
    cancel.dispose();
  }
}

/**
 * After a cancel: keeps the job open until the rebuild shows in the status. A re-run cannot begin before the job
 * is over, and one that begins while nothing shows would take the instance for untouched.
 */
async function watchOn(config: Config, left: Handover): Promise<void> {
  const hidden = hiddenRebuilds(left.report.instances);
  if (hidden.length === 0) return;
  jobLog.info(`Waiting until the rebuild shows, so that a re-run finds it under way: ${hidden.join(', ')}`);
  const cancel = listenForCancel();
  const { bcc, clock, dispose } = connect(config);
  try {
    const still = await awaitVisible(hidden, awaitVisibleLimitMs, { bcc, clock }, cancel.signal);
    if (still.length === 0) return jobLog.info('It shows: a re-run will wait for it and not erase again.');
    jobLog.warning(
      `Nothing shows of the rebuild of ${still.join(', ')}. Look at it in the console before you run again.`
    );
  } finally {
    dispose();
    cancel.dispose();
  }
}
