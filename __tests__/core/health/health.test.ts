import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { beginHealth, type HealthTask, healthInterval, stepHealth } from '../../../src/core/health/health.ts';
import { narrateHealth, stillWaiting } from '../../../src/core/health/health-log.ts';
import {
  describeUnhealthy,
  type ProbeResult,
  printable,
  type Unhealthy
} from '../../../src/core/health/unhealthy.ts';
import { awaitChecks } from '../../../src/deploy/health/await-healthy.ts';
import { newWorld, type Taken } from '../../deploy/health/world.ts';

const check = { kind: 'tcp', host: '192.0.2.1', port: 22 } as const;
const probeTimeoutMs = 5_000;

const key = (name: string) => ({ algorithm: 'ssh-ed25519', key: name });
const results = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ProbeResult>({ healthy: true, hostKey: key('A') }) },
  { weight: 1, arbitrary: fc.constant<ProbeResult>({ healthy: true, hostKey: key('B') }) },
  { weight: 1, arbitrary: fc.constant<ProbeResult>({ healthy: false, reason: { kind: 'refused' } }) },
  {
    weight: 1,
    arbitrary: fc.constant<ProbeResult>({
      healthy: false,
      reason: { kind: 'status', status: 503, wanted: [] }
    })
  }
);
const scripts = fc.record({
  took: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 7_000 })), {
    minLength: 1
  }),
  found: fc.array(results, { minLength: 1, maxLength: 60 })
});
const tasks: fc.Arbitrary<HealthTask> = fc.record({
  fromMs: fc.constant(0),
  deadlineMs: fc.integer({ min: 0, max: 120_000 }),
  minHealthyMs: fc.integer({ min: 0, max: 30_000 }),
  intervalMs: fc.integer({ min: 100, max: 2_000 })
});

test('healthy means an unbroken stretch that is long enough, and the wait ends in time', async () => {
  await fc.assert(
    fc.asyncProperty(tasks, scripts, async (task, { took, found }) => {
      let index = 0;
      const world = newWorld(() => {
        const at = index++;
        return {
          tookMs: took[at % took.length] ?? 0,
          result: found[at % found.length] ?? { healthy: true }
        };
      });
      const { outcome } = await awaitChecks(
        { checks: [check], task, baseline: { guest: {} } },
        world.ports,
        () => undefined
      );
      const last = world.taken.at(-1);
      expect(last?.atMs).toBe(outcome.atMs);
      expect(outcome.atMs).toBeLessThanOrEqual(task.deadlineMs + probeTimeoutMs);
      const stretches = world.taken.map((_, at) => unbroken(world.taken.slice(0, at + 1)));
      const isFull = stretches.map((ms) => ms !== undefined && ms >= task.minHealthyMs);
      // It ends with the first full stretch, no sooner and no later.
      expect(isFull.indexOf(true)).toBe(outcome.healthy ? isFull.length - 1 : -1);
      if (!outcome.healthy) {
        // The last probe was under way at the deadline, or began there.
        expect(last?.startedAtMs).toBeLessThanOrEqual(task.deadlineMs);
        expect(last?.atMs).toBeGreaterThanOrEqual(task.deadlineMs);
      }
      const isLate = ({ startedAtMs }: Taken, at: number): boolean => {
        const before = world.taken[at - 1];
        return (
          before !== undefined && startedAtMs - Math.max(before.startedAtMs, before.atMs) > task.intervalMs
        );
      };
      expect(world.taken.filter(isLate)).toEqual([]);
    })
  );
});

/** How long the probes at the end were good without a break; with the first success alone it is 0. */
function unbroken(taken: readonly Taken[]): number | undefined {
  const last = taken.at(-1);
  if (!last?.result.healthy) return undefined;
  const name = last.result.hostKey?.key;
  const breaks = taken.findLastIndex(({ result }) => !result.healthy || result.hostKey?.key !== name);
  return Math.max(0, last.startedAtMs - (taken[breaks + 1]?.atMs ?? 0));
}

test('a wait that has ended stays ended', () => {
  const health = beginHealth({ fromMs: 0, deadlineMs: 100, minHealthyMs: 0, intervalMs: 10 });
  const good = { startedAtMs: 0, atMs: 1, results: [{ check: 'x', result: { healthy: true } as const }] };
  const ended = stepHealth(health, good);
  expect(stepHealth(ended, { ...good, atMs: 2 })).toBe(ended);
});

test('a flapping instance does not fill the history', () => {
  let health = beginHealth({ fromMs: 0, deadlineMs: 1_000, minHealthyMs: 100, intervalMs: 1 });
  for (let atMs = 0; atMs < 200; atMs += 1) {
    const result: ProbeResult =
      atMs % 2 === 0 ? { healthy: true } : { healthy: false, reason: { kind: 'refused' } };
    health = stepHealth(health, { startedAtMs: atMs, atMs, results: [{ check: 'x', result }] });
  }
  expect(health.history).toHaveLength(50);
  expect(health.history.at(-1)?.atMs).toBe(199);
});

