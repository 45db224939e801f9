import { expect, test } from '@jest/globals';
import { step } from '../../../src/core/rebuild/step-rebuild.ts';
import { withRebuildLog } from '../../../src/deploy/rebuild/rebuild-log.ts';
import { instance } from '../../core/rebuild/rebuilds.ts';
import { rebuildOf } from '../../core/run/runs.ts';
import { noCancel, VirtualClock } from '../../support/virtual.ts';

function newScene() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const log = {
    info: (line: string) => lines.push(line),
    warning: () => undefined,
    debug: () => undefined,
    group: <T>(_title: string, work: () => Promise<T>) => work()
  };
  return { clock, lines, ports: { clock, log } };
}

const sent = rebuildOf(undefined, { phase: 'confirming', deadlineMs: 1_200_000 });

test('a line has the time of the line, not of the observation that it is about', async () => {
  const { clock, lines, ports } = newScene();
  await withRebuildLog(
    ports,
    () => undefined,
    async (observe) => {
      await clock.sleep(80_000, noCancel.signal);
      const seen = { ...instance, status: 'Starting' };
      const observation = { atMs: 2_000, answeredAtMs: 2_000, isFresh: false, instance: seen };
      observe(sent, step(sent, { type: 'observed', observation })[0]);
    }
  );
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^\[ 1m 20s\] /);
});

test('a line comes once a minute while a call hangs, and none after the end', async () => {
  const { clock, lines, ports } = newScene();
  await withRebuildLog(
    ports,
    () => undefined,
    async (observe) => {
      observe(sent, sent);
      await clock.sleep(190_000, noCancel.signal);
    }
  );
  await clock.sleep(600_000, noCancel.signal);
  expect(lines.map((line) => line.slice(0, 10))).toEqual(['[ 1m 00s] ', '[ 2m 00s] ', '[ 3m 00s] ']);
  expect(lines[0]).toContain('waiting for the first sign of the rebuild');
});

test('none comes during a backup, which has its own lines', async () => {
  const { clock, lines, ports } = newScene();
  const backup = { ...sent, phase: 'backup' } as const;
  await withRebuildLog(
    ports,
    () => undefined,
    async (observe) => {
      observe(backup, backup);
      await clock.sleep(190_000, noCancel.signal);
    }
  );
  expect(lines).toEqual([]);
});
