/** Debug mode: one line for every call, with everything that identifies it, and no secret. */
import { describe, expect, test } from '@jest/globals';
import type { CallRecord } from '../../emulator/http/records.ts';
import { expectGreen, expectNoSecrets, play } from './scene.ts';

/** A run with answers that are lost, cut and refused. */
const troubled = await play({
  debug: true,
  faults: [
    { on: 'GetInstance', play: { kind: 'throttle' } },
    { on: 'GetImage', play: { kind: 'reset', when: 'before' } },
    { on: 'ListVolumes', play: { kind: 'cutBody' } },
    { on: 'RebuildInstance', play: { kind: 'skew', ms: 3_600_000 } },
    { on: 'RebuildInstance', from: 2, play: { kind: 'skew', ms: 3_600_000 } }
  ]
});

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
  test('shows every call once', () => {
    expectGreen(troubled, 'rebuilt');
    // Other lines, such as one about throttling, are not calls.
    const lines = troubled.log
      .split('\n')
      .filter((line) => line.startsWith('##[debug]') && line.endsWith(' ms)'));
    expect(lines).toHaveLength(troubled.calls.length);
    for (const call of troubled.calls) {
      expect(lines.filter((line) => expected(call).test(line)).length).toBeGreaterThan(0);
    }
    expect(lines.join('\n')).toMatch(/PUT \/v2\/instance\/i-demo0001\?rebuild: HTTP 200, request ID/);
  });

  test('would be detected if it showed a secret', () => {
    expect(() => expectNoSecrets(troubled, ['v-sys-demo0001'])).toThrow('A secret shows');
    expect(() => expectNoSecrets(troubled, ['/v2/instance/i-demo0001?rebuild'])).toThrow('A secret shows');
    // The masks came before the calls that they are for, one for each signature.
    const signatures = troubled.calls.map(({ headers }) => headers['authorization']?.split('/').at(-1));
    expect(troubled.masks).toEqual(expect.arrayContaining(signatures));
  });
});
