import type { Image } from '../model/image.ts';
import { type Instance, statusKind } from '../model/instance.ts';
import type { Login } from '../model/rebuild-spec.ts';
import type { Refusal } from './refusal.ts';

/** What one instance is to become. It stays the same for the whole life of a rebuild. */
export interface Task {
  readonly instanceId: string;
  readonly image: Image;
  readonly loginKind: Login['kind'];
  /** Rebuild although the instance is already on the image. */
  readonly force: boolean;
  /** Go on although `deletionProtection` is on. */
  readonly allowProtected: boolean;
  /** Make a custom image of the system disk before it is erased. */
  readonly backup: boolean;
  /** Leave its load balancers before it is erased. */
  readonly drain: boolean;
  /** The plan says that nothing of it is erased, so nothing is, whatever it has become since. */
  readonly checkOnly?: boolean;
  /** `false`: end as soon as the rebuild is proven to have started. */
  readonly wait: boolean;
  /** How long a rebuild may take, from accepted to Running, in milliseconds. */
  readonly timeoutMs: number;
  /** Between looks, in milliseconds. */
  readonly pollIntervalMs: number;
}

/** What to do about an instance that was looked at. */
export type Decision =
  | { readonly action: 'wait' }
  | { readonly action: 'skip' }
  | { readonly action: 'start' }
  | { readonly action: 'rebuild' }
  | { readonly action: 'refuse'; readonly refusals: readonly Refusal[] };

/**
 * Decides what becomes of an instance, from what was seen of it and nothing else; the dry run prints the same.
 *
 * - in a changing state it belongs to somebody: wait until it rests, then decide anew
 * - Running on the image: nothing to erase; Stopped on it: only to be started
 * - in `Error` it is rebuilt whatever its image is: the broken one is the one that people rebuild
 */
export function decide(instance: Instance, task: Task): Decision {
  const kind = statusKind(instance.status);
  if (kind === 'gone') return { action: 'refuse', refusals: [{ kind: 'gone', status: instance.status }] };
  if (kind === 'moving' || kind === 'foreign' || kind === 'unknown') return { action: 'wait' };
  if (instance.imageId === task.image.id && !task.force) {
    if (kind === 'up') return { action: 'skip' };
    if (kind === 'down') return { action: 'start' };
  }
  const changed = task.checkOnly === true ? [changedRefusal(instance)] : [];
  const refusals = [...changed, ...refusalsOf(instance, task)];
  return refusals.length === 0 ? { action: 'rebuild' } : { action: 'refuse', refusals };
}

function changedRefusal({ status, imageId }: Instance): Refusal {
  return { kind: 'changed', status, imageId };
}

function refusalsOf(instance: Instance, task: Task): readonly Refusal[] {
  const refusals: Refusal[] = [];
  if (instance.deletionProtection && !task.allowProtected) refusals.push({ kind: 'protected' });
  // One that is still being created is waited for before anything is sent; only a dry run shows it.
  if (task.image.status !== 'Available' && task.image.status !== 'Creating') {
    refusals.push({ kind: 'imageNotAvailable', status: task.image.status });
  }
  if (task.loginKind === 'keepImageLogin' && !keepsLogin(task.image)) {
    refusals.push({ kind: 'imageKeepsNoLogin', imageType: task.image.type });
  }
  return refusals;
}

/** Only custom and shared images carry a login of their own (BCC page 1jwvyoaw8, `keepImageLogin`). */
function keepsLogin(image: Image): boolean {
  return /custom|sharing/i.test(image.type) || image.type === '';
}
