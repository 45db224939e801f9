/** Problems that one cause has made many of. */
import type { ReportedReason } from './instance-failure.ts';

/** A problem with what to do about it. */
interface Remedied {
  readonly remedy: string;
  readonly reason?: ReportedReason;
}

/** What keeps every call from being answered; one that failed so tells of all. */
const general: ReadonlySet<ReportedReason | undefined> = new Set(['denied', 'unreached', 'unsent', 'skewed']);

/** The problems, with one only of those that have the same cause: wrong keys fail every read alike. */
export function withoutRepeats<T extends Remedied>(problems: readonly T[]): readonly T[] {
  return problems.filter(
    ({ reason, remedy }, at) =>
      !general.has(reason) ||
      problems.findIndex((other) => other.reason === reason && other.remedy === remedy) === at
  );
}
