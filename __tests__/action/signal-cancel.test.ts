import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { cancelSignals } from '../../src/action/signal-cancel.ts';

test('each system has its signals', () => {
  expect(cancelSignals('linux')).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
  expect(cancelSignals('darwin')).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
  expect(cancelSignals('win32')).toEqual(['SIGINT', 'SIGBREAK', 'SIGHUP']);
});

const cases = [
  ['win32', ['SIGBREAK'], 'true cancelled by SIGBREAK, 0'],
  ['win32', ['SIGHUP'], 'true cancelled by SIGHUP, 0'],
  ['win32', ['SIGINT', 'SIGBREAK'], 'true cancelled by SIGINT, 0'],
  ['linux', ['SIGTERM'], 'true cancelled by SIGTERM, 0'],
  ['linux', ['SIGHUP'], 'true cancelled by SIGHUP, 0']
] as const;

/** Emits the signals of each case as Node does, in a process of its own, since a cancel ends its process. */
function cancelled(): readonly string[] {
  const source = new URL('../../src/action/signal-cancel.ts', import.meta.url);
  const code = `
    const { listenForCancel } = await import(${JSON.stringify(source.href)});
    for (const [platform, signals] of ${JSON.stringify(cases)}) {
      const { signal, dispose } = listenForCancel(platform);
      for (const name of signals) process.emit(name, name);
      dispose();
      const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'].map((name) => process.listenerCount(name));
      console.log(signal.aborted + ' ' + signal.reason?.message + ', ' + Math.max(...listeners));
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8'
  });
  return (stdout === '' ? stderr : stdout).trimEnd().split('\n');
}

test('the first of the signals cancels, and nobody listens to any after the end', () => {
  expect(cancelled()).toEqual(cases.map(([, , printed]) => printed));
});
