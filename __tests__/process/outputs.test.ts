/** Outputs that cannot be written: what happened to the instance is reported all the same. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { expectRed, play } from './scene.ts';

/** Makes a command file unwritable, as a full disk does. */
function lose(name: 'OUTPUT' | 'STATE', main: ChildProcess | undefined): void {
  const environment = readFileSync(`/proc/${main?.pid}/environ`, 'utf8');
  const file = new RegExp(`(?:^|\\0)GITHUB_${name}=([^\\0]+)`).exec(environment)?.[1] ?? '';
  rmSync(file, { force: true });
  // The stand-in runner reads it afterwards.
  main?.once('exit', () => writeFileSync(file, ''));
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('outputs that cannot be written', () => {
  test.concurrent('before anything was sent: nothing is sent, and the message says so', async () => {
    const run = await play({
      onCall: ({ operation }, step) => void (operation === 'GetImage' && lose('OUTPUT', step?.process))
    });
    expect(run.main.exitCode).toBe(1);
    expect(run.rebuilds).toEqual([]);
    expect(run.annotations.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^The outputs cannot be written, so nothing was sent: /)
    ]);
  });

  test.concurrent('after a successful rebuild: red, and the message says that the rebuild succeeded', async () => {
    const run = await play({
      onCall: ({ operation }, step) => void (operation === 'RebuildInstance' && lose('OUTPUT', step?.process))
    });
    expect(run.main.exitCode).toBe(1);
    expect(run.rebuilds).toHaveLength(1);
    const texts = run.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(texts).toEqual([
      expect.stringMatching(/^The run succeeded \(rebuilt\), but its outputs could not be written: /)
    ]);
    expect(run.log).not.toMatch(/\n\s+at /);
  });

  test.concurrent('after a failure: the failure comes first', async () => {
    const run = await play({
      faults: [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }],
      onCall: ({ operation }, step) => void (operation === 'RebuildInstance' && lose('OUTPUT', step?.process))
    });
    expect(run.main.exitCode).toBe(1);
    const titles = run.annotations.filter(({ level }) => level === 'error').map(({ title }) => title);
    expect(titles).toEqual(['Rebuild of i-demo0001 failed (status)', 'The outputs could not be written']);
  });
});

onLinux('a state that cannot be saved for the post step', () => {
  test.concurrent('nothing is sent, and the message says so', async () => {
    const run = await play({ onMain: ({ process }) => lose('STATE', process) });
    expectRed(run, {
      cause: /^What the post step needs to know cannot be saved, so nothing was sent: /,
      remedy: /Check the disk of the runner/,
      changed: false
    });
    expect(run.calls).toEqual([]);
    expect(run.report?.instances).toEqual([]);
  });
});
