/** A service that answers a bad signature with what it was to sign, as BCE does: the session token is in it. */
import { expect, test } from '@jest/globals';
import { runAction } from '../../scripts/runner.ts';
import { uriEncode } from '../../src/bce/sign.ts';
import { answer, serve } from '../bce/server.ts';
import { adminPass, credentials, expectNoSecrets } from './scene.ts';

const sessionToken = `ZjJk/OGE+MmQ1${'c2Vj/cmV0+dG9r'.repeat(60)}==`;

test.concurrent.each([
  ['raw', (token: string) => token],
  ['percent-encoded', uriEncode],
  ['with small digits', (token: string) => uriEncode(token).replace(/%../g, (code) => code.toLowerCase())],
  ['encoded twice', (token: string) => uriEncode(uriEncode(token))],
  ['in JSON', (token: string) => token.replaceAll('/', '\\/')],
  ['as base64', (token: string) => Buffer.from(token).toString('base64')]
])(
  'a session token that comes back %s shows nowhere',
  async (_form, spell) => {
    const server = await serve((request, response) => {
      const token = String(request.headers['x-bce-security-token']);
      const canonical = `GET\n/v2/image\n\nhost:bcc\nx-bce-security-token:${spell(token)}`;
      answer(response, 403, {
        requestId: 'r-1',
        code: 'SignatureDoesNotMatch',
        message: `The signature of ${canonical} differs.`
      });
    });
    try {
      const result = await runAction({
        inputs: {
          ...credentials,
          sessionToken,
          endpoint: server.url.origin,
          instanceId: 'i-demo0001',
          imageId: 'm-web-2',
          adminPass
        },
        debug: true
      });
      expect(result.main.exitCode).toBe(1);
      expect(result.everything).toContain('x-bce-security-token:***');
      // A part of it would help as well: the message is cut, and not in the midst of a token.
      expectNoSecrets(result, [sessionToken, spell(sessionToken), spell(sessionToken).slice(0, 40)]);
    } finally {
      await server.close();
    }
  },
  60_000
);
