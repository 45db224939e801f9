/** Against the real OpenSSH server, where the machine has one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/action/system-clock.ts';
import { knownHostsLine } from '../../../src/core/health/known-hosts.ts';
import { awaitChecks } from '../../../src/deploy/health/await-healthy.ts';
import { createProbe } from '../../../src/health/network-probe.ts';
import { noCancel } from '../../support/virtual.ts';
import { listen } from './ssh-server.ts';

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find((path) =>
  existsSync(path)
);
// Started by root, sshd wants a directory that only an init script makes.
const isReady = sshd !== undefined && (process.getuid?.() !== 0 || existsSync('/run/sshd'));
const never = new AbortController().signal;
const probe = createProbe();

(isReady ? describe : describe.skip)('a real sshd (skipped where there is none that can be started)', () => {
  const running: ChildProcess[] = [];
  let folder = '';
  let port = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sshd-'));
    const server = await listen(() => undefined);
    port = server.port;
    await server.close();
    for (const [name, ...type] of [
      ['old', 'ed25519'],
      ['new', 'ed25519'],
      ['p256', 'ecdsa', '-b', '256'],
      ['p384', 'ecdsa', '-b', '384'],
      ['p521', 'ecdsa', '-b', '521'],
      ['rsa', 'rsa', '-b', '2048']
    ]) {
      execFileSync('ssh-keygen', ['-q', '-N', '', '-f', join(folder, name ?? ''), '-t', ...type]);
    }
  });

  afterAll(async () => {
    await Promise.all(running.map(stop));
    rmSync(folder, { recursive: true });
  });

  /** Starts a server with these keys; resolves when it answers. */
  async function start(...keys: readonly string[]): Promise<ChildProcess> {
    const config = join(folder, 'config');
    const hostKeys = keys.map((name) => `HostKey ${join(folder, name)}`);
    const lines = [`Port ${port}`, 'ListenAddress 127.0.0.1', 'PidFile none', 'UsePAM no', ...hostKeys];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const child = spawn(sshd ?? '', ['-D', '-e', '-f', config], { stdio: 'ignore' });
    running.push(child);
    const check = { kind: 'tcp', host: '127.0.0.1', port } as const;
    while (!(await probe.probe(check, { signal: never, timeoutMs: 1_000 })).healthy) {
      if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}`);
      await systemClock.sleep(20, never);
    }
    return child;
  }

  function publicOf(name: string): string {
    return readFileSync(join(folder, `${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  }

  test.each([[['old', 'p256', 'rsa']], [['p384', 'rsa']], [['p521']], [['rsa']]])(
    'shows its keys: %j',
    async (names) => {
      const child = await start(...names);
      const check = { kind: 'ssh', host: '127.0.0.1', port } as const;
      const keys = await probe.hostKeys(check, { signal: never, timeoutMs: 5_000 });
      const lines = keys.map((key) => knownHostsLine('127.0.0.1', port, key));
      expect(lines).toEqual(names.map((name) => `[127.0.0.1]:${port} ${publicOf(name)}`));

      const file = join(folder, 'known_hosts');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${port}`, '-f', file], {
        encoding: 'utf8'
      });
      expect(found.match(/^\[127/gm)).toHaveLength(names.length);

      // The type that the baseline had is asked for, although the server has better ones.
      const last = keys.slice(-1);
      const probed = await probe.probe(check, { signal: never, timeoutMs: 5_000, baselineKeys: last });
      expect(probed).toMatchObject({
        healthy: false,
        reason: { kind: 'sameHostKey', algorithm: last[0]?.algorithm }
      });
      await stop(child);
    }
  );

  test('gives way to another system', async () => {
    const old = await start('old');
    const check = { kind: 'ssh', host: '127.0.0.1', port } as const;
    const baselineKeys = await probe.hostKeys(check, { signal: never, timeoutMs: 5_000 });
    const fromMs = systemClock.nowMs();
    const task = { fromMs, deadlineMs: fromMs + 15_000, minHealthyMs: 500, intervalMs: 250 };
    let isReplacing = false;
    const { outcome, knownHosts } = await awaitChecks(
      { checks: [check], task, baseline: { hostKeys: baselineKeys, guest: {} } },
      { probe, clock: systemClock, cancel: noCancel },
      ({ results }) => {
        if (results.length === 0 || isReplacing) return;
        isReplacing = true;
        void stop(old)
          .then(() => systemClock.sleep(600, never))
          .then(() => start('new'));
      }
    );
    const seen = outcome.history.map(({ failed }) => failed[0]?.reason.kind ?? 'healthy');
    // On a slow machine a connection may also be lost while a server goes or comes.
    expect([seen[0], seen.at(-1)]).toEqual(['sameHostKey', 'healthy']);
    expect(seen).toContain('refused');
    expect(outcome.healthy).toBe(true);
    expect(knownHosts).toEqual([`[127.0.0.1]:${port} ${publicOf('new')}`]);
  });
});

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });
}
