import type { HealthCheck } from '../core/health/check.ts';
import type { GuestScript } from '../core/health/guest/guest-system.ts';
import type { PublicOptions } from '../core/model/rebuild-spec.ts';
import type { Selection } from '../core/model/selection.ts';
import type { RolloutSettings } from '../core/rollout/settings.ts';

/** Which image is wanted: the one with an ID, or the newest whose name is or matches a pattern. */
export type ImageRequest =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly pattern: string };

/** What a run is asked to do; the part of the configuration that is about instances and not about GitHub. */
export interface RunRequest {
  /** At least one ID, or at least one tag; none twice, in the order given. */
  readonly selection: Selection;
  readonly image: ImageRequest;
  /** For messages only; absent with an endpoint of one's own, which may be of any region. */
  readonly region?: string;
  /** How long an image that is not there yet may take to appear; 0 to 6 h, and 0 with a pattern. */
  readonly imageWaitMs: number;
  /** The options of the rebuild call that everybody may read; the sender has the rest. */
  readonly options: PublicOptions;
  /** Why the first-boot script will probably not run, in words that show nothing of it. */
  readonly scriptWarning?: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly allowProtected: boolean;
  /** Must be the name of the single target, which is named by its ID. Unset where nobody asks. */
  readonly confirmName?: string;
  /** Make a custom image of the system disk first. `keep` is how many stay, the new one included; unset, all. */
  readonly backup?: { readonly keep?: number };
  /** Rebuild onto the previous image when it fails after the wipe. Only where `wait` is true. */
  readonly rollback: boolean;
  readonly wait: boolean;
  /** One instance's rebuild, from accepted to `Running`; 10 s to 24 h. */
  readonly timeoutMs: number;
  /** Between two observations; 1 s to 5 min, and shorter than `timeoutMs`. */
  readonly pollIntervalMs: number;
  /** With canaries and a pause (0 to 24 h) only where `wait` is true. */
  readonly rollout: RolloutSettings;
  /** The load balancers to leave before the wipe and to rejoin after. Only where `wait` is true. */
  readonly balancers?: {
    /** At least one, none twice, in the order given. */
    readonly blbIds: readonly string[];
    /** From weight 0 to the rebuild; 0 to 1 h. */
    readonly drainMs: number;
  };
  /** What counts as healthy after the rebuild. Unset where no check is asked for; only where `wait` is true. */
  readonly health?: {
    /** At least one; all must pass. */
    readonly checks: readonly HealthCheck[];
    /** From `Running` on; 10 s to 2 h. */
    readonly deadlineMs: number;
    /** At most 1 h, and shorter than `deadlineMs`; with 0 one success will do. */
    readonly minHealthyTimeMs: number;
    /** What the check `guestScript` runs; it may hold secrets. */
    readonly guestScript?: GuestScript;
  };
}
