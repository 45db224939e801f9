import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  authenticate,
  expectedSignatures,
  parseAuthorization,
  type SignedRequest
} from '../../../emulator/http/auth.ts';
import {
  canonicalHeaders,
  canonicalQuery,
  parseQuery,
  type QueryPair,
  uriEncode
} from '../../../emulator/http/canonical.ts';
import { defaultBehaviour } from '../../../emulator/world/behaviour.ts';

interface Vector {
  readonly id: string;
  readonly input: {
    readonly ak: string;
    readonly sk: string;
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string | null>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly timestampEpoch: number;
    readonly sessionToken?: string;
    readonly headersToSign?: readonly string[];
  };
  readonly expected: { readonly authorizationWithList: string; readonly authorizationEmptyList: string };
}

interface Capture {
  readonly requestLine: string;
  readonly headers: readonly string[];
}

const vectors = JSON.parse(readFileSync(new URL('../../data/auth.json', import.meta.url), 'utf8')) as {
  readonly knownAnswers: readonly Vector[];
  readonly computed: readonly Vector[];
  readonly helpers: readonly { readonly fn: string; readonly input: never; readonly expected: string }[];
  readonly wireCaptures: Readonly<Record<string, readonly Capture[] | Capture | string>>;
};

function pairs(query: Readonly<Record<string, string | null>>): QueryPair[] {
  return Object.entries(query).map(([key, value]) => [key, value ?? '']);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe('published and computed signatures', () => {
  const all = [...vectors.knownAnswers, ...vectors.computed];

  test.each(all.map((vector) => [vector.id, vector] as const))(
    '%s is what the verifier expects',
    (_id, vector) => {
      const { input, expected } = vector;
      const request: SignedRequest = {
        method: input.method,
        path: input.path,
        query: pairs(input.query),
        headers: lowerCase(input.headers)
      };
      const withList = parseAuthorization(expected.authorizationWithList);
      expect(withList).toBeDefined();
      if (withList === undefined) return;
      expect(expectedSignatures(request, withList, input.sk)).toEqual([withList.signature]);
      // An empty list stands for the default set; with a narrower set of signed headers it would mean something else.
      const withoutList = parseAuthorization(expected.authorizationEmptyList);
      if (withoutList === undefined || input.headersToSign !== undefined) return;
      expect(expectedSignatures(request, withoutList, input.sk)).toEqual([withoutList.signature]);
    }
  );

  test('there are vectors of every kind', () => {
    expect(all.length).toBeGreaterThan(20);
    expect(vectors.helpers.length).toBeGreaterThan(3);
  });
});

test.each(vectors.helpers.map((each) => [`${each.fn} ${each.expected}`, each] as const))(
  '%s',
  (_name, helper) => {
    if (helper.fn === 'uriEncode') expect(uriEncode(helper.input)).toBe(helper.expected);
    if (helper.fn === 'canonicalQuery') expect(canonicalQuery(pairs(helper.input))).toBe(helper.expected);
    if (helper.fn === 'canonicalHeaders') {
      const headers = lowerCase(helper.input);
      const names = Object.keys(headers).filter((name) => name !== 'c');
      expect(canonicalHeaders(headers, names).join('\n')).toBe(helper.expected);
    }
  }
);

describe('requests as the official clients put them on the wire', () => {
  const captures = Object.entries(vectors.wireCaptures).flatMap(([client, found]) =>
    (Array.isArray(found) ? found : [found])
      .filter((each): each is Capture => typeof each === 'object')
      .map((capture) => [`${client}: ${capture.requestLine}`, capture] as const)
  );

  function accept(capture: Capture, spoil: (target: string) => string = (target) => target): void {
    const [method = '', wireTarget = ''] = capture.requestLine.split(' ');
    const [path = '', query = ''] = spoil(wireTarget).split('?');
    const headers = Object.fromEntries(
      capture.headers.map((line) => {
        const at = line.indexOf(': ');
        return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
      })
    );
    const token = headers['x-bce-security-token'];
    const credentials = {
      accessKeyId: 'akvector00000000000000000EXAMPLE',
      secretAccessKey: 'skvector0123456789abcdef0EXAMPLE',
      ...(token === undefined ? {} : { sessionToken: token })
    };
    const now = Date.parse(headers['x-bce-date'] ?? '');
    authenticate({ method, path, query: parseQuery(query), headers }, credentials, defaultBehaviour, now);
  }

  test.each(captures)('%s', (_line, capture) => {
    expect(() => accept(capture)).not.toThrow();
    expect(() => accept(capture, (target) => target.replace('instance', 'instancf'))).toThrow(/signature/);
    expect(() => accept(capture, (target) => target.replace('/v2', '//v2'))).toThrow(/signature/);
  });

  test('a bare parameter and one with an equals sign are the same', () => {
    const [, capture] = captures[0] ?? fail();
    expect(capture.requestLine).toContain('?rebuild= ');
    expect(() => accept(capture, (target) => target.replace('rebuild=', 'rebuild'))).not.toThrow();
  });

  test('escapes in lower case are the same', () => {
    const [, capture] = captures.find(([line]) => line.includes('tags=')) ?? fail();
    expect(() =>
      accept(capture, (target) => target.replaceAll('%3A', '%3a').replaceAll('%2C', '%2c'))
    ).not.toThrow();
  });
});

function fail(): never {
  throw new Error('no such capture');
}
