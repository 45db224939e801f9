import { describe, expect, test } from '@jest/globals';
import { describeFailure, type FailureKind } from '../../../src/core/model/failure.ts';
import { withoutSecrets } from '../../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../../src/core/model/secret.ts';
import { decide, type Task } from '../../../src/core/plan/decide.ts';
import { imageLabel } from '../../../src/core/plan/labels.ts';
import { makePlan, type Target } from '../../../src/core/plan/plan.ts';
import { planLines } from '../../../src/core/plan/plan-lines.ts';
import { describeRefusals, type Refusal, remedyOfRefusals } from '../../../src/core/plan/refusal.ts';
import { diskStateOf } from '../../../src/core/rebuild/disk-state.ts';
import { heartbeat, narrate } from '../../../src/core/rebuild/log-lines.ts';
import type { RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { nextBeat, observeMoment } from '../../../src/core/rebuild/schedule.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';
import { callRemedy, rerunIsSafe } from '../../../src/core/report/call-remedy.ts';
import { explain, explainCancel, wholeCause } from '../../../src/core/report/explain.ts';
import { cell, code, table } from '../../../src/core/summary/markdown.ts';
import { formatDuration, toIso, toSeconds } from '../../../src/core/time.ts';
import { rolloutOfOne as how } from '../../support/plan.ts';
import {
  disk,
  failureOf,
  image,
  instance,
  observationOf,
  plannedOf,
  playRebuild,
  type Shown,
  stretches,
  taskOf
} from '../rebuild/rebuilds.ts';

describe('durations', () => {
  test.each([
    [0, '0s'],
    [-5, '0s'],
    [59_400, '59s'],
    [61_000, '1m 01s'],
    [3_720_000, '1h 02m']
  ])('%i ms', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test('seconds have one decimal, moments are UTC', () => {
    expect(toSeconds(1_249)).toBe(1.2);
    expect(toIso({ nowMs: 1_000, wallMs: Date.UTC(2026, 0, 2) }, 61_000)).toBe('2026-01-02T00:01:00Z');
  });
});

describe('a run that may observe no longer', () => {
  const denied = { kind: 'call', failure: failureOf('denied', { operation: 'GetInstance' }) } as const;
  const toldOf = (patch: Partial<RebuildState>): string =>
    explain({ ...begin(taskOf(), 0)[0], ...patch }, denied).remedy;

  test.each([
    ['was sent', { sends: 1 }],
    ['may have been carried out in a refused call for several', { inDoubt: true }]
  ])('warns of a re-run where the rebuild %s and does not show', (_, patch) => {
    expect(toldOf(patch)).toContain('a re-run before it shows erases the disk again');
  });

  test('does not where nothing was sent', () => {
    expect(toldOf({})).not.toContain('re-run');
  });
});

describe('the beat', () => {
  test('keeps to the grid, but is never in the past', () => {
    expect(nextBeat(0, 5_000, 100)).toBe(4_800);
    expect(nextBeat(0, 5_000, 9_000)).toBe(13_800);
  });

  test('an observation is moved by a tenth at most, and never past the deadline or before now', () => {
    const look = { dueMs: 10_000, spreadMs: 500 };
    expect(observeMoment(look, 99_000, 0, 0)).toBe(9_500);
    expect(observeMoment(look, 99_000, 0, 0.5)).toBe(10_000);
    expect(observeMoment(look, 10_100, 0, 0.999)).toBe(10_100);
    expect(observeMoment(look, 99_000, 9_900, 0)).toBe(9_900);
  });
});

describe('decisions', () => {
  test.each([
    ['Running', 'm-old', {}, 'rebuild'],
    ['Running', 'm-new', {}, 'skip'],
    ['Stopped', 'm-new', {}, 'start'],
    ['Error', 'm-new', {}, 'rebuild'],
    ['Running', 'm-new', { force: true }, 'rebuild'],
    ['Starting', 'm-old', {}, 'wait'],
    ['Moving', 'm-old', {}, 'wait'],
    ['Reinstalling', 'm-old', {}, 'wait'],
    ['Deleted', 'm-new', {}, 'refuse']
  ])('%s on %s', (status, imageId, patch, action) => {
    expect(decide({ ...instance, status, imageId }, taskOf(patch)).action).toBe(action);
  });

  test('what is gone is to be taken out of that by which it was selected', () => {
    const remedyOf = (patch: Partial<Task>): string => {
      const decision = decide({ ...instance, status: 'Expired' }, taskOf(patch));
      return decision.action === 'refuse' ? remedyOfRefusals(decision.refusals) : '';
    };
    expect(remedyOf({})).toBe('Take it out of instanceId, or renew or restore it first.');
    expect(remedyOf({ selectedBy: [{ key: 'app', value: 'web' }] })).toBe(
      'Take the tags of instanceTag off it, or renew or restore it first.'
    );
  });

  test('every reason to refuse is given at once', () => {
    const task = taskOf({
      loginKind: 'keepImageLogin',
      image: { ...image, type: 'System', status: 'NotAvailable' }
    });
    const decision = decide({ ...instance, deletionProtection: true }, task);
    if (decision.action !== 'refuse') throw new Error('not refused');
    expect(describeRefusals(decision.refusals)).toBe(
      'deletionProtection is on; the image is NotAvailable, not Available; keepImageLogin needs a custom or shared image, and this one is a System image'
    );
    expect(decide({ ...instance, deletionProtection: true }, taskOf({ allowProtected: true })).action).toBe(
      'rebuild'
    );
    expect(decide(instance, taskOf({ loginKind: 'keepImageLogin' })).action).toBe('rebuild');
  });
});

describe('failures in words', () => {
  const kinds: readonly FailureKind[] = [
    'throttled',
    'unreached',
    'transient',
    'ambiguous',
    'denied',
    'skewed',
    'notFound',
    'conflict',
    'invalid',
    'unsent',
    'malformed'
  ];

  test.each(kinds)('%s has a remedy', (kind) => {
    expect(callRemedy(failureOf(kind))).toMatch(/\.$/);
    expect(callRemedy(failureOf(kind), rerunIsSafe).length).toBeGreaterThanOrEqual(
      callRemedy(failureOf(kind)).length
    );
  });

  test.each([
    ['shows nothing yet: a re-run may erase again', {}, /before it shows erases the disk again/],
    ['has been seen to start: a re-run is safe', { status: 'Starting' }, /A re-run is safe/]
  ] as const)('a call that fails after a rebuild was accepted that %s', (_, shown, remedy) => {
    const { rebuild } = playRebuild(taskOf(), {
      show: (atMs) => (atMs < 9_000 ? {} : shown),
      look: (atMs) =>
        atMs < 40_000 ? undefined : { type: 'observeFailed', atMs, failure: failureOf('denied') }
    });
    expect(rebuild.sends).toBe(1);
    const { ending } = rebuild;
    if (ending?.kind !== 'failed' || ending.reason.kind === 'refused') throw new Error('it did not fail');
    expect(explain(rebuild, ending.reason).remedy).toMatch(remedy);
  });

  test('a rebuild that is not proven is not reported as erased', () => {
    const { rebuild } = playRebuild(taskOf(), { show: () => ({}) });
    expect(rebuild.ending).toEqual({ kind: 'failed', reason: { kind: 'unproven' } });
    expect(diskStateOf(rebuild)).toBe('unknown');
  });

  test('a failure names what was tried, on what, and what came back', () => {
    const failure = failureOf('denied', {
      httpStatus: 403,
      code: 'AccessDenied',
      requestId: 'r-1',
      attempts: 2
    });
    expect(describeFailure(failure)).toBe(
      'RebuildInstance i-1: no (HTTP 403, AccessDenied, request ID r-1, 2 tries)'
    );
    expect(describeFailure({ ...failureOf('denied'), target: '' })).toBe('RebuildInstance: no');
  });

  const played = playRebuild(taskOf(), stretches([9_000, {}], [1e12, { status: 'Starting' }])).rebuild;
  const reasons: readonly Parameters<typeof explain>[1][] = [
    { kind: 'busy', status: 'Starting' },
    { kind: 'unclear', status: 'Starting' },
    { kind: 'unproven' },
    { kind: 'timedOut', status: 'Starting' },
    { kind: 'status', status: 'Error' },
    { kind: 'wrongImage', imageId: 'm-x', imageName: '' },
    { kind: 'wrongImage', imageId: 'm-x', imageName: 'odd' },
    { kind: 'gone' },
    {
      kind: 'changed',
      was: { status: 'Running', imageId: 'm-new' },
      now: { status: 'Stopped', imageId: 'm-new' }
    },
    { kind: 'call', failure: failureOf('denied') }
  ];

  test.each(reasons.map((reason) => [reason.kind, reason] as const))('%s', (_, reason) => {
    const { cause, remedy } = explain(played, reason);
    expect(cause).toMatch(/\.$/);
    expect(remedy).not.toBe('');
  });

  test('a refusal names every reason and what to do about each', () => {
    const refusals: readonly Refusal[] = [
      { reason: 'its status is Expired', remedy: 'Renew it.' },
      { reason: 'deletionProtection is on', remedy: 'Switch it off.' }
    ];
    expect(describeRefusals(refusals)).toBe('its status is Expired; deletionProtection is on');
    expect(remedyOfRefusals(refusals)).toBe('Renew it. Switch it off.');
  });

  test.each([
    ['Error', 'A re-run rebuilds an instance in Error.'],
    ['Expired', 'Renew or restore it before you run again.'],
    ['Recycled', 'Renew or restore it before you run again.']
  ])('one that ended as %s says what a re-run needs', (status, remedy) => {
    expect(explain(played, { kind: 'status', status }).remedy).toMatch(new RegExp(`${remedy}$`));
  });

  test('a timeout names the last status and the history', () => {
    expect(wholeCause(explain(played, { kind: 'timedOut', status: 'Starting' }))).toBe(
      'still Starting 20m 00s after the rebuild was accepted. Seen: Running on m-old after 0s, Starting on m-old after 10s.'
    );
  });

  test('a denied read in mid-wait says that the rebuild goes on', () => {
    expect(explain(played, { kind: 'call', failure: failureOf('denied') }).cause).toContain(
      'The rebuild goes on without this run.'
    );
    const [fresh] = begin(taskOf(), 0);
    const told = explain(fresh, { kind: 'call', failure: failureOf('denied') });
    expect(told.cause).not.toContain('goes on');
    expect(explain(fresh, { kind: 'unproven' }).cause).toContain('its answer was lost');
    expect(wholeCause(explain(fresh, { kind: 'unproven' }))).toContain('Seen: nothing.');
  });

  test('a cancel says what goes on', () => {
    const [fresh] = begin(taskOf(), 0);
    expect(explainCancel(fresh).remedy).toBe('There is nothing to repair.');
    expect(explainCancel(played).remedy).toContain('goes on without this run');
  });
});

describe('the plan in words', () => {
  const target: Target = {
    task: taskOf(),
    instance,
    disk,
    circumstances: { rollbackImage: { kind: 'notAsked' } },
    snapshots: [{ id: 's-1', name: 'daily', createTime: '2026-01-01T00:00:00Z', volumeId: 'v-old' }]
  };
  const order = { login: { kind: 'keypairId', keypairId: 'k-1' }, script: 'kept' } as const;

  test('says what is erased, by name, and what stays', () => {
    const text = planLines(makePlan(image, order, [target], how), false).join('\n');
    expect(text).toContain('m-new (web-2, Ubuntu 22.04 amd64, created 2026-02-10T08:00:00Z)');
    expect(text).toContain(
      'erases system disk v-old, 40 GB, and its snapshots: daily (s-1, 2026-01-01T00:00:00Z)'
    );
    expect(text).toContain('keeps  data disks, IP addresses, custom images');
    expect(text).toContain('with the key pair k-1');
    expect(text).toContain('the earlier script, if there is one, runs again');
  });

  test.each([
    [{ status: 'Running', imageId: 'm-new' }, 'skip: it already runs on the image'],
    [{ status: 'Stopped', imageId: 'm-new' }, 'start: it is already on the image, but Stopped'],
    [{ status: 'Starting' }, 'wait: its status is Starting; decide when the change has ended'],
    [{ status: 'Expired' }, 'refuse: its status is Expired']
  ])('%j', (patch, words) => {
    const plan = makePlan(image, order, [{ ...target, instance: { ...instance, ...patch } }], how);
    expect(planLines(plan, false).join('\n')).toContain(words);
  });

  test('unknown details are left out and not invented', () => {
    const bare = { ...image, name: '', osName: '', osVersion: '', osArch: '', createTime: '' };
    expect(imageLabel(bare)).toBe('m-new');
    const keep = withoutSecrets({ login: { kind: 'keepImageLogin' }, userData: new Secret('#!/bin/sh') });
    const none = { ...target, disk: undefined, snapshots: [], instance: { ...instance, name: '' } };
    const text = planLines(makePlan(bare, keep, [none], how), false).join('\n');
    expect(text).toContain('the API shows no details of it');
    expect(text).toContain('as stored in the image (keepImageLogin)');
    expect(text).toContain('the script given as userData runs at first boot');
    const cleared = withoutSecrets({
      login: { kind: 'adminPass', adminPass: new Secret('Secret-123') },
      cleanLastUserData: true
    });
    const other = planLines(makePlan(bare, cleared, [{ ...target, snapshots: [] }], how), false).join('\n');
    expect(other).toContain('it has no snapshots');
    expect(other).toContain('no script runs: the earlier one is cleared');
    expect(other).not.toContain('Secret-123');
  });
});

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
          ? (script.look?.(nowMs) ?? {
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

describe('Markdown', () => {
  test('nothing from outside is markup', () => {
    expect(cell('a|b\n<img src=x> `c` [d](e) @all')).not.toMatch(/[|<>`[\]\n@]/);
    expect(code('')).toBe('');
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});
