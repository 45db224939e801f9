/** How a summary is made to fit: parts that can be shortened, the least important first. */

/** A part of a summary. */
export interface Part {
  /** The part with the lowest priority is shortened first. */
  readonly priority: number;
  /** Of how many pieces it is made that can be left out from the end: rows, failures, details. */
  readonly pieces: number;
  /**
   * The part with only the first so many of its pieces; it tells what is left out. Empty for no part at all. It is asked
   * for many numbers, so that each piece is best made before.
   */
  draw(pieces: number): string;
}

const note = '_The rest does not fit into a job summary; the output `result` has more of it._';

/** A part that is there as a whole or not at all; without a priority it always is, and so must not be long. */
export function textPart(text: string, priority?: number): Part {
  const pieces = priority === undefined ? 0 : 1;
  return { priority: priority ?? 0, pieces, draw: (shown) => (shown < pieces ? '' : text) };
}

/** A part, how much of it is shown, and what that takes. */
interface ShownPart {
  readonly part: Part;
  readonly pieces: number;
  readonly text: string;
  /** Of UTF-8. */
  readonly bytes: number;
}

/**
 * The parts as one text of at most so many bytes. Where something has to be left out, as little as possible is,
 * and a note at the end says so.
 *
 * @param limit in bytes of UTF-8
 */
export function fitted(parts: readonly Part[], limit: number): string {
  let shown = parts.map((part) => show(part, part.pieces));
  if (sizeOf(shown) <= limit) return joined(shown);
  const most = limit - Buffer.byteLength(`\n${note}\n`);
  for (const one of cheapestFirst(shown)) {
    const room = most - sizeOf(shown.filter((other) => other !== one)) - between;
    const pieces = mostPieces(one.pieces, (some) => show(one.part, some).bytes <= room);
    shown = shown.map((other) => (other === one ? show(one.part, pieces) : other));
    if (sizeOf(shown) <= most) break;
  }
  return `${joined(shown)}\n${note}\n`;
}

function show(part: Part, pieces: number): ShownPart {
  const text = part.draw(pieces);
  return { part, pieces, text, bytes: Buffer.byteLength(text) };
}

/** The largest number up to `all` that fits, 0 where none does; the sizes grow with the numbers. */
function mostPieces(all: number, fits: (pieces: number) => boolean): number {
  let [low, high] = [0, all];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Of two that have the same priority, the later one first. */
function cheapestFirst(shown: readonly ShownPart[]): readonly ShownPart[] {
  return shown
    .filter(({ pieces }) => pieces > 0)
    .toReversed()
    .toSorted((one, other) => one.part.priority - other.part.priority);
}

/** An empty line stands between two parts, in bytes. */
const between = 2;

function sizeOf(shown: readonly ShownPart[]): number {
  const sizes = shown.map(({ bytes }) => bytes).filter((bytes) => bytes > 0);
  return sizes.reduce((sum, bytes) => sum + bytes, 1) + between * Math.max(0, sizes.length - 1);
}

function joined(shown: readonly ShownPart[]): string {
  const texts = shown.map(({ text }) => text).filter((text) => text !== '');
  return `${texts.join('\n\n')}\n`;
}
