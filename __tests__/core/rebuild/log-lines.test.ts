import { describe, expect, test } from '@jest/globals';
import { heartbeat, narrate } from '../../../src/core/rebuild/log-lines.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';
import {
  failureOf,
  observationOf,
  plannedOf,
  type playRebuild,
  type Shown,
  stretches,
  taskOf
} from './rebuilds.ts';

describe('the log', () => {
  function linesOf(...args: Parameters<typeof playRebuild>): string {
    const [task, script] = args;
    const lines: string[] = [];
    let [rebuild, command] = begin(task, 0, plannedOf(script.show(0)));
    let nowMs = 0;
    for (let count = 0; command.type !== 'end'; count += 1) {
      if (count > 5_000) throw new Error('the rebuild does not end');
      const before = rebuild;
      if (command.type === 'observe') nowMs = Math.max(nowMs, command.dueMs);
      const event =
        command.type === 'observe'
          ? (script.observe?.(nowMs) ?? {
              type: 'observed' as const,
              observation: observationOf(nowMs, script.show(nowMs), command.withDisk, command.fresh)
            })
          : command.type === 'send'
            ? (script.send?.(nowMs, before.sends + 1) ?? {
                type: 'accepted' as const,
                atMs: nowMs,
                requestId: 'r-1'
              })
            : { type: 'startAccepted' as const, atMs: nowMs, requestId: 'r-2' };
      [rebuild, command] = step(rebuild, event);
      lines.push(...narrate(before, rebuild, rebuild.last?.atMs ?? 0));
    }
    return lines.join('\n');
  }
  const done: Shown = { imageId: 'm-new' };

  test('has a line for every change, with the elapsed time', () => {
    expect(linesOf(taskOf(), stretches([9_000, {}], [60_000, { status: 'Starting' }], [1e9, done]))).toBe(
      [
        '[     0s] sending the rebuild',
        '[     0s] accepted (request ID r-1). Running does not count yet: it may still be the old system',
        '[    10s] Running → Starting',
        '[    10s] the rebuild has started',
        '[ 1m 03s] Starting → Running, image m-old → m-new'
      ].join('\n')
    );
  });

  test('has lines for lost answers, second sends, conflicts, failed reads and starts', () => {
    const lost = linesOf(taskOf(), {
      ...stretches([400_000, {}], [460_000, { status: 'Starting' }], [1e9, done]),
      send: (atMs, count) =>
        count === 1
          ? { type: 'sendFailed', atMs, failure: failureOf('ambiguous') }
          : { type: 'sendFailed', atMs, failure: failureOf('conflict') }
    });
    expect(lost).toContain('the answer is lost; checking whether the rebuild was accepted');
    expect(lost).toContain('nothing has started: sending once more');
    expect(lost).toContain('not sent again; waiting for the first sign of the rebuild');
    const conflict = linesOf(taskOf(), {
      ...stretches([9_000, {}], [60_000, { status: 'Starting' }], [1e9, done]),
      send: (atMs) => ({ type: 'sendFailed', atMs, failure: failureOf('conflict') })
    });
    expect(conflict).toContain('the service refused: another change of the instance is under way');
    const adopted = linesOf(taskOf(), stretches([60_000, { status: 'Starting' }], [1e9, done]));
    expect(adopted).toContain('waiting for it to end instead of erasing again');
    const started = linesOf(taskOf(), stretches([310_000, { ...done, status: 'Stopped' }], [1e9, done]));
    expect(started).toContain('Stopped on the image: telling it to start');
    const flipped = linesOf(taskOf(), { show: (atMs) => (atMs === 0 ? {} : done) });
    expect(flipped).toContain('the image has changed');
    const otherDisk = linesOf(taskOf({ force: true }), {
      show: (atMs) => (atMs === 0 ? done : { ...done, disk: { id: 'v-2' } })
    });
    expect(otherDisk).toContain('the system disk has changed');
  });

  test.each([
    ['settling', 'waiting to see whether it stays so'],
    ['searching', 'checking whether the rebuild was accepted'],
    ['confirming', 'waiting for the first sign of the rebuild'],
    ['rebuilding', 'waiting for the rebuild to end'],
    ['starting', 'waiting for it to start']
  ] as const)('a heartbeat line while %s', (phase, words) => {
    const [rebuild] = begin(taskOf(), 0);
    expect(heartbeat({ ...rebuild, phase }, 60_000, 0)).toContain(words);
    expect(
      heartbeat({ ...rebuild, phase, adopted: true, last: observationOf(0, {}, true) }, 60_000, 0)
    ).toContain('still Running on m-old');
  });
});
