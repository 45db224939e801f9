/** A case gives every axis a value. */
type Axes = Readonly<Record<string, readonly unknown[]>>;

/** More axes, or more values of one, than there ever are. A pair is four of them in one number, below 2 ** 53. */
const most = 1024;

/**
 * Cases in which every pair of values of two axes occurs at least once. Greedy: each case takes a pair that is
 * still missing and fills the other axes with what covers most of the missing ones, those with the most values first,
 * which decide how many cases it takes. The same axes give the same cases.
 */
export function pairwise(axes: Axes): readonly Readonly<Record<string, unknown>>[] {
  const names = Object.keys(axes).toSorted((a, b) => (axes[b]?.length ?? 0) - (axes[a]?.length ?? 0));
  const sizes = names.map((name) => axes[name]?.length ?? 0);
  if (Math.max(names.length, ...sizes) > most) throw new Error(`more than ${most} axes or values`);
  const key = (a: number, x: number, b: number, y: number): number => ((a * most + x) * most + b) * most + y;
  const missing = new Set<number>();
  names.forEach((_, a) => {
    for (let b = a + 1; b < names.length; b += 1) {
      for (let x = 0; x < (sizes[a] ?? 0); x += 1) {
        for (let y = 0; y < (sizes[b] ?? 0); y += 1) missing.add(key(a, x, b, y));
      }
    }
  });
  const pairKey = (a: number, x: number, b: number, y: number): number =>
    a < b ? key(a, x, b, y) : key(b, y, a, x);
  const cases: number[][] = [];
  while (missing.size > 0) {
    const [first] = missing;
    if (first === undefined) break;
    const picked = new Array<number>(names.length).fill(-1);
    const [a, x, b, y] = unkey(first);
    picked[a] = x;
    picked[b] = y;
    names.forEach((_, axis) => {
      if (picked[axis] !== -1) return;
      picked[axis] = bestValue(axis, cases.length, sizes[axis] ?? 0, picked, (b, x, y) =>
        missing.has(pairKey(axis, x, b, y))
      );
    });
    picked.forEach((x, a) => {
      picked.forEach((y, b) => {
        if (a < b) missing.delete(key(a, x, b, y));
      });
    });
    cases.push(picked);
  }
  return cases.map((picked) =>
    Object.fromEntries(names.map((name, axis) => [name, axes[name]?.[picked[axis] ?? 0]]))
  );
}

function unkey(pair: number): readonly [number, number, number, number] {
  return [
    Math.floor(pair / most ** 3),
    Math.floor(pair / most ** 2) % most,
    Math.floor(pair / most) % most,
    pair % most
  ];
}

function bestValue(
  axis: number,
  turn: number,
  size: number,
  picked: readonly number[],
  isMissing: (other: number, value: number, otherValue: number) => boolean
): number {
  let best = 0;
  let most = -1;
  for (let offset = 0; offset < size; offset += 1) {
    // Begun at another value for each axis and each case, so that ties do not always fall on the same.
    const value = (offset + axis + turn) % size;
    let gain = 0;
    picked.forEach((otherValue, other) => {
      if (other !== axis && otherValue !== -1 && isMissing(other, value, otherValue)) gain += 1;
    });
    if (gain > most) {
      most = gain;
      best = value;
    }
  }
  return best;
}
