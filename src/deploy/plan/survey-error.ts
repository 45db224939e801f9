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

/** A read that failed for good, as a problem. */
export function problemOf(failure: CallFailure, region?: string): SurveyProblem {
  return {
    cause: `${describeFailure(failure)}.`,
    remedy: callRemedy(failure, undefined, region),
    reason: failure.kind
  };
}
