import * as core from '@actions/core';
import type { Problem } from '../config/inputs.ts';
import type { ReportedReason } from '../core/report/instance-failure.ts';
import type { RunState } from '../core/run/run-state.ts';
import { annotationText } from '../core/summary/annotation-text.ts';
import { annotationsOf } from '../core/summary/annotations.ts';
import { type SurveyProblem, withoutRepeats } from '../deploy/plan/survey-error.ts';
import { escapeCommands, helpLines } from './job-log.ts';

/** At most ten: the instances that failed or were cut off, and the weights that are not restored. */
export function annotateState(state: RunState): void {
  for (const { level, title, lines, reason } of annotationsOf(state)) {
    annotate(level, title, lines, helpLines(reason));
  }
}

/** One annotation that lists all that is wrong with the inputs. */
export function annotateProblems(problems: readonly Problem[]): void {
  const lines = problems.map(({ input, message }) => `${input} ${message}`);
  annotate('error', 'The inputs are not right', lines, ['Nothing was sent.', ...helpLines()]);
}

/** One annotation for all that keeps a plan from being made. */
export function annotateSurvey(found: readonly SurveyProblem[]): void {
  const problems = withoutRepeats(found);
  const causes = [...new Set(problems.map(({ cause }) => cause))];
  const remedies = [...new Set(problems.map(({ remedy }) => remedy))];
  // Many causes usually share one remedy; where they do not, the first few stand for all.
  const told = remedies.slice(0, 3);
  const [reason, ...otherReasons] = new Set(problems.map((problem) => problem.reason));
  const help = helpLines(otherReasons.length === 0 ? reason : undefined);
  annotate('error', 'No plan can be made', causes, [...told, 'Nothing was changed.', ...help]);
}

/** One annotation for a cancel before there was a plan, or for a fault of the program itself. */
export function annotateEnd(title: string, text: string, reason?: ReportedReason): void {
  annotate('error', title, text.split('\n'), helpLines(reason));
}

/** One annotation for what the program itself did wrong, with the stack. */
export function annotateFault(title: string, error: unknown): void {
  annotateEnd(title, error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function annotate(
  level: 'error' | 'warning',
  title: string,
  lines: readonly string[],
  remedies: readonly string[]
): void {
  const write = level === 'error' ? core.error : core.warning;
  const text = annotationText(lines, remedies);
  write(text.map(escapeCommands).join('\n'), { title: escapeCommands(title) });
}
