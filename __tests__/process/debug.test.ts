/** Debug mode: one line for every call, with everything that identifies it, and no secret. */
import { describe, expect, test } from '@jest/globals';
import type { CallRecord } from '../../emulator/http/records.ts';
import { expectGreen, expectNoSecrets, type Played, playAll, type Scene } from './scene.ts';

const scenes = {
  plain: { debug: true },
  quiet: {},
  troubled: {
    debug: true,
    faults: [
      { on: 'GetInstance', play: { kind: 'throttle' } },
      { on: 'GetImage', play: { kind: 'reset', when: 'before' } },
      { on: 'ListVolumes', play: { kind: 'cutBody' } },
      { on: 'RebuildInstance', play: { kind: 'skew', ms: 3_600_000 } },
      { on: 'RebuildInstance', from: 2, play: { kind: 'skew', ms: 3_600_000 } }
    ]
  }
} satisfies Readonly<Record<string, Scene>>;

const played = playAll<keyof typeof scenes>(scenes);

const debugLines = ({ log }: Played): readonly string[] =>
  log.split('\n').filter((line) => line.startsWith('##[debug]'));

/** Path and query as they stood on the wire. */
function targetOf({ path, query }: CallRecord): string {
  const pairs = Object.entries(query).map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** The format of a call's line; without an answer there is neither status nor request ID. */
function expected(call: CallRecord): RegExp {
  const answer =
    call.status === 0
      ? 'ECONNRESET, lost'
      : [`HTTP ${call.status}`, call.code, `request ID ${call.requestId}`]
          .filter((part) => part !== '')
          .join(', ');
  const head = `##[debug]${call.method} ${targetOf(call)}: ${answer} (`;
  return new RegExp(`^${head.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\d+ ms\\)$`);
}

describe('debug mode', () => {
  test.each(['plain', 'troubled'] as const)('shows every call once: %s', async (name) => {
    const result = await played(name);
    expectGreen(result, 'rebuilt');
    // Other lines, such as one about throttling, are not calls.
    const lines = debugLines(result).filter((line) => line.endsWith(' ms)'));
    expect(lines).toHaveLength(result.calls.length);
    for (const call of result.calls) {
      expect(lines.filter((line) => expected(call).test(line)).length).toBeGreaterThan(0);
    }
    expect(lines.join('\n')).toMatch(/PUT \/v2\/instance\/i-demo0001\?rebuild: HTTP 200, request ID/);
  });

  test('would be detected if it showed a secret', async () => {
    const result = await played('plain');
    expect(() => expectNoSecrets(result, ['v-sys-demo0001'])).toThrow('A secret shows');
    expect(() => expectNoSecrets(result, ['/v2/instance/i-demo0001?rebuild'])).toThrow('A secret shows');
    // The masks came before the calls that they are for, one for each signature.
    const signatures = result.calls.map(({ headers }) => headers['authorization']?.split('/').at(-1));
    expect(result.masks).toEqual(expect.arrayContaining(signatures));
  });

  test('is silent unless it is switched on', async () => {
    expect(debugLines(await played('quiet'))).toEqual([]);
  });
});
