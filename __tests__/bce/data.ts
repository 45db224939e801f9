import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Query } from '../../src/bce/sign.ts';

/** A vector of `auth.json`. */
export interface AuthVector {
  readonly id: string;
  readonly input: {
    readonly ak: string;
    readonly sk: string;
    readonly method: string;
    readonly path: string;
    readonly query: Query;
    readonly headers: Readonly<Record<string, string>>;
    readonly timestamp: string;
    readonly timestampEpoch: number;
    readonly expirationSeconds: number;
    readonly headersToSign?: readonly string[];
  };
  readonly expected: {
    readonly signingKey: string;
    readonly canonicalRequest: string;
    readonly signedHeaders: readonly string[];
    readonly signature: string;
    readonly authorizationWithList: string;
  };
}

/** The published and the computed signatures. */
export const authData: {
  readonly knownAnswers: readonly AuthVector[];
  readonly computed: readonly AuthVector[];
  readonly helpers: readonly { readonly fn: string; readonly input: never; readonly expected: string }[];
} = JSON.parse(readData('auth.json'));

/** The encrypted passwords. */
export const passwordData: {
  readonly vectors: readonly {
    readonly id: string;
    readonly password: string;
    readonly secretKey: string;
    readonly ciphertextHex: string;
  }[];
  readonly errors: readonly { readonly secretKey: string }[];
} = JSON.parse(readData('password.json'));

/** As much of the signer of the vendor's JavaScript SDK as the tests call. */
export interface SdkAuth {
  generateAuthorization(
    method: string,
    path: string,
    query: Query,
    headers: Readonly<Record<string, string>>,
    epochSeconds: number,
    expirationSeconds: number,
    headersToSign: readonly string[]
  ): string;
}

/** The signer of the vendor's JavaScript SDK, which comes without types. */
export const sdkAuth: new (accessKeyId: string, secretAccessKey: string) => SdkAuth = createRequire(
  import.meta.url
)('@baiducloud/sdk/src/auth.js');

function readData(name: string): string {
  return readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8');
}
