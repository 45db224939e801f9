import { expect, test } from '@jest/globals';
import type { ProbeResult } from '../../../src/core/health/unhealthy.ts';
import { CancelledError } from '../../../src/core/model/failure.ts';
import { awaitChecks } from '../../../src/deploy/health/await-healthy.ts';
import { inWords, newWorld, task } from './world.ts';

const check = { kind: 'tcp', host: '192.0.2.1', port: 22 } as const;
const sshCheck = { kind: 'ssh', host: '192.0.2.1', port: 22 } as const;
const name = 'tcp://192.0.2.1:22';
const refused: ProbeResult = { healthy: false, reason: { kind: 'refused' } };
const good: ProbeResult = { healthy: true };
const ignore = (): void => undefined;

test('healthy from the start: ends when the stretch is full, to the millisecond', async () => {
  const { ports, taken } = newWorld(() => ({ tookMs: 20, result: good }));
  const { outcome } = await awaitChecks({ checks: [check], task, baseline: { guest: {} } }, ports, ignore);
  expect(outcome).toMatchObject({ healthy: true, atMs: 10_040, history: [{ atMs: 20, failed: [] }] });
  expect(taken).toHaveLength(7);
});

test('a flap begins the stretch again', async () => {
  const { ports } = newWorld((atMs) => ({
    tookMs: 0,
    result: atMs < 20_000 || (atMs > 25_000 && atMs < 27_000) ? refused : good
  }));
  const { outcome } = await awaitChecks({ checks: [check], task, baseline: { guest: {} } }, ports, ignore);
  expect(outcome.healthy).toBe(true);
  expect(outcome.atMs).toBeGreaterThanOrEqual(37_000);
  expect(outcome.atMs).toBeLessThan(39_500);
  expect(inWords(outcome.history).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    `${name}: connection refused: nothing listens on the port yet`,
    'passes',
    `${name}: connection refused: nothing listens on the port yet`,
    'passes'
  ]);
});

test('never healthy: the last probe is at the deadline, and its reason is the last one', async () => {
  const status: ProbeResult = { healthy: false, reason: { kind: 'status', status: 503, wanted: [] } };
  const { ports, taken } = newWorld((atMs) => ({ tookMs: 5, result: atMs < 299_999 ? refused : status }));
  const { outcome } = await awaitChecks({ checks: [check], task, baseline: { guest: {} } }, ports, ignore);
  expect(outcome).toMatchObject({
    healthy: false,
    reason: { kind: 'failing', failed: [{ check: name, reason: { kind: 'status', status: 503 } }] },
    atMs: 300_005
  });
  expect(taken.at(-1)?.startedAtMs).toBe(300_000);
});

test('healthy too late: the stretch is not full at the deadline', async () => {
  const { ports } = newWorld((atMs) => ({ tookMs: 0, result: atMs < 294_000 ? refused : good }));
  const { outcome } = await awaitChecks({ checks: [check], task, baseline: { guest: {} } }, ports, ignore);
  expect(outcome).toMatchObject({ healthy: false, reason: { kind: 'tooShort', wantedMs: 10_000 } });
});

test('a probe has no more time than the whole wait', async () => {
  const { ports } = newWorld(() => ({ tookMs: 60_000, result: good }));
  const { outcome } = await awaitChecks(
    { checks: [check], task: { ...task, deadlineMs: 700 }, baseline: { guest: {} } },
    ports,
    ignore
  );
  expect(outcome).toMatchObject({
    healthy: false,
    reason: { failed: [{ reason: { kind: 'timedOut', timeoutMs: 700 } }] },
    atMs: 700
  });
});

test('a host key that changes during the wait begins the stretch again', async () => {
  const ed = (key: string) => ({ algorithm: 'ssh-ed25519', key });
  const rsa = { algorithm: 'ssh-rsa', key: 'C' };
  const script = (atMs: number) => ({
    tookMs: 0,
    result: { healthy: true, hostKey: ed(atMs < 5_000 ? 'A' : 'B') } as const
  });
  const { ports } = newWorld(script, [ed('B'), rsa]);
  const { outcome, knownHosts } = await awaitChecks(
    { checks: [sshCheck], task, baseline: { guest: {} } },
    ports,
    ignore
  );
  expect(outcome.healthy).toBe(true);
  expect(knownHosts).toEqual(['192.0.2.1 ssh-ed25519 B', '192.0.2.1 ssh-rsa C']);
  expect(outcome.atMs).toBeGreaterThan(15_000);
});

test('a key that was proven is kept, although not all keys could be read', async () => {
  const hostKey = { algorithm: 'ssh-ed25519', key: 'A' };
  const { ports } = newWorld(() => ({ tookMs: 0, result: { healthy: true, hostKey } }));
  const { outcome, knownHosts } = await awaitChecks(
    { checks: [sshCheck], task, baseline: { guest: {} } },
    ports,
    ignore
  );
  expect(outcome.healthy).toBe(true);
  expect(knownHosts).toEqual(['192.0.2.1 ssh-ed25519 A']);
});

test('a cancel ends it', async () => {
  const world = newWorld((atMs) => {
    if (atMs > 10_000) world.cancel();
    return { tookMs: 0, result: refused };
  });
  await expect(
    awaitChecks({ checks: [check], task, baseline: { guest: {} } }, world.ports, ignore)
  ).rejects.toBeInstanceOf(CancelledError);
});

test('all checks of a round must pass, and each has its name', async () => {
  const { ports } = newWorld((atMs, check) => ({
    tookMs: 0,
    result: atMs < (check.kind === 'tcp' ? 10_000 : 20_000) ? refused : good
  }));
  const http = { kind: 'http', host: '192.0.2.1', port: 80, path: '/', statuses: [] } as const;
  const { outcome } = await awaitChecks(
    { checks: [check, http], task, baseline: { guest: {} } },
    ports,
    ignore
  );
  const why = 'connection refused: nothing listens on the port yet';
  expect(inWords(outcome.history)).toEqual([
    `0 ${name}: ${why}; http://192.0.2.1/: ${why}`,
    `12 http://192.0.2.1/: ${why}`,
    '21 passes'
  ]);
  expect(outcome.healthy).toBe(true);
  expect(outcome.atMs).toBeGreaterThanOrEqual(30_000);
  expect(outcome.checks.map((one) => one.check)).toEqual([name, 'http://192.0.2.1/']);
});

test('a check that fails in one round breaks the stretch of the others', async () => {
  const { ports } = newWorld((atMs, { kind }) => ({
    tookMs: 0,
    result: kind === 'ssh' && Math.floor(atMs / 8_000) % 2 === 1 ? refused : good
  }));
  const { outcome } = await awaitChecks(
    { checks: [check, sshCheck], task, baseline: { guest: {} } },
    ports,
    ignore
  );
  expect(outcome.healthy).toBe(false);
});
