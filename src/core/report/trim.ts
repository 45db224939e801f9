/** The output `result`, kept within what GitHub takes. */
import { clip } from './clip.ts';
import type { InstanceReport, RunReport } from './report.ts';

/** The outputs of a job may have 1 MiB together; below it, room is left for the others. In bytes of UTF-8. */
export const resultLimit = 900_000;

type Cut = (one: InstanceReport) => InstanceReport;

/** What is left out where it is too long: the next only if those before were not enough. */
const cuts: readonly Cut[] = [
  ofSucceeded(withoutCourse),
  ofSucceeded(withoutExtras),
  withoutCourse,
  withoutExtras,
  withoutNames,
  inShort
];

/**
 * The report as JSON. Where it is longer than `resultLimit`, lists are emptied and words are left out, first of
 * the instances that did not fail; it is still valid by `docs/result.schema.json`, which says in which order.
 */
export function resultText(report: RunReport): string {
  let { instances } = report;
  let text = JSON.stringify(report);
  for (const cut of cuts) {
    if (Buffer.byteLength(text) <= resultLimit) break;
    instances = instances.map(cut);
    text = JSON.stringify({ ...report, instances });
  }
  return text;
}

function ofSucceeded(cut: Cut): Cut {
  return (one) => (one.failure === undefined ? cut(one) : one);
}

/** How it went, step by step, and what the plan said beyond the decision. */
function withoutCourse(one: InstanceReport): InstanceReport {
  return {
    ...one,
    phases: [],
    statusHistory: [],
    plan: { ...one.plan, current: '', steps: [], warnings: [] },
    ...(one.health === undefined ? {} : { health: { ...one.health, checks: [], history: [] } })
  };
}

/** What stands elsewhere: the way back follows from `before`, the host keys are an output of their own. */
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
    ...(after === undefined ? {} : { after: { ...after, imageName: '' } })
  };
}

/** Without what was last seen, and with few words of a failure; the summary has more of them. */
function inShort({ after: _left, failure, ...one }: InstanceReport): InstanceReport {
  const plan = { ...one.plan, login: '…', userData: '…' };
  if (failure === undefined) return { ...one, plan };
  const cause = clip(failure.cause, 100);
  return { ...one, plan, failure: { ...failure, cause, diskNote: '…', remedy: '…' } };
}
