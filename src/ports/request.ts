import type { HealthCheck } from '../core/health/check.ts';
import type { RebuildOptions } from '../core/model/rebuild-spec.ts';
import type { Selection } from '../core/model/selection.ts';
import type { RolloutSettings } from '../core/rollout/settings.ts';

/** Which image is wanted. */
export type ImageRequest =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly pattern: string };

/** What a run is asked to do; the part of the configuration that is about instances and not about GitHub. */
export interface RunRequest {
  readonly selection: Selection;
  readonly image: ImageRequest;
  readonly order: RebuildOptions;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly allowProtected: boolean;
  /** Must be the name of the one target, where it is given. */
  readonly confirmName?: string;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  /** Make a custom image of the system disk first; `keep` is how many of them stay. */
  readonly backup?: { readonly keep?: number };
  /** Rebuild onto the previous image when it fails after the wipe. */
  readonly rollback: boolean;
  readonly rollout: RolloutSettings;
  /** The load balancers to leave before the wipe and to rejoin after; `drainMs` is the time in between. */
  readonly balancers?: { readonly blbIds: readonly string[]; readonly drainMs: number };
  readonly health?: {
    /** At least one; all must pass. */
    readonly checks: readonly HealthCheck[];
    readonly deadlineMs: number;
    readonly minHealthyTimeMs: number;
  };
}
