/** A service that answers a bad signature with what it was to sign, as BCE does: the session token is in it. */
import { expect, test } from '@jest/globals';
import { runAction } from '../../scripts/runner.ts';
import { uriEncode } from '../../src/bce/sign.ts';
import { answer, serve } from '../bce/server.ts';
import { adminPass, credentials, expectNoSecrets } from './scene.ts';

const sessionToken = `ZjJk/OGE+MmQ1${'c2Vj/cmV0+dG9r'.repeat(60)}==`;

const spellings: readonly ((token: string) => string)[] = [
  (token) => token,
  uriEncode,
  // With small digits.
  (token) => uriEncode(token).replace(/%../g, (code) => code.toLowerCase()),
  (token) => uriEncode(uriEncode(token)),
  // As in JSON.
  (token) => token.replaceAll('/', '\\/'),
  (token) => Buffer.from(token).toString('base64')
];

test('a session token that comes back shows nowhere, however it is spelled', async () => {
  const server = await serve((request, response) => {
    const token = String(request.headers['x-bce-security-token']);
    const canonical = spellings.map((spell) => `x-bce-security-token:${spell(token)}`).join('\n');
    answer(response, 403, {
      requestId: 'r-1',
      code: 'SignatureDoesNotMatch',
      message: `The signature of GET\n/v2/image\n\nhost:bcc\n${canonical} differs.`
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
      debug: true,
      mainOnly: true
    });
    expect(result.main.exitCode).toBe(1);
    // None of them is merely cut off.
    expect(result.everything).toMatch(/(x-bce-security-token:\*\*\*\s*){6} differs/);
    // A part of it would help as well: the message is cut, and not in the midst of a token.
    expectNoSecrets(
      result,
      spellings.flatMap((spell) => [spell(sessionToken), spell(sessionToken).slice(0, 40)])
    );
  } finally {
    await server.close();
  }
});
