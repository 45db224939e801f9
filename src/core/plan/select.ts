/** Which of the instances that a list gave are meant by tags. */
import type { Instance } from '../model/instance.ts';
import type { Tag } from '../model/selection.ts';
import { visible } from '../quote.ts';

/** Whether it carries every one of the tags; `undefined` where what was read says nothing about tags. */
export function carriesAll(instance: Instance, tags: readonly Tag[]): boolean | undefined {
  return instance.tags && tags.every((tag) => instance.tags?.some((own) => isSame(own, tag)));
}

/**
 * Its own spelling of the tags, where it carries every one of them but for blanks at the ends of keys and values;
 * else `undefined`. Nobody can see those blanks, and the console shows none.
 */
export function spellingOf({ tags: own = [] }: Instance, tags: readonly Tag[]): readonly Tag[] | undefined {
  const found = tags.map((tag) => own.find((one) => isSame(trimmed(one), trimmed(tag))));
  return found.every((tag) => tag !== undefined) ? found : undefined;
}

function isSame(one: Tag, other: Tag): boolean {
  return one.key === other.key && one.value === other.value;
}

function trimmed({ key, value }: Tag): Tag {
  return { key: key.trim(), value: value.trim() };
}

/** Released instances keep their tags for a while; a selection by tags leaves them out. */
export function isReleased({ status }: Instance): boolean {
  return status === 'Recycled' || status === 'Deleted';
}

/** Tags for people. */
export function tagsLabel(tags: readonly Tag[]): string {
  return tags.map(({ key, value }) => visible(`${key}=${value}`)).join(' and ');
}
