import { CallError } from '../../core/model/failure.ts';
import type { Page } from './decode.ts';
import type { Operation } from './operation.ts';

/** Far more pages than any list that the action reads can have. */
const maxPages = 1000;

/**
 * All items of a list, page after page. Throws what `call` throws, and a `CallError` of the kind `malformed` for a
 * list that does not end: a marker that comes twice, or pages without number.
 */
export async function allPages<T>(
  page: (marker?: string) => Operation<Page<T>>,
  call: (operation: Operation<Page<T>>) => Promise<Page<T>>
): Promise<readonly T[]> {
  const items: T[] = [];
  const markers = new Set<string>();
  let operation = page();
  for (;;) {
    const { items: found, nextMarker } = await call(operation);
    items.push(...found);
    if (nextMarker === undefined) {
      return items;
    }
    if (markers.has(nextMarker) || markers.size >= maxPages) {
      throw endless(operation);
    }
    markers.add(nextMarker);
    operation = page(nextMarker);
  }
}

function endless({ name, target }: Operation<unknown>): CallError {
  return new CallError({
    kind: 'malformed',
    operation: name,
    target,
    message: 'the list has no end: its pages lead back to one that was read already',
    attempts: 1
  });
}
