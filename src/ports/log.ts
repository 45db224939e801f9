/** Where a person reads along. None of it may carry a secret. */
export interface Log {
  info(line: string): void;
  warning(line: string): void;
  debug(line: string): void;
  /** Runs `work` with its lines folded under `title`. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}
