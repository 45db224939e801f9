/** What has to be on the disk before a call leaves that cannot be taken back. */
export interface Journal {
  /**
   * Writes down what the post step needs, and returns when the disk has it. Called once before each rebuild call and
   * before each change of weights, so that a run that is killed right after it is not forgotten.
   *
   * @throws CancelledError where the post step has taken over: nothing may be sent any more
   * @throws JournalError where it cannot be written; what was to be sent must not be sent
   */
  commit(): void;
}

/** What the post step needs could not be written, so what it is about must not be sent. */
export class JournalError extends Error {
  override name = 'JournalError';
}
