import type { Refusal } from '../../../src/core/plan/refusal.ts';

/** What each reason to refuse is called in the tests. */
const names: Readonly<Record<string, RegExp>> = {
  gone: /^its status is /,
  changed: /^it has changed since the plan /,
  protected: /^deletionProtection is on$/,
  noKeypairForWindows: /^keypairId works with Linux only/,
  otherArchitecture: /^the image is for \S+.*, and the instance is /,
  diskTooSmall: /^the image needs a system disk of \d+ GB/,
  bareMetal: /^it is a bare-metal instance \((?:EBC|BBC)\)/,
  otherName: /^its name is ".*", and confirmName is "/,
  noHealthTarget: /^healthCheck (?:needs|puts) /,
  noRollbackImage: /^rollback is asked for, and the image m-\S+ that it runs on now /,
  noImageQuota: /^backupImage is asked for, and all 20 custom images /
};

/** The name of a refusal by its reason; one that no name fits is shown whole. Each must say what to do. */
export function nameOfRefusal({ reason, remedy }: Refusal): string {
  if (!/^[A-Z].+\.$/.test(remedy)) throw new Error(`no sentence: ${remedy}`);
  const [name = reason] = Object.entries(names).find(([, pattern]) => pattern.test(reason)) ?? [];
  return name;
}
