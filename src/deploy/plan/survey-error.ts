import { type CallFailure, describeFailure } from '../../core/model/failure.ts';
import { callRemedy } from '../../core/report/call-remedy.ts';
import type { ReportedReason } from '../../core/report/instance-failure.ts';

/** One thing that keeps a plan from being made. */
export interface SurveyProblem {
  readonly cause: string;
  readonly remedy: string;
  /** The section of the documents on it; absent where there is none of its own. */
  readonly reason?: ReportedReason;
}

/** No plan could be made; nothing has been sent that changes anything. `problems` has all that is known. */
export class SurveyError extends Error {
  readonly problems: readonly SurveyProblem[];

  constructor(problems: readonly SurveyProblem[], options?: ErrorOptions) {
    super(problems.map(({ cause }) => cause).join(' '), options);
    this.name = 'SurveyError';
    this.problems = problems;
  }
}

/** What keeps every call from being answered; one that failed so tells of all. */
const general: ReadonlySet<ReportedReason | undefined> = new Set(['denied', 'unreached', 'unsent', 'skewed']);

/** The problems, with one only of those that have the same cause: wrong keys fail every read alike. */
export function withoutRepeats(problems: readonly SurveyProblem[]): readonly SurveyProblem[] {
  return problems.filter(
    ({ reason, remedy }, at) =>
      !general.has(reason) ||
      problems.findIndex((other) => other.reason === reason && other.remedy === remedy) === at
  );
}

/** A read that failed for good, as a problem. */
export function problemOf(failure: CallFailure, region?: string): SurveyProblem {
  return {
    cause: `${describeFailure(failure)}.`,
    remedy: callRemedy(failure, undefined, region),
    reason: failure.kind
  };
}
