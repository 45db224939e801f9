import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { endMainProcess } from '../../src/action/main-process.ts';

const script = 'setInterval(() => undefined, 1000); console.log("ready")';

/** A process that keeps running, like a main step that a cancel did not reach. */
async function lingering() {
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return { child, main: { pid: child.pid ?? 0, script } };
}

test('on Windows and macOS no process is ended: the runner has done that', async () => {
  const { child, main } = await lingering();
  try {
    for (const platform of ['win32', 'darwin'] as const) {
      expect([platform, await endMainProcess(main, platform)]).toEqual([platform, 'gone']);
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    }
  } finally {
    child.kill('SIGKILL');
  }
});

test.each(process.platform === 'linux' ? ['linux' as const] : [])('on %s it is ended', async (platform) => {
  const { child, main } = await lingering();
  const closed = once(child, 'close');
  expect(await endMainProcess({ ...main, script: 'another' }, platform)).toBe('gone');
  expect(await endMainProcess(main, platform)).toBe('ended');
  await closed;
  expect(child.signalCode).toBe('SIGTERM');
});
