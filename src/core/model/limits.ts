/**
 * The most IDs that one call takes: a list by IDs (BCC page Kksyfijrw), a rebuild of many (BCC page Fk48bhw50), and the
 * agents and runs of Cloud Assistant (BatchGetAgent).
 */
export const maxIdsPerCall = 100;

/** Cuts a list into pages, each of the items that one call takes. */
export function pagesOf<T>(all: readonly T[], size = maxIdsPerCall): readonly (readonly T[])[] {
  const length = Math.ceil(all.length / size);
  return Array.from({ length }, (_, page) => all.slice(page * size, (page + 1) * size));
}
