/** The items by a key, each group in the order of the items; `Map.groupBy` came only with Node 21. */
export function groupBy<K, T>(
  items: Iterable<T>,
  keyOf: (item: T) => K
): ReadonlyMap<K, readonly [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
