import * as core from '@actions/core';
import type { Problem } from '../config/inputs.ts';
import type { RunReport } from '../core/report/report.ts';
import type { SurveyProblem } from '../deploy/survey-error.ts';
import { tame } from './log.ts';

/** GitHub shows at most ten annotations of a step. */
const most = 10;

/** One annotation for each instance that failed or was cut off, with cause and remedy. */
export function annotateReport(report: RunReport): void {
  const failed = report.instances.filter(({ failure }) => failure !== undefined);
  for (const { failure, instanceId } of failed.slice(0, most)) {
    if (failure === undefined) continue;
    const text = [failure.cause, failure.disk, failure.remedy].map(tame).join('\n');
    const how = failure.reason === 'cancelled' ? 'cancelled' : `failed (${failure.reason})`;
    core.error(text, { title: `Rebuild of ${instanceId} ${how}` });
  }
}

/** One annotation that lists all that is wrong with the inputs. */
export function annotateProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ input, message }) => tame(`${input} ${message}`));
  core.error([...lines, 'Nothing was sent.'].join('\n'), { title: 'The inputs are not right' });
}

/** One annotation for all that keeps a plan from being made. */
export function annotateSurvey(problems: readonly SurveyProblem[]): void {
  const lines = problems.flatMap(({ cause, remedy }) => [cause, remedy]);
  core.error([...new Set(lines.map(tame)), 'Nothing was sent that changes anything.'].join('\n'), {
    title: 'No plan can be made'
  });
}

/** One annotation for a cancel before there was a plan, or for a fault of the program itself. */
export function annotateEnd(title: string, text: string): void {
  core.error(tame(text), { title });
}
