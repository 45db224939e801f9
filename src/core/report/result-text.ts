/** The output `result`, kept within what GitHub takes. */

import { toIso } from '../time.ts';
import { clip } from './clip.ts';
import { byUrgency } from './ranking.ts';
import type { InstanceReport, RunReport } from './report.ts';

/** A step can take `result` as an environment variable up to 128 KiB; this leaves room for others. In bytes of UTF-8. */
export const resultLimit = 100_000;

interface Cut {
  /** What it leaves out, as `leftOut.parts` names it. */
  readonly parts: readonly string[];
  readonly apply: (one: InstanceReport) => InstanceReport;
}

const course = ['phases', 'statusHistory', 'health.history', 'plan.current', 'plan.steps', 'plan.warnings'];
const extras = ['knownHosts', 'restoreWith', 'erases.snapshots'];

/** What is left out where it is too long: the next only if those before were not enough. */
const cuts: readonly Cut[] = [
  { parts: course, apply: ofSucceeded(withoutCourse) },
  { parts: extras, apply: ofSucceeded(withoutExtras) },
  { parts: course, apply: withoutCourse },
  { parts: extras, apply: withoutExtras },
  { parts: ['name', 'before.imageName', 'after.imageName'], apply: withoutNames },
  { parts: ['after', 'plan.login', 'plan.userData', 'failure'], apply: inShort }
];

/**
 * The report as JSON of at most `resultLimit` bytes. Where it is longer, lists are emptied and words are left out,
 * first of the instances that did not fail; at last instances are, those that failed as the last ones. `leftOut`
 * names all of it, and it is still valid by `docs/result.schema.json`.
 */
export function resultText(report: RunReport): string {
  let text = JSON.stringify(report);
  let { instances } = report;
  const parts = new Set<string>();
  for (const cut of cuts) {
    if (Buffer.byteLength(text) <= resultLimit) return text;
    instances = instances.map(cut.apply);
    for (const part of cut.parts) parts.add(part);
    text = JSON.stringify({ ...report, instances, leftOut: { parts: [...parts], instances: 0 } });
  }
  return Buffer.byteLength(text) <= resultLimit ? text : withFewer({ ...report, instances }, [...parts]);
}

/** The report with as many instances as fit, the failed ones first, in their order. */
function withFewer(report: RunReport, parts: readonly string[]): string {
  const unavailableBefore = report.rollout.unavailableBefore.slice(0, 100);
  const canaries = report.rollout.canaries.slice(0, 100);
  const short = { ...report, rollout: { ...report.rollout, unavailableBefore, canaries } };
  const textOf = (instances: readonly InstanceReport[]): string => {
    const leftOut = { parts, instances: report.instances.length - instances.length };
    return JSON.stringify({ ...short, instances, leftOut });
  };
  let left = resultLimit - Buffer.byteLength(textOf([])) - 10;
  const kept = new Set<InstanceReport>();
  for (const one of byUrgency(report.instances)) {
    left -= Buffer.byteLength(JSON.stringify(one)) + 1;
    if (left < 0) break;
    kept.add(one);
  }
  return textOf(report.instances.filter((one) => kept.has(one)));
}

/** The result of a run that ended before it had a plan: nothing was sent that changes anything. */
export function emptyResultText(wallMs: number): string {
  const rollout = {
    maxUnavailable: 1,
    peakUnavailable: 0,
    canaries: [],
    maxFailures: 0,
    pauseSeconds: 0,
    unavailableBefore: []
  };
  const report: RunReport = {
    version: 1,
    status: 'failed',
    changed: false,
    imageId: '',
    imageName: '',
    startedAt: toIso({ nowMs: 0, wallMs }, 0),
    durationSeconds: 0,
    rollout,
    instances: []
  };
  return JSON.stringify(report);
}

function ofSucceeded(apply: Cut['apply']): Cut['apply'] {
  return (one) => (one.failure === undefined ? apply(one) : one);
}

/** How it went, step by step, and what the plan said beyond the decision. */
function withoutCourse(one: InstanceReport): InstanceReport {
  return {
    ...one,
    phases: [],
    statusHistory: [],
    plan: { ...one.plan, current: '', steps: [], warnings: [] },
    health: one.health && { ...one.health, checks: [], history: [] }
  };
}

/** What stands elsewhere: `restoreWith` follows from `before`, the host keys are an output of their own. */
function withoutExtras(one: InstanceReport): InstanceReport {
  return { ...one, knownHosts: [], restoreWith: [], erases: { ...one.erases, snapshots: [] } };
}

/** Names, which may be long; every ID stays. */
function withoutNames(one: InstanceReport): InstanceReport {
  const { before, after } = one;
  return {
    ...one,
    name: '',
    before: { ...before, imageName: '' },
    after: after && { ...after, imageName: '' }
  };
}

/** Without what was last seen, and with few words of a failure; the summary has more of them. */
function inShort({ after: _left, failure, ...one }: InstanceReport): InstanceReport {
  const plan = { ...one.plan, login: '…', userData: '…' };
  if (failure === undefined) return { ...one, plan };
  const cause = clip(failure.cause, 100);
  return { ...one, plan, failure: { ...failure, cause, diskNote: '…', remedy: '…' } };
}
