import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as sign from '../../src/bce/sign.ts';
import { anyCharacter } from '../support/any-character.ts';
import { type AuthVector, authData, sdkAuth } from './data.ts';

function signable({ input, expected }: AuthVector): sign.Signable {
  return {
    accessKeyId: input.ak,
    secretAccessKey: input.sk,
    method: input.method,
    path: input.path,
    query: input.query,
    headers: Object.fromEntries(
      Object.entries(input.headers).filter(([name]) => expected.signedHeaders.includes(name.toLowerCase()))
    ),
    timestamp: input.timestamp,
    expirationSeconds: input.expirationSeconds
  };
}

const vectors = [...authData.knownAnswers, ...authData.computed];

test('there are vectors to test against', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(25);
});

test.each(vectors.map((vector) => [vector.id, vector] as const))('vector %s', (_id, vector) => {
  const request = signable(vector);
  const { expected, input } = vector;
  expect(sign.signingKey(request)).toBe(expected.signingKey);
  expect(sign.canonicalRequest(request)).toBe(expected.canonicalRequest);
  expect(sign.authorization(request)).toBe(expected.authorizationWithList);
  expect(sign.timestamp(input.timestampEpoch * 1000 + 999)).toBe(input.timestamp);
});

const helpers: Readonly<Record<string, (input: never) => string>> = {
  canonicalQuery: sign.canonicalQuery,
  uriEncode: sign.uriEncode,
  // The SDK's helper picks the default headers itself; of those here only "C" is none, and it is empty.
  canonicalHeaders: sign.canonicalHeaders
};

test.each(authData.helpers.map((helper) => [helper.fn, helper] as const))(
  'helper vector for %s',
  (fn, helper) => {
    expect(helpers[fn]?.(helper.input)).toBe(helper.expected);
  }
);

describe('the canonical path', () => {
  test.each([
    ['/v2/instance/i-a', '/v2/instance/i-a'],
    ['v2', '/v2'],
    ['', '/'],
    ['/a b/测', '/a%20b/%E6%B5%8B'],
    ['/a%2fb', '/a%2Fb'],
    ['/100%', '/100%25'],
    ['/a//b/', '/a//b/'],
    ["/!'()*~", '/%21%27%28%29%2A~']
  ])('%j is %j', (path, canonical) => {
    expect(sign.canonicalUri(path)).toBe(canonical);
    expect(sign.canonicalUri(canonical)).toBe(canonical);
  });
});

test('a query parameter named like the header is not signed', () => {
  expect(sign.canonicalQuery({ Authorization: 'x', a: null })).toBe('a=');
});

test('nothing signed gives an empty list of headers', () => {
  const [vector] = vectors;
  if (vector === undefined) throw new Error('no vector');
  const signed = sign.authorization({ ...signable(vector), headers: { empty: ' ' } });
  expect(signed).toMatch(/\/1800\/\/[0-9a-f]{64}$/);
});

test("agrees with the vendor's SDK on any request", () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 20 });
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
  fc.assert(
    fc.property(
      fc.record({
        accessKeyId: fc.stringMatching(/^[0-9a-zA-Z]{1,32}$/),
        secretAccessKey: fc.string({ minLength: 1, maxLength: 40 }),
        method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
        // The SDK signs path and names of the query as given, so they come encoded already.
        path: fc.array(text.map(sign.uriEncode), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
        query: fc.dictionary(
          fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.~-]{0,9}$/),
          fc.option(text, { nil: null }),
          { maxKeys: 6 }
        ),
        headers: fc.dictionary(fc.oneof(name, fc.constantFrom('host', 'x-bce-date', 'content-type')), text, {
          minKeys: 1,
          maxKeys: 6
        }),
        seconds: fc.integer({ min: 1, max: 4_102_444_800 }),
        expirationSeconds: fc.integer({ min: 1, max: 100_000 })
      }),
      ({ seconds, ...rest }) => {
        const request: sign.Signable = { ...rest, timestamp: sign.timestamp(seconds * 1000) };
        const theirs = new sdkAuth(request.accessKeyId, request.secretAccessKey).generateAuthorization(
          request.method,
          request.path,
          request.query,
          request.headers,
          seconds,
          request.expirationSeconds,
          Object.keys(request.headers)
        );
        return sign.authorization(request) === theirs;
      }
    ),
    { numRuns: 1000 }
  );
});
