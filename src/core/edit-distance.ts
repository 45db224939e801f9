/**
 * How many characters must be put in, taken out, replaced or swapped with their neighbour to turn one text into the
 * other (optimal string alignment).
 *
 * @param wildcard a character of the first text that stands for any text, also for none
 */
export function editDistance(one: string, other: string, wildcard?: string): number {
  let older: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, length) => length);
  for (let at = 1; at <= one.length; at += 1) {
    const cost = one[at - 1] === wildcard ? 0 : 1;
    const next = [(row[0] ?? 0) + cost];
    for (let length = 1; length <= other.length; length += 1) {
      const replaced = (row[length - 1] ?? 0) + (one[at - 1] === other[length - 1] ? 0 : 1);
      const isSwap = length > 1 && one[at - 1] === other[length - 2] && one[at - 2] === other[length - 1];
      next.push(
        Math.min(
          (next[length - 1] ?? 0) + cost,
          (row[length] ?? 0) + cost,
          replaced,
          isSwap ? (older[length - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      );
    }
    older = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
