import { quote } from '../../core/quote.ts';
import { ascii } from './ascii.ts';
import { type Parser, parsed, parsedUnless, refused } from './parser.ts';

/**
 * The kinds of things that are named by ID: what IDs of each usually begin with before a dash, and the input that they
 * go into.
 */
const kinds = {
  instance: {
    noun: 'instance',
    words: 'an instance ID',
    prefix: 'i',
    example: 'i-YufwpQAe',
    input: 'instanceId'
  },
  image: { noun: 'image', words: 'an image ID', prefix: 'm', example: 'm-DpgNg8lO', input: 'imageId' },
  balancer: {
    noun: 'load balancer',
    words: 'a load balancer ID',
    prefix: 'lb',
    example: 'lb-77d58dc4',
    input: 'blbId'
  }
} as const;

/** Characters that IDs are made of. It also keeps an ID from changing the path of a request. */
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * Reads the IDs of instances: one or many, split by commas, white space or lines, in the order given. Refuses
 * an ID that is there twice, and patterns: what is erased must be named.
 */
export const parseInstanceIds: Parser<readonly string[]> = idsOf('instance');

/**
 * Reads the IDs of load balancers, in the form of those of instances. Their usual prefix, `lb-`, stands in
 * examples of the SDKs only (bce-sdk-java, ExampleBlbDetail), so none is asked for; that of another kind is refused.
 */
export const parseBalancerIds: Parser<readonly string[]> = idsOf('balancer');

/** Reads the ID of an image. A name, or the ID of an instance, is refused with a hint. */
export const parseImageId: Parser<string> = idOf('image');

/** Reads the ID of a key pair. Its usual prefix is not documented, so none is asked for. */
export const parseKeypairId: Parser<string> = (text) =>
  idPattern.test(text)
    ? parsed(text)
    : refused(
        `is ${quote(text)}, which cannot be a key pair's ID; copy the ID, not the name, from the console`
      );

/** A parser of a list of IDs, at least one, none twice. */
function idsOf(wanted: keyof typeof kinds): Parser<readonly string[]> {
  const { noun, example } = kinds[wanted];
  const form = `write the IDs alone, split by commas, spaces or lines, such as ${example}`;
  return (text) => {
    if (/^[[{]/.test(text)) return refused(`is written as JSON; ${form}`);
    if (text.includes(';')) return refused(`has a semicolon between IDs; ${form}`);
    const ids = text.split(/[\s,]+/).filter((id) => id !== '');
    if (ids.length === 0) {
      return refused(`names no ${noun}; give at least one ID such as ${example}`);
    }
    const unique = [...new Set(ids)];
    const faults = unique.map(ascii(idOf(wanted))).flatMap((one) => (one.ok ? [] : one.faults));
    const repeats = unique
      .filter((id) => ids.indexOf(id) !== ids.lastIndexOf(id))
      .map((id) => `names ${quote(id)} more than once; give each ${noun} once`);
    return parsedUnless([...faults, ...repeats], ids);
  };
}

/** A parser of one ID. */
function idOf(wanted: keyof typeof kinds): Parser<string> {
  return (id) => parsedUnless([faultOfId(id, wanted)], id);
}

/**
 * Why a text cannot be such an ID. One without any prefix is let through, because the service may know it; a prefix
 * of another kind of thing is a mix-up.
 */
function faultOfId(id: string, wanted: keyof typeof kinds): string | undefined {
  const { words, prefix, example } = kinds[wanted];
  const names = wanted === 'image' ? '; a name or a pattern goes into imageName' : '';
  if (id.includes('*')) {
    return `has the pattern ${quote(id)}; patterns are not taken here, write ${words} such as ${example}${names}`;
  }
  const found = /^([A-Za-z]+)-/.exec(id)?.[1] ?? prefix;
  const isId = idPattern.test(id);
  if (isId && found === prefix) return undefined;
  const other = Object.values(kinds).find((kind) => kind.prefix === found);
  if (isId && other !== undefined) {
    return `has ${quote(id)}, which looks like ${other.words}; that goes into ${other.input}, and here ${words} such as ${example}`;
  }
  return isId && wanted === 'balancer'
    ? undefined
    : `has ${quote(id)}, which is not ${words}; write one such as ${example}, not a name${names}`;
}
