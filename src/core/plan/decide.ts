import { isSettled, statusKind } from '../model/bcc-status.ts';
import type { Image } from '../model/image.ts';
import type { Instance } from '../model/instance.ts';
import type { Login } from '../model/rebuild-spec.ts';
import type { Tag } from '../model/selection.ts';
import { type PlannedIdentity, refusalsSincePlan } from './changes-since-plan.ts';
import type { Refusal } from './refusal.ts';

/** What is asked for one instance. It stays the same for the whole rebuild. */
export interface Task extends PlannedIdentity {
  readonly instanceId: string;
  readonly image: Image;
  /** The tags that selected it; absent where it was given by its ID. */
  readonly selectedBy?: readonly Tag[];
  readonly loginKind: Login['kind'];
  /** Rebuild although the instance is already on the image. */
  readonly force: boolean;
  /** Go on although `deletionProtection` is on. */
  readonly allowProtected: boolean;
  /** Make a custom image of the system disk before it is erased. */
  readonly backup: boolean;
  /** Leave its load balancers before it is erased. */
  readonly drain: boolean;
  /** `false`: end as soon as the rebuild is proven to have started. */
  readonly wait: boolean;
  /** How long a rebuild may take, from accepted to Running, in milliseconds. */
  readonly timeoutMs: number;
  /** Between observations, in milliseconds. */
  readonly pollIntervalMs: number;
}

/** What to do about an instance that was observed. */
export type Decision =
  | { readonly action: 'wait' | 'skip' | 'start' | 'rebuild' }
  | { readonly action: 'refuse'; readonly refusals: readonly Refusal[] };

/** Whether it ends, or may end, in an erasing. */
export function erases({ action }: Decision): boolean {
  return action === 'rebuild' || action === 'wait';
}

/** Whether nothing is erased because it is on the image already. */
export function isOnImage({ action }: Decision): boolean {
  return action === 'skip' || action === 'start';
}

/**
 * Decides what to do about an instance, from one observation and nothing else; the dry run prints the same.
 *
 * - in a changing state another operation is under way: wait until it has ended, then decide again
 * - Running on the image: nothing to erase; Stopped on it: only start it
 * - in `Error`: rebuild it whatever its image is, for that is why people rebuild a broken one
 */
export function decide(instance: Instance, task: Task): Decision {
  const kind = statusKind(instance.status);
  if (kind === 'gone') {
    const reason = `its status is ${instance.status}`;
    const out = task.selectedBy === undefined ? 'it out of instanceId' : 'the tags of instanceTag off it';
    const remedy = `Take ${out}, or renew or restore it first.`;
    return { action: 'refuse', refusals: [{ reason, remedy }] };
  }
  if (!isSettled(instance.status)) return { action: 'wait' };
  if (instance.imageId === task.image.id && !task.force) {
    if (kind === 'up') return { action: 'skip' };
    // What is Stopped on the image to go back to was stopped by somebody else.
    if (kind === 'down' && task.rollsBackFrom === undefined) return { action: 'start' };
  }
  const refusals = [...refusalsSincePlan(instance, task), ...refusalsOf(instance, task)];
  return refusals.length === 0 ? { action: 'rebuild' } : { action: 'refuse', refusals };
}

function refusalsOf(instance: Instance, task: Task): readonly Refusal[] {
  const refusals: Refusal[] = [];
  if (instance.deletionProtection !== false && !task.allowProtected) {
    const remedy = 'If it is to be erased all the same, set allowProtected: true.';
    refusals.push(
      instance.deletionProtection === true
        ? { reason: 'deletionProtection is on', remedy }
        : {
            reason: 'the API does not tell whether deletionProtection is on',
            remedy: `Look in the console. ${remedy}`
          }
    );
  }
  // One that is still being created is waited for before anything is sent; only a dry run shows it.
  if (task.image.status !== 'Available' && task.image.status !== 'Creating') {
    refusals.push({
      reason: `the image is ${task.image.status}, not Available`,
      remedy: 'Give another image, or wait until this one is Available.'
    });
  }
  if (task.loginKind === 'keepImageLogin' && !keepsLogin(task.image)) {
    refusals.push({
      reason: `keepImageLogin needs a custom or shared image, and this one is a ${task.image.type} image`,
      remedy: 'Give adminPass or keypairId instead.'
    });
  }
  return refusals;
}

/** Only custom and shared images carry a login of their own (BCC page 1jwvyoaw8, `keepImageLogin`); an unknown type may. */
export function keepsLogin({ type }: Pick<Image, 'type'>): boolean {
  return /custom|sharing/i.test(type) || type === '';
}

/**
 * Whether the reply leaves out what an erasing rests on, so that the detail call has to be asked: a list may leave out
 * the name, `deletionProtection` and the tags. What is skipped or only started needs none of them.
 */
export function lacksFacts(instance: Instance, task: Task): boolean {
  const { action } = decide(instance, task);
  if (action !== 'rebuild' && action !== 'refuse') return false;
  const isProtectionUnknown = instance.deletionProtection === undefined && !task.allowProtected;
  const areTagsUnknown = task.selectedBy !== undefined && instance.tags === undefined;
  return isProtectionUnknown || areTagsUnknown || instance.name === '';
}
