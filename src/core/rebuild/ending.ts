import type { CallFailure } from '../model/failure.ts';
import type { Instance } from '../model/instance.ts';
import type { Refusal } from '../plan/refusal.ts';

/** What an instance shows. */
type StatusAndImage = Pick<Instance, 'status' | 'imageId'>;

/** How a rebuild ended; `withdrawn`: the rollout had stopped before it was sent. */
export type Ending =
  | { readonly kind: 'rebuilt' | 'skipped' | 'started' | 'cancelled' | 'withdrawn' }
  | { readonly kind: 'failed'; readonly reason: FailureReason };

/** What kept a step before the wipe from being done: the backup, or the leaving of a load balancer. */
export interface Obstacle {
  readonly cause: string;
  readonly remedy: string;
}

/**
 * Why it failed.
 *
 * - `backup`: the image that was to be made first could not be made
 * - `drain`: a load balancer could not be left
 * - `refused`: by our own rules, before anything was sent
 * - `busy`: somebody else's change did not end in time
 * - `unclear`: a change that was found under way ended on the image; with `force` one cannot tell whether it
 *   was the rebuild that was asked for
 * - `call`: a call failed for good; which one, `failure.operation` says
 * - `unproven`: accepted, or perhaps accepted, and nothing ever seen of it
 * - `timedOut`: started, and not done in time
 * - `status`: the instance came to a status that ends the wait
 * - `wrongImage`: at rest on another image than the wanted one
 * - `gone`: the instance is no longer there
 * - `changed`: after its health check it is no longer what was proven before that
 */
export type FailureReason =
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'busy' | 'unclear' | 'timedOut' | 'status'; readonly status: string }
  | { readonly kind: 'call'; readonly failure: CallFailure }
  | { readonly kind: 'unproven' | 'gone' }
  | { readonly kind: 'wrongImage'; readonly imageId: string; readonly imageName: string }
  | { readonly kind: 'changed'; readonly was: StatusAndImage; readonly now: StatusAndImage }
  | { readonly kind: 'backup' | 'drain'; readonly problem: Obstacle };

/** What a rebuild did to the system disk, as far as is known. */
export type DiskState = 'untouched' | 'erased' | 'unknown';
