import * as core from '@actions/core';
import type { Problem } from '../config/inputs.ts';
import type { ReportedReason } from '../core/report/failure-reasons.ts';
import { helpLink } from '../core/report/help-link.ts';
import type { RunReport } from '../core/report/report.ts';
import { withoutRepeats } from '../core/report/without-repeats.ts';
import { annotationText } from '../core/summary/annotation-text.ts';
import { annotationsOf } from '../core/summary/annotations.ts';
import type { SurveyProblem } from '../deploy/plan/survey-error.ts';
import { readActionSource } from './help.ts';
import { escapeCommands } from './job-log.ts';

/** At most ten: the instances that failed or were cut off, and the weights that are not restored. */
export function annotateReport(report: RunReport): void {
  for (const { level, title, lines, help } of annotationsOf(report, readActionSource())) {
    const [first = '', ...others] = lines;
    annotate(level, title, annotationText(first, others, helpLine(help)));
  }
}

/** One annotation that lists all that is wrong with the inputs. */
export function annotateProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ input, message }) => `${input} ${message}`);
  annotate('error', 'The inputs are not right', annotationText('Nothing was sent.', lines, helpOn()));
}

/** One annotation for all that keeps a plan from being made. */
export function annotateSurvey(found: readonly SurveyProblem[]): void {
  const problems = withoutRepeats(found);
  const causes = [...new Set(problems.map(({ cause }) => cause))];
  const remedies = [...new Set(problems.map(({ remedy }) => remedy))];
  // Many causes usually share one remedy; where they do not, the first few stand for all.
  const told = remedies.slice(0, 3);
  const [reason, ...otherReasons] = new Set(problems.map((problem) => problem.reason));
  annotate(
    'error',
    'No plan can be made',
    annotationText('Nothing was sent that changes anything.', causes, [
      ...told,
      ...helpOn(otherReasons.length === 0 ? reason : undefined)
    ])
  );
}

/** One annotation for a cancel before there was a plan, or for a fault of the program itself. */
export function annotateEnd(title: string, text: string, reason?: ReportedReason): void {
  const [first = '', ...others] = text.split('\n');
  annotate('error', title, annotationText(first, others, helpOn(reason)));
}

/** The line that ends an annotation: where the documents tell more about a reason, or about failures at all. */
function helpOn(reason?: ReportedReason): readonly string[] {
  return helpLine(helpLink(readActionSource(), reason));
}

function helpLine(link: string | undefined): readonly string[] {
  return link === undefined ? [] : [`Help: ${link}`];
}

function annotate(level: 'error' | 'warning', title: string, lines: readonly string[]): void {
  const write = level === 'error' ? core.error : core.warning;
  write(lines.map(escapeCommands).join('\n'), { title: escapeCommands(title) });
}
