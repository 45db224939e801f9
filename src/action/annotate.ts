import * as core from '@actions/core';
import type { Problem } from '../config/inputs.ts';
import type { RunReport } from '../core/report/report.ts';
import { annotationsOf } from '../core/summary/annotations.ts';
import type { SurveyProblem } from '../deploy/plan/survey-error.ts';
import { escapeCommands } from './log.ts';

/** At most ten: the instances that failed or were cut off, and the weights that are not restored. */
export function annotateReport(report: RunReport): void {
  for (const { level, title, lines } of annotationsOf(report)) {
    const annotate = level === 'error' ? core.error : core.warning;
    annotate(lines.map(escapeCommands).join('\n'), { title: escapeCommands(title) });
  }
}

/** One annotation that lists all that is wrong with the inputs. */
export function annotateProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ input, message }) => escapeCommands(`${input} ${message}`));
  core.error([...lines, 'Nothing was sent.'].join('\n'), { title: 'The inputs are not right' });
}

/** One annotation for all that keeps a plan from being made. */
export function annotateSurvey(problems: readonly SurveyProblem[]): void {
  const lines = problems.flatMap(({ cause, remedy }) => [cause, remedy]);
  core.error([...new Set(lines.map(escapeCommands)), 'Nothing was sent that changes anything.'].join('\n'), {
    title: 'No plan can be made'
  });
}

/** One annotation for a cancel before there was a plan, or for a fault of the program itself. */
export function annotateEnd(title: string, text: string): void {
  core.error(escapeCommands(text), { title });
}
