/** Which of the instances that a list gave are meant by tags. */
import type { Instance } from '../model/instance.ts';
import type { Tag } from '../model/selection.ts';

/** Whether it carries every one of the tags; `undefined` where what was read says nothing about tags. */
export function carriesAll(instance: Instance, tags: readonly Tag[]): boolean | undefined {
  const own = instance.tags;
  if (own === undefined) return undefined;
  return tags.every(({ key, value }) => own.some((tag) => tag.key === key && tag.value === value));
}

/** Released instances keep their tags for a while, and nobody means them by a tag. */
export function isReleased({ status }: Instance): boolean {
  return status === 'Recycled' || status === 'Deleted';
}

/** Tags for people. */
export function tagsLabel(tags: readonly Tag[]): string {
  return tags.map(({ key, value }) => `${key}=${value}`).join(' and ');
}
