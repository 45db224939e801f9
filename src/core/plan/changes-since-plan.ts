/** What has become of an instance since the plan was made: an erasing that the plan does not cover is refused. */

import { isSettled, statusKind } from '../model/bcc-status.ts';
import type { Instance } from '../model/instance.ts';
import type { Tag } from '../model/selection.ts';
import { quote } from '../quote.ts';
import type { Refusal } from './refusal.ts';
import { spellingOf, tagsLabel } from './select.ts';

/** What the plan says of an instance, as far as the erasing rests on it. */
export interface PlannedFacts extends Pick<Instance, 'name' | 'imageId' | 'status'> {
  /** Absent where the API showed none. */
  readonly diskId?: string | undefined;
  /** The tags that selected it; none where it was given by its ID. */
  readonly tags: readonly Tag[];
}

/** What tells whether an instance is still the one that was planned for. */
export interface PlannedIdentity {
  readonly image: { readonly id: string };
  /** Absent until the plan stands. */
  readonly planned?: PlannedFacts | undefined;
  /** The plan says that nothing of it is erased. */
  readonly checkOnly?: boolean;
  /** Of a rollback: the image that this run has put on it. */
  readonly rollsBackFrom?: string | undefined;
}

/**
 * Why it must not be erased any more, although the plan said so; empty where nothing has changed.
 *
 * @param diskId its system disk, where that is to be compared as well
 */
export function refusalsSincePlan(
  instance: Instance,
  task: PlannedIdentity,
  diskId?: string | undefined
): readonly Refusal[] {
  if (task.rollsBackFrom !== undefined) return movedSince(instance, task.rollsBackFrom);
  const { planned } = task;
  if (planned === undefined) return [];
  const changes = [
    ...(isSameName(instance, planned)
      ? []
      : [`its name is ${quote(instance.name)}, not ${quote(planned.name)}`]),
    ...(isImageExpected(instance, planned, task.image.id)
      ? []
      : [`its image is ${instance.imageId}, not ${planned.imageId}`]),
    ...(isSameDisk(diskId, planned)
      ? []
      : [`its system disk is ${diskId}, not ${planned.diskId}: somebody has rebuilt it`]),
    ...tagChanges(instance, planned.tags)
  ];
  if (task.checkOnly === true && changes.length === 0) {
    changes.push(`its status is ${instance.status}, not ${planned.status}`);
  }
  if (changes.length === 0) return [];
  const reason = `it has changed since the plan was made: ${changes.join(', ')}`;
  const remedy =
    'Find out who changed it. If it is to be rebuilt all the same, run again: a re-run makes a new plan.';
  return [{ reason, remedy }];
}

/** A list may leave the name out. */
function isSameName({ name }: Instance, planned: PlannedFacts): boolean {
  return name === planned.name || name === '' || planned.name === '';
}

/** An instance that was changing when the plan was made may have come to the wanted image by then. */
function isImageExpected({ imageId }: Instance, planned: PlannedFacts, wantedId: string): boolean {
  if (imageId === planned.imageId) return true;
  return !isSettled(planned.status) && imageId === wantedId;
}

/** An instance that was changing when the plan was made gets another disk where that change is a rebuild. */
function isSameDisk(diskId: string | undefined, planned: PlannedFacts): boolean {
  if (diskId === undefined || planned.diskId === undefined) return true;
  return diskId === planned.diskId || !isSettled(planned.status);
}

/** A reply without a word about tags does not show that they are gone; they are asked for before it is decided. */
function tagChanges(instance: Instance, tags: readonly Tag[]): readonly string[] {
  // Blanks at the ends may not have counted when it was selected.
  if (tags.length === 0 || spellingOf(instance, tags) !== undefined) return [];
  return [
    instance.tags === undefined
      ? `the API no longer tells whether it carries ${tagsLabel(tags)}`
      : `it no longer carries ${tagsLabel(tags)}`
  ];
}

/** A rollback touches only what rests on this run's image, or is in `Error`. */
function movedSince({ status, imageId }: Instance, ownImageId: string): readonly Refusal[] {
  if (statusKind(status) === 'broken' || imageId === ownImageId) return [];
  const reason = `it runs on ${imageId}, not on ${ownImageId} that this run put on it: somebody else has rebuilt it since`;
  const remedy =
    'Find out who rebuilt it. If it is to go back all the same, rebuild it from the earlier image.';
  return [{ reason, remedy }];
}
