import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { cancelSignals } from '../../src/action/signal-cancel.ts';

test('each system has its signals', () => {
  expect(cancelSignals('linux')).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
  expect(cancelSignals('darwin')).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
  expect(cancelSignals('win32')).toEqual(['SIGINT', 'SIGBREAK', 'SIGHUP']);
});

/** Emits signals as Node does, in a process of its own, since a cancel ends its process. */
function cancelled(platform: string, signals: readonly string[]) {
  const source = new URL('../../src/action/signal-cancel.ts', import.meta.url);
  const code = `
    const { listenForCancel } = await import(${JSON.stringify(source.href)});
    const cancel = listenForCancel(${JSON.stringify(platform)});
    for (const name of ${JSON.stringify(signals)}) process.emit(name, name);
    console.log(cancel.signal.aborted, cancel.signal.reason?.message);
    cancel.dispose();
    console.log(process.listenerCount('SIGINT') + process.listenerCount('SIGBREAK'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8'
  });
  return stdout === '' ? stderr : stdout;
}

test.each([
  ['win32', ['SIGBREAK'], 'true cancelled by SIGBREAK\n0\n'],
  ['win32', ['SIGHUP'], 'true cancelled by SIGHUP\n0\n'],
  ['win32', ['SIGINT', 'SIGBREAK'], 'true cancelled by SIGINT\n0\n'],
  ['linux', ['SIGTERM'], 'true cancelled by SIGTERM\n0\n'],
  ['linux', ['SIGHUP'], 'true cancelled by SIGHUP\n0\n']
])('on %s %j cancel by the first of them', (platform, signals, printed) => {
  expect(cancelled(platform, signals)).toBe(printed);
});
