import fc from 'fast-check';

/** Surrogates, which are half a character. */
const surrogates = { from: 0xd800, count: 0x800 };

/**
 * Every character of Unicode alike, as `unit` of a text. The `binary` of fast-check gives the same, but first makes a
 * map of all of them, which takes a second in each file.
 */
export const anyCharacter = fc
  .nat({ max: 0x10ffff - surrogates.count })
  .map((at) => String.fromCodePoint(at < surrogates.from ? at : at + surrogates.count));
