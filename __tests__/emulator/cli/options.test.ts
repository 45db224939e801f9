import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { banner } from '../../../emulator/cli/banner.ts';
import { readOptions } from '../../../emulator/cli/options.ts';
import { startEmulator } from '../../../emulator/server.ts';

/** The text that the program prints at its start with these flags. */
async function printed(args: readonly string[]): Promise<string> {
  const options = readOptions(['--port', '0', ...args]);
  if (options === 'help') throw new Error('it prints the help');
  const emulator = await startEmulator(options);
  await emulator.close();
  return banner(emulator, options.world);
}

test('names the load balancers, and a fleet where there is one', async () => {
  const text = await printed(['--fleet', '12']);
  expect(text).toMatch(/lb-demo0001 \(ordinary\).*lb-demo0002 \(application/);
  expect(text).toContain('fleet of 12 besides: i-fleet00001 to i-fleet00012');
});

test('plays a world of one’s own, with credentials of one’s own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'));
  const file = join(folder, 'world.json');
  writeFileSync(
    file,
    JSON.stringify({ instances: [{ id: 'i-own1', imageId: 'm-1' }], images: [{ id: 'm-1' }, { id: 'm-2' }] })
  );
  const keys = [
    '--access-key',
    'my-key',
    '--secret-key',
    'my-secret-of-sixteen',
    '--session-token',
    'my-token'
  ];
  const text = await printed(['--world', file, ...keys]);
  expect(text).toContain('It knows 1 instance, 2 images and 0 load balancers.');
  for (const line of [
    'accessKeyId: my-key',
    'sessionToken: my-token',
    'instanceId: i-own1',
    'imageId: m-2'
  ]) {
    expect(text).toContain(`    ${line}\n`);
  }
  rmSync(folder, { recursive: true });
});

test.each([
  [['--world', 'none.json'], /^--world none.json: .*ENOENT/],
  [['--world', 'package.json'], /^--world package.json: /],
  [['--replay', 'package.json'], /^--replay package.json: it is no/],
  [['--fleet', '2', '--world', 'x'], /^--fleet and --world exclude each other/],
  [['--access-key', 'x'], /^--access-key and --secret-key go only together/],
  [['--session-token', 'x'], /--session-token needs both/],
  [['--access-key', 'x', '--secret-key', 'short'], /^--secret-key: must have at least 16 characters/],
  [['--port', 'x'], /^--port: x is not/],
  [['--port', '70000'], /^--port: 70000 is not a port/],
  [['--rebuild-seconds', '-1'], /rebuild-seconds/],
  [['--fleet', 'many'], /^--fleet: many is not/],
  [['--fleet', '1.5'], /^--fleet: 1.5 is not/],
  [['--fleet', '100000'], /^--fleet: 100000 is not/],
  [['--nope'], /--nope/],
  [['--fault', '{'], /^--fault: \{ is not JSON/]
])('%j is refused', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
