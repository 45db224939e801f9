import { editDistance } from '../edit-distance.ts';
import type { Image } from '../model/image.ts';
import { backupPrefix, byId, createdMs } from './backup.ts';

/** What a name or a pattern leads to. Lists are newest first, but for `nearest`, which begins with the nearest. */
export type Choice =
  /** The newest Available match. `ignored` are newer ones that are of no use: their making has failed, say. */
  | { readonly kind: 'chosen'; readonly image: Image; readonly ignored: readonly Image[] }
  /** No Available match is newer than this one, which is still being created: wait for it, then choose again. */
  | { readonly kind: 'pending'; readonly image: Image }
  /** Of several Available matches nobody can tell which is the newest. */
  | { readonly kind: 'tie'; readonly images: readonly Image[] }
  /** No match. `nearest` are up to five images with names much like it, of any status, each name once. */
  | { readonly kind: 'none'; readonly nearest: readonly Image[] }
  /** There are matches, and none of them is Available or will be. */
  | { readonly kind: 'unfinished'; readonly images: readonly Image[] };

/** How many names are offered when none matches. */
const maxNearest = 5;

/**
 * Whether a name matches: `*` stands for any text, also for none, and everything else for itself, case and all.
 * A pattern without `*` matches the very same name alone.
 */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  // The first place where a part fits leaves the most room for those behind it.
  let end = first.length;
  for (const part of parts) {
    const at = name.indexOf(part, end);
    if (at === -1) return false;
    end = at + part.length;
  }
  return name.length - end >= last.length && name.endsWith(last);
}

/**
 * Chooses among all images of the account by a name or a pattern. The order of the list does not matter, and an
 * image that is listed twice (pages shift while they are read) counts once.
 *
 * - The name or pattern as it is given comes first; only where nothing matches it, blanks at the ends do not count.
 * - A newer match whose making has failed does not hold up an older Available one; it is told as `ignored`.
 * - A match in Creating that is as new as the newest Available one is waited for: whether it is a tie must not
 *   depend on how fast it was made.
 * - Backups of this action match only a pattern that begins as their names do. A wide one such as `*web*` could
 *   otherwise choose the backup of a minute ago, which is the newest image there is.
 */
export function chooseImage(pattern: string, images: readonly Image[]): Choice {
  const unique = [...new Map(images.map((image) => [image.id, image])).values()];
  const allowed = unique.filter(
    ({ name }) => pattern.trim().startsWith(backupPrefix) || !name.startsWith(backupPrefix)
  );
  const exact = allowed.filter(({ name }) => matchesName(pattern, name));
  const trimmed = allowed.filter(({ name }) => matchesName(pattern.trim(), name.trim()));
  const matches = (exact.length > 0 ? exact : trimmed).toSorted(newestFirst);
  if (matches.length === 0) return { kind: 'none', nearest: nearest(pattern, unique) };
  const [creating] = matches.filter(({ status }) => status === 'Creating');
  const available = matches.filter(({ status }) => status === 'Available');
  const [newest] = available;
  if (creating !== undefined && (newest === undefined || createdMs(creating) >= createdMs(newest))) {
    return { kind: 'pending', image: creating };
  }
  if (newest === undefined) return { kind: 'unfinished', images: matches };
  const equals = available.filter((image) => createdMs(image) === createdMs(newest));
  if (equals.length > 1) return { kind: 'tie', images: equals };
  const ignored = matches.filter((image) => createdMs(image) > createdMs(newest));
  return { kind: 'chosen', image: newest, ignored };
}

/**
 * What to send to the API, which filters by a part of the name (BCC page Ajwvynu5r): the longest text between two
 * `*`. What comes back may match or not; names that are merely near are left out of it.
 */
export function searchText(pattern: string): string {
  return pattern
    .trim()
    .split('*')
    .reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

function newestFirst(one: Image, other: Image): number {
  return createdMs(other) - createdMs(one) || byId(one, other);
}

function nearest(pattern: string, images: readonly Image[]): readonly Image[] {
  const named = new Map<string, Image>();
  for (const image of images.toSorted(newestFirst)) {
    if (!named.has(image.name)) named.set(image.name, image);
  }
  return [...named.values()]
    .map((image) => ({ image, edits: editDistance(pattern.toLowerCase(), image.name.toLowerCase(), '*') }))
    .sort((one, other) => one.edits - other.edits)
    .slice(0, maxNearest)
    .map(({ image }) => image);
}
