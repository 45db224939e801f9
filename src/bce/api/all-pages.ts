import { CallError } from '../../core/model/failure.ts';
import type { Page } from './decode.ts';
import type { Operation } from './operation.ts';

/** More pages than any list that the action reads can have: a page has up to a thousand items. */
const maxPages = 100;

/**
 * The most that a list may hold once it is decoded, in characters of its JSON; an instance has some 500. Several lists
 * are read side by side.
 */
const maxCharacters = 8 * 1024 * 1024;

/**
 * All items of a list, page after page. Throws what `call` throws, and a `CallError` of the kind `malformed` for a
 * list that does not end: a marker that comes twice, too many pages, or too much in them.
 *
 * @param onLeftOut called for each page of which something was left out, with the reason
 */
export async function allPages<T>(
  page: (marker?: string) => Operation<Page<T>>,
  call: (operation: Operation<Page<T>>) => Promise<Page<T>>,
  onLeftOut: (operation: Operation<unknown>, why: string) => void = () => undefined
): Promise<readonly T[]> {
  const items: T[] = [];
  const markers = new Set<string>();
  let operation = page();
  let characters = 0;
  for (;;) {
    const { items: found, nextMarker, leftOut } = await call(operation);
    if (leftOut !== undefined) onLeftOut(operation, leftOut);
    // Pushed one by one: as arguments of one call a long page would not fit on the stack.
    for (const item of found) items.push(item);
    characters += JSON.stringify(found).length;
    if (characters > maxCharacters) {
      throw endless(operation, `it holds more than ${maxCharacters / 1024 / 1024} MB`);
    }
    if (nextMarker === undefined) {
      return items;
    }
    if (markers.has(nextMarker)) {
      throw endless(operation, 'its pages lead back to one that was read already');
    }
    markers.add(nextMarker);
    if (markers.size >= maxPages) {
      throw endless(operation, `it has more than ${maxPages} pages`);
    }
    operation = page(nextMarker);
  }
}

function endless({ name, target }: Operation<unknown>, why: string): CallError {
  return new CallError({
    kind: 'malformed',
    operation: name,
    target,
    message: `the list has no end: ${why}`,
    attempts: 1
  });
}
