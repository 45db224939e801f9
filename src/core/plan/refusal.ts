/** Why an instance must not be rebuilt. */
export interface Refusal {
  /** A clause that reads on after the instance. */
  readonly reason: string;
  /** What to do about it, in sentences. */
  readonly remedy: string;
}

/** The reasons, joined. */
export function describeRefusals(refusals: readonly Refusal[]): string {
  return refusals.map(({ reason }) => reason).join('; ');
}

/** What to do about all of them. */
export function remedyOfRefusals(refusals: readonly Refusal[]): string {
  return refusals.map(({ remedy }) => remedy).join(' ');
}
