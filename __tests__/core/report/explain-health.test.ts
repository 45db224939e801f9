import { expect, test } from '@jest/globals';
import type { HealthOutcome } from '../../../src/core/health/health.ts';
import type { FailedCheck } from '../../../src/core/health/unhealthy.ts';
import { explainHealth } from '../../../src/core/report/explain-health.ts';

function unhealthy(...failed: readonly FailedCheck[]): Extract<HealthOutcome, { healthy: false }> {
  const times = { fromMs: 0, deadlineMs: 300_000, atMs: 300_000 };
  return {
    healthy: false,
    ...times,
    history: [{ atMs: 0, failed }],
    checks: [],
    reason: { kind: 'failing', failed }
  };
}

const assistant = (reason: FailedCheck['reason']): FailedCheck => ({ check: 'assistant://', reason });
const script = (reason: FailedCheck['reason']): FailedCheck => ({ check: 'guestScript', reason });
const tcp: FailedCheck = { check: 'tcp://192.0.2.1:22', reason: { kind: 'refused' } };
const waits = script({ kind: 'notProven' });
const late = { kind: 'runLate', runId: 'r-1', state: 'RUNNING' } as const;
const offline = assistant({ kind: 'agentOffline' });

test.each<[string, readonly FailedCheck[]]>([
  ['noAgent', [offline]],
  ['noAgent', [offline, waits]],
  ['oldSystem', [assistant({ kind: 'sameBoot', bootId: 'b', runId: 'r-1' }), waits]],
  ['oldSystem', [assistant({ kind: 'olderBoot', uptimeMs: 9_000, sinceMs: 5_000, runId: 'r-1' })]],
  ['assistant', [assistant(late)]],
  [
    'assistant',
    [assistant({ kind: 'runFailed', runId: 'r-1', state: 'FAILED', errorCode: 'Timeout', failReason: '' })]
  ],
  ['assistant', [assistant({ kind: 'assistantCall', isDenied: true, message: 'no' })]],
  ['guestScript', [script({ kind: 'script', exitCode: 3, output: ['x'], runId: 'r-1' })]],
  ['guestScript', [script(late)]],
  ['unhealthy', [tcp]],
  ['unhealthy', [tcp, offline, waits]]
])('%s', (reason, failed) => {
  const explained = explainHealth(unhealthy(...failed));
  expect(explained.reason).toBe(reason);
  expect(explained.cause).toContain('within healthDeadline (5m 00s); last: ');
  for (const { check } of failed) expect(explained.cause).toContain(check);
  expect(explained.remedy.split(' ').length).toBeLessThanOrEqual(40);
});

test('the cause names the agent if it did not come online', () => {
  expect(explainHealth(unhealthy(offline)).cause).toMatch(/^its Cloud Assistant agent did not come online/);
});

test('a long history is cut to its end', () => {
  const health = unhealthy(tcp);
  const history = Array.from({ length: 20 }, (_, index) => ({ atMs: index, failed: index % 2 ? [] : [tcp] }));
  const { observed = '' } = explainHealth({ ...health, history });
  expect(observed.match(/, then /g)).toHaveLength(5);
  expect(observed.startsWith('…, then ')).toBe(true);
});