test('what differs between two rounds only in the run and its times is told once, and the last of it at the end', () => {
  const task = { fromMs: 0, deadlineMs: 20_000, minHealthyMs: 0, intervalMs: 2_000 };
  let health = beginHealth(task);
  const lines: string[] = [];
  for (let round = 0; round <= 10; round += 1) {
    const [atMs, runId] = [round * 2_000, `r-${round}`];
    const assistant: Unhealthy =
      round < 3
        ? { kind: 'sameBoot', bootId: 'b-1', runId }
        : { kind: 'olderBoot', uptimeMs: 60_000 + atMs, sinceMs: atMs, runId };
    const script: Unhealthy = { kind: 'script', exitCode: round < 6 ? 1 : 2, output: [runId], runId };
    const results = [
      { check: 'assistant://', result: { healthy: false, reason: assistant } as const },
      { check: 'guestScript', result: { healthy: false, reason: script } as const }
    ];
    const before = health;
    health = stepHealth(before, { startedAtMs: atMs, atMs, results });
    lines.push(...narrateHealth(before, health));
  }
  expect(health.history.map(({ atMs }) => atMs)).toEqual([0, 6_000, 12_000]);
  expect(lines.filter((line) => line.startsWith('not healthy'))).toHaveLength(3);
  expect(stillWaiting(health, task, 20_000)).toContain('accepted 20s ago; run r-10');
  expect(JSON.stringify(health.end)).toContain('r-10');
});

test('probes come at least every two seconds', () => {
  expect([healthInterval(1_000), healthInterval(5_000)]).toEqual([1_000, 2_000]);
});

test('the texts for a person', () => {
  const hostKey = key('A');
  const found: ProbeResult[] = [
    { healthy: false, reason: { kind: 'refused' } },
    { healthy: false, reason: { kind: 'refused' } },
    { healthy: true, hostKey },
    { healthy: true, hostKey: key('B') },
    { healthy: false, reason: { kind: 'reset', stage: 'banner' } },
    { healthy: true, hostKey },
    { healthy: true, hostKey }
  ];
  let health = beginHealth({ fromMs: 0, deadlineMs: 60_000, minHealthyMs: 2_000, intervalMs: 2_000 });
  const lines = found.flatMap((result, index) => {
    const before = health;
    health = stepHealth(before, {
      startedAtMs: index * 2_000,
      atMs: index * 2_000,
      results: [{ check: 'ssh://192.0.2.1', result }]
    });
    return narrateHealth(before, health);
  });
  expect(lines).toEqual([
    'not healthy: ssh://192.0.2.1: connection refused: nothing listens on the port yet',
    'the check passes; it must stay so for 2s',
    'another system answers now; it must stay so for 2s',
    'no longer healthy: ssh://192.0.2.1: the connection was lost while waiting for the SSH identification',
    'the check passes; it must stay so for 2s',
    'healthy 12s after it was Running'
  ]);
});

test.each<[Unhealthy, string]>([
  [{ kind: 'unreachable', code: 'EHOSTUNREACH' }, 'no way to the host (EHOSTUNREACH)'],
  [{ kind: 'dns', code: 'ENOTFOUND' }, 'cannot be resolved (ENOTFOUND)'],
  [
    { kind: 'timedOut', stage: 'tls', timeoutMs: 5_000 },
    'timed out: waited 5s, at last for the TLS handshake'
  ],
  [{ kind: 'status', status: 503, wanted: [{ from: 200, to: 299 }] }, 'status 503, expected 200-299'],
  [{ kind: 'status', status: 503, wanted: [{ from: 200, to: 200 }] }, 'status 503, expected 200'],
  [{ kind: 'body', wanted: 'ok' }, 'wrong body: it does not contain "ok"'],
  [{ kind: 'certificate', message: 'expired' }, 'certificate not accepted: expired'],
  [{ kind: 'noBanner', said: '' }, 'before the server said that it speaks SSH'],
  [{ kind: 'noBanner', said: 'hi' }, 'no SSH server: it said "hi"'],
  [{ kind: 'noCommonKex', offered: ['a', 'b'] }, 'curve25519-sha256, only a, b'],
  [{ kind: 'noHostKey', offered: [] }, 'no host key of a known type, only nothing'],
  [{ kind: 'sameHostKey', algorithm: 'ssh-rsa', fingerprint: 'SHA256:x' }, 'still there (ssh-rsa SHA256:x)'],
  [{ kind: 'protocol', message: 'what' }, 'not understood: what']
])('%j in words', (reason, part) => {
  expect(describeUnhealthy(reason)).toContain(part);
});

test('text from the network can neither flood the log nor break its lines', () => {
  expect(printable(' a\n::error::b\u001b[31m ')).toBe('a ::error::b [31m');
  expect(printable('x'.repeat(200), 10)).toBe(`${'x'.repeat(10)}…`);
});
