import type { RebuildOptions } from '../core/order.ts';

/** What a run is asked to do; the part of the configuration that is about instances and not about GitHub. */
export interface RunRequest {
  readonly instanceIds: readonly string[];
  readonly imageId: string;
  readonly order: RebuildOptions;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly allowProtected: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
}
