import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRecord } from '../../src/github/record.ts';

/** More than any reply of GitHub, and little enough to be written at once. */
const enough = 64 * 1024 * 1024;

/** Writes until the other side hangs up, or `enough` is written; gives how many bytes were taken. */
async function flood(response: ServerResponse): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const closed = once(response, 'close');
  let taken = 0;
  response.writeHead(201, { 'content-type': 'application/json' });
  while (taken < enough && !response.destroyed) {
    taken += chunk.length;
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), closed]);
  }
  response.end('{}');
  return taken;
}

/** How GitHub answers; a test changes it. */
let reply: (response: ServerResponse) => void = () => undefined;

const server = createServer((_request, response) => reply(response));

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  // The toolkit reads them when it is loaded, which is with the first record.
  Object.assign(process.env, {
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_REPOSITORY: 'octo/demo',
    GITHUB_SHA: '0'.repeat(40)
  });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (): Promise<number> =>
  openRecord(
    { githubToken: 'ghs_recordEXAMPLE', environment: 'production' },
    { instanceIds: ['i-1'], imageId: 'm-1' }
  );

test('a reply of GitHub without an end is given up after some bytes', async () => {
  let flooded: Promise<number> | undefined;
  reply = (response) => {
    flooded = flood(response);
  };
  await expect(open()).rejects.toThrow('longer than 1 MB');
  expect(await flooded).toBeLessThan(enough / 4);
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['fails', (response) => response.writeHead(500).end('{}'), /./],
  [
    'merges instead',
    (response) =>
      response
        .writeHead(202, { 'content-type': 'application/json' })
        .end(JSON.stringify({ message: 'Auto-merged main into topic' })),
    /^GitHub made no deployment: Auto-merged/
  ],
  ['is down', (response) => response.destroy(), /./]
])('there is no record where GitHub %s', async (_, answer, message) => {
  reply = answer;
  await expect(open()).rejects.toThrow(message);
});
