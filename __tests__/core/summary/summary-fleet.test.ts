/** The summary and the annotations of several instances, drawn from runs made by hand. */
import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../../src/core/plan/decide.ts';
import { describeInstances } from '../../../src/core/report/described-instance.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import type { InstanceStatus } from '../../../src/core/run/instance-status.ts';
import type { RunState } from '../../../src/core/run/run-state.ts';
import { annotationsOf } from '../../../src/core/summary/annotations.ts';
import { summaryLimit, summaryOf } from '../../../src/core/summary/summary.ts';
import { idleInstances, idleSentence, idleWords } from '../../../src/core/summary/weights-table.ts';
import { pairwise } from '../../support/pairwise.ts';
import { failureOf } from '../rebuild/rebuilds.ts';
import {
  expectWellFormed,
  idOf,
  type Made,
  type MadeWeight,
  madeRun,
  madeState,
  times
} from './made-runs.ts';

/** Asserts that the text has the parts, in this order. */
function expectInOrder(text: string, parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0) throw new Error(`lacks ${part} at its place:\n${text.slice(from, from + 3000)}`);
    from = at + part.length;
  }
  expectWellFormed(text);
  expect(text).not.toContain('undefined');
}

/** So many of each status, in the order that is given. */
function fleet(counts: Partial<Record<InstanceStatus, number>>): readonly InstanceRun[] {
  const statuses = Object.entries(counts).flatMap(([status, count]) =>
    times(count, () => status as InstanceStatus)
  );
  return statuses.map((status, index) => madeRun(idOf(index), status));
}

function planned(index: number, action: Exclude<Decision['action'], 'refuse'> = 'rebuild', made: Made = {}) {
  return madeRun(idOf(index), 'planned', { ...made, target: { ...made.target, decision: { action } } });
}

/** The rows of the table under the heading `Instances`, without its head. */
function rowsOf(text: string): readonly string[] {
  const [, after = ''] = text.split('### Instances\n');
  const lines = after.split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(from + 2);
  return rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|'))
  );
}

describe('the summary of a fleet', () => {
  test('goes from the totals to the details', () => {
    const instances = [
      madeRun('i-1', 'rebuilt', { spans: [['rebuilding', 180]] }),
      madeRun('i-2', 'failed', { weights: [[50, 0]], instance: { status: 'Stopped' } }),
      madeRun('i-3', 'notStarted')
    ];
    const text = summaryOf(
      madeState(instances, {
        maxUnavailable: 2,
        peakUnavailable: 1,
        canary: 1,
        pauseMs: 300_000,
        stop: 'maxFailures'
      })
    );
    expectInOrder(text, [
      '## ❌ Failed to rebuild some of 3 instances from image <code>m-new</code> web-2',
      '✅ **1** rebuilt · ❌ **1** failed · – **1** not started (3 instances in 1h 20m)',
      '> 🛑 **1 failed, and maxFailures is 0, so the rollout stopped. 1 of 3 was not started.**',
      '**Rollout:** at most 2 of 3 unavailable at once (peak: 1; 1 already unavailable before) · 1 canary first: <code>i-2</code>',
      'in batches, 5m 00s between two · stops at the first failure',
      'Already unavailable before the run: 1 instance',
      '### Failed or cut off: 1 instance',
      '> **What to do:** Look at the instance',
      '### Load balancer weights to restore: 1',
      '### Timeline',
      'section i-1',
      '### Instances',
      '**Image before, each:** <code>m-old</code> web-1',
      '| Instance | Result | Time |',
      '| <code>i-2</code> name-of-i-2 | ❌ failed | 4m 10s |',
      '| <code>i-3</code>',
      '| <code>i-1</code>',
      '<code>i-2</code> in detail',
      '<code>i-1</code> in detail'
    ]);
  });

  test('counts each kind of end', () => {
    const all = fleet({ rebuilt: 3, skipped: 2, started: 1, failed: 1, rolledBack: 1, inProgress: 2 });
    expect(summaryOf(madeState(all, { maxFailures: 3 }))).toContain(
      '✅ **3** rebuilt · ✅ **2** skipped · 🚀 **1** started and not waited for · ❌ **1** failed · ↩️ **1** rolled back · 🛑 **2** still being rebuilt without this run (10'
    );
  });

  test('of 20 is open and has every detail; of 21 it is folded, with the details of what failed', () => {
    const twenty = summaryOf(madeState(fleet({ rebuilt: 19, failed: 1 })));
    expect(twenty.split(' in detail').length - 1).toBe(20);
    expect(twenty).not.toContain('All 20 instances');
    const more = summaryOf(madeState(fleet({ rebuilt: 20, failed: 1 })));
    expectInOrder(more, [
      '<details><summary>All 21 instances</summary>',
      'i-00000020</code> name',
      'i-00000020</code> in detail',
      'those of the other 20 instances are in the output `result`'
    ]);
    expect(more.split(' in detail').length - 1).toBe(1);
  });

  test('shows 20 failures in full, one of each kind among them, and the others in a table', () => {
    const failure = failureOf('denied', { message: 'the rare one' });
    const rare = madeRun(idOf(99), 'failed', { reason: { kind: 'call', failure } });
    const apart = times(50, (index) =>
      madeRun(idOf(index), 'failed', { reason: { kind: 'timedOut', status: `Starting${index}` } })
    );
    const text = summaryOf(madeState([...apart, rare], { maxFailures: 99 }));
    expectInOrder(text, [
      '### Failed or cut off: 51 instances',
      'By reason: 50 × timedOut, 1 × denied. 31 instances with other causes are in the table below.',
      'RebuildInstance i-1: the rare one.',
      '<summary>31 more that failed or were cut off</summary>',
      '| <code>i-00000049</code> | ❌ failed | timedOut | erased | i-00000049: still Starting',
      'Details of 51 instances'
    ]);
    expect(text.split('What to do:').length - 1).toBe(20);
    expect(rowsOf(text)).toHaveLength(51);
  });

  test('shows failures of one kind once, with the names of their instances', () => {
    const alike = times(30, (index) => madeRun(idOf(index), 'failed'));
    const other = madeRun(idOf(99), 'failed', { reason: { kind: 'timedOut', status: 'Stopping' } });
    const text = summaryOf(madeState([...alike, other], { maxFailures: 99 }));
    expectInOrder(text, [
      '### Failed or cut off: 31 instances',
      'By reason: 31 × timedOut.\n',
      `**30 instances &#40;${times(20, idOf).join(', ')} and 10 more&#41;: still Starting`,
      `**${idOf(99)}: still Stopping`
    ]);
    expect(text.split('What to do:').length - 1).toBe(2);
    expect(text).not.toContain('more that failed');
  });

  test('of 500 stays short', () => {
    const text = summaryOf(madeState(fleet({ rebuilt: 480, skipped: 10, failed: 5, notStarted: 5 })));
    expect(text.length).toBeLessThan(100_000);
    expect(text.indexOf('All 500 instances')).toBeLessThan(5000);
    expect(rowsOf(text).slice(0, 10).join()).toMatch(
      /failed(?:.*failed){4}.*not started(?:.*not started){4}/
    );
    expectWellFormed(text);
  });
});

describe('weights that are not restored', () => {
  const inGroup = { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1' } as const;

  test('are listed with one call for each pool', () => {
    const both: readonly MadeWeight[] = [
      [50, 0],
      [20, 0, inGroup]
    ];
    const instances = [
      madeRun('i-1', 'failed', { weights: both }),
      madeRun('i-2', 'inProgress', { weights: both }),
      madeRun('i-3', 'rebuilt', {
        weights: [
          [50, 50],
          [0, 0, inGroup]
        ]
      })
    ];
    expectInOrder(summaryOf(madeState(instances)), [
      '### Load balancer weights to restore: 4',
      '| <code>i-1</code><br>❌ failed | 0 | 50 | <code>lb-1</code> |',
      '| <code>i-2</code><br>🛑 still being rebuilt without this run | 0 | 20 | <code>lb-2</code><br><code>sg-1</code> |',
      '<code>PUT /<wbr>v1/<wbr>blb/<wbr>lb-1/<wbr>backendserver?update</code>',
      '{"backendServerList":[\n{"instanceId":"i-1","weight":50},\n{"instanceId":"i-2","weight":50}\n]}',
      '<code>PUT /v1/appblb/lb-2/blbrs</code>',
      '{"sgId":"sg-1","backendServerList":[\n{"instanceId":"i-1","weight":20},\n{"instanceId":"i-2","weight":20}\n]}'
    ]);
  });

  test('are folded where there are many, and each body is JSON', () => {
    const weights: readonly MadeWeight[] = [[7, 0, { blbId: 'lb/`"1' }]];
    const instances = times(500, (index) => madeRun(idOf(index), 'failed', { weights }));
    const text = summaryOf(madeState(instances, { maxFailures: 999 }));
    expectInOrder(text, [
      'All 500 weights',
      '1 call</summary>',
      'PUT /<wbr>v1/<wbr>blb/<wbr>lb%2F%60%221/<wbr>backendserver?update<'
    ]);
    const [, body = ''] = /```json\n(.*?)\n```/s.exec(text) ?? [];
    expect(JSON.parse(body)).toEqual({
      backendServerList: times(500, (index) => ({ instanceId: idOf(index), weight: 7 }))
    });
  });
});

describe('the plan of a fleet', () => {
  const skip = 'skip';

  test('has every target in the order of its turn, with the batches', () => {
    const stopped = { instance: { status: 'Stopped' } };
    const instances = times(9, (index) =>
      planned(index, index === 1 ? skip : 'rebuild', index === 4 ? stopped : {})
    );
    const text = summaryOf(madeState(instances, { maxUnavailable: 3, pauseMs: 60_000, canary: 2 }));
    expectInOrder(text, [
      '## 📋 Dry run: plan for 9 instances',
      '📋 **8** rebuild · ✅ **1** skip (9 instances)',
      'at most 3 of 9 unavailable at once; 1 already unavailable before · 2 canaries first',
      'If all goes well it takes 3 batches.',
      '**Login:** with the key pair k-one · **Script:** the earlier script',
      '### Instances'
    ]);
    expect(text).not.toContain('peak');
    const turns = rowsOf(text).map((row) => /i-0+(\d)<.*?\| .*? \| (.*?) \|/.exec(row)?.slice(1).join(' '));
    expect(turns).toEqual([
      '4 canary, batch 1',
      '0 canary, batch 1',
      '2 batch 2',
      '3 batch 2',
      '5 batch 2',
      '6 batch 3',
      '7 batch 3',
      '8 batch 3',
      '1 –'
    ]);
    expect(text).toContain('**Now, unless noted:** Running');
    expect(rowsOf(text)[0]).toContain('| canary, batch 1 | now: Stopped');
    expect(rowsOf(text)[1]).toMatch(/\| canary, batch 1 \| {2}\|$/);
    expect(rowsOf(text).at(-1)).toMatch(/\| nothing \| – \| ✅ skip/);
  });

  test('without pauses has no batches, and says that slots are refilled', () => {
    const instances = [planned(0), planned(1, 'start'), planned(2, 'wait')];
    const text = summaryOf(madeState(instances, { canary: 1 }));
    expectInOrder(text, ['the next one starts as soon as one is done', '| canary |', '🚀 start', '⏳ wait']);
    expect(text).not.toContain('batch');
  });

  test('in which nothing is erased does not mention a login', () => {
    const text = summaryOf(madeState([planned(0, skip), planned(1, skip)]));
    expect(text).not.toContain('**Login');
    expectInOrder(text, ['✅ **2** skip (2 instances)', '✅ skip']);
  });

  test('of 500 is open, with the warnings and what would be erased', () => {
    const snapshots = times(2, (index) => ({
      id: `s-${index}`,
      name: 'a',
      createTime: '',
      volumeId: 'v-old'
    }));
    const instances = times(500, (index) =>
      planned(index, 'rebuild', {
        target: {
          snapshots,
          warnings: ['its status is Error'],
          circumstances: { rollbackImage: { kind: 'backup' }, imagesLeft: 9 },
          ...(index === 0 ? { disk: undefined } : {})
        }
      })
    );
    const text = summaryOf(madeState(instances));
    // What all have in common is reported once.
    expect(text.split('its status is Error')).toHaveLength(2);
    expectInOrder(text, [
      '⚠️ its status is Error',
      '**Also:** a custom image of the system disk is made first; if it fails, it is rolled back',
      '<details open><summary>All 500 instances',
      '| the system disk, 2 snapshots |',
      '| <code>v-old</code>, 40&nbsp;GB, 2 snapshots |',
      '_Details of each instance are in the output `result`._'
    ]);
    expect(rowsOf(text)).toHaveLength(500);
    expect(text).not.toContain(' in detail');
  });
});

describe('1,000 instances with long names', () => {
  interface Crowd {
    readonly count: number;
    readonly wanted: number;
    readonly name: string;
    readonly words: string;
  }
  const worst: Crowd = { count: 1000, wanted: 1000, name: '&'.repeat(128), words: '<'.repeat(3000) };
  const pairs = pairwise({
    count: [21, 200, worst.count],
    wanted: [0, 1, 30, 400, worst.wanted],
    name: ['华北数据中心网络服务器'.repeat(12).slice(0, 128), worst.name, 'n'],
    words: ['x'.repeat(1500), worst.words, 'short']
  });
  const note = '_The rest does not fit into a job summary; the output `result` has more of it._';

  function crowd(count: number, failures: number, name: string, words: string): RunState {
    const snapshots = times(2, (index) => ({
      id: `s-${index}`,
      name,
      createTime: '2026-01-01T00:00:00Z',
      volumeId: 'v-old'
    }));
    const instances = times(count, (index) => {
      const isFailed = index < failures;
      return madeRun(idOf(index), isFailed ? 'failed' : 'rebuilt', {
        // Of different names, so that each row has its own.
        instance: { name, imageName: `${index % 2}${name}` },
        target: { snapshots },
        weights: isFailed ? [[50, 0]] : [],
        reason: { kind: 'timedOut', status: `${words}${index}` }
      });
    });
    const state = madeState(instances, { maxFailures: 999 });
    return { ...state, image: { ...state.image, name } };
  }

  test('fit, and no failure is left out while anything else is shown', () => {
    const crowds = [...(pairs as unknown as readonly Crowd[]), worst];
    for (const { count, wanted, name, words } of crowds) {
      const failed = Math.min(count, wanted);
      const text = summaryOf(crowd(count, failed, name, words));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryLimit);
      expectWellFormed(text);
      expect(text.split('What to do:').length - 1).toBe(Math.min(failed, 20));
      expect(text.split('"weight":50}').length - 1).toBe(failed);
      const told = text.split('| timedOut |').length - 1;
      if (told < failed - 20) expect(rowsOf(text)).toEqual([]);
      if (rowsOf(text).length < count) expect(text).not.toContain(' in detail');
      if (!text.includes(note)) expect(rowsOf(text)).toHaveLength(count);
    }
  });

  test('leave out no more than they must', () => {
    const text = summaryOf(crowd(500, 500, '升级之前的快照'.repeat(9), 'a'));
    expect(text).toContain(note);
    expect(Buffer.byteLength(text)).toBeGreaterThan(summaryLimit * 0.98);
  });

  test('and a table that is cut says how many rows are missing', () => {
    const text = summaryOf(crowd(1000, 0, '&'.repeat(128), 'a'));
    expect(text).toContain(`_${1000 - rowsOf(text).length} more are left out here._`);
    expect(rowsOf(text).length).toBeGreaterThan(400);
    expect(Buffer.byteLength(text)).toBeGreaterThan(summaryLimit * 0.99);
  });
});

describe('the annotations', () => {
  const failed = (count: number, weights: readonly MadeWeight[] = []): RunState =>
    madeState(times(count, (index) => madeRun(idOf(index), 'failed', { weights })));

  test.each([0, 1, 9, 10])('of %d failures are one for each', (count) => {
    const all = annotationsOf(failed(count));
    expect(all.map(({ title }) => title)).toEqual(
      times(count, (index) => `Rebuild of ${idOf(index)} failed (timedOut)`)
    );
  });

  test.each([11, 1000])('of %d failures are nine, and one that counts the others', (count) => {
    const all = annotationsOf(failed(count));
    expect(all).toHaveLength(10);
    expect(all[9]?.title).toBe(`${count - 9} more that failed or were cut off`);
    expect(all[9]?.lines).toEqual([
      `${count - 9} × timedOut.`,
      'The job summary and the output result name them all.'
    ]);
  });

  test.each([
    [9, 9],
    [10, 8],
    [1000, 8]
  ])('of %d failures with weights left are ten at most, the weights in one', (count, singles) => {
    const all = annotationsOf(failed(count, [[50, 0]]));
    expect(all.length).toBe(10);
    expect(all.filter(({ title }) => title.startsWith('Rebuild of'))).toHaveLength(singles);
    expect(all[9]?.title).toBe('Load balancer weights are not restored');
    expect(all[9]?.lines[0]).toMatch(/gets no traffic/);
    expect(all[9]?.lines[1]).toBe(`${idOf(0)} on lb-1: 0 instead of 50`);
    expect(all[9]?.lines).toHaveLength(count + 1);
  });

  test('are errors, but for those that only warn', () => {
    const all = annotationsOf(
      failed(11, [
        [50, 0],
        [0, 0, { blbId: 'lb-2' }]
      ])
    );
    expect(all.map(({ level }) => level)).toEqual([...times(9, () => 'error'), 'warning']);
    expect(all.slice(7).map(({ title }) => title)).toEqual([
      '4 more that failed or were cut off',
      'Load balancer weights are not restored',
      'Weight 0 since before this run'
    ]);
  });

  test('name the reason whose section in the documents they link to, or none for the whole page', () => {
    const source = { serverUrl: 'https://github.com', repository: 'o/r', ref: 'v1' };
    const page = 'https://github.com/o/r/blob/v1/docs/troubleshooting.md';
    const all = annotationsOf(failed(11, [[50, 0]]));
    expect(all.map(({ reason }) => reason)).toEqual([...times(8, () => 'timedOut'), undefined, 'rejoin']);
    expect(summaryOf(failed(3), source).split(`(${page}#timedout)`)).toHaveLength(2);
    expect(summaryOf(failed(1), source)).toContain(`(${page}#timedout)`);
    expect(summaryOf(failed(1))).not.toContain('](http');
  });

  test('of a cancel say so, and weights are reported even if nothing failed', () => {
    const cut = madeRun('i-1', 'inProgress');
    expect(annotationsOf(madeState([cut]))[0]?.title).toBe('Rebuild of i-1 cancelled');
    const weights: readonly MadeWeight[] = [[5, 0, { kind: 'appblb', groupId: 'sg-1' }]];
    const left = annotationsOf(madeState([madeRun('i-1', 'rebuilt', { weights })]));
    expect(left.map(({ lines }) => lines[1])).toEqual(['i-1 on lb-1, group sg-1: 0 instead of 5']);
  });
});

describe('a weight that was 0 before the run', () => {
  const idle = (count: number, weights: readonly MadeWeight[] = [[0, 0]]): readonly InstanceRun[] =>
    times(count, (index) => madeRun(idOf(index), 'rebuilt', { weights }));

  test.each<[string, readonly MadeWeight[], boolean]>([
    ['is one', [[0, 0]], true],
    [
      'beside others is one',
      [
        [40, 40],
        [0, 0, { blbId: 'lb-2' }]
      ],
      true
    ],
    ['is none where it was given back', [[40, 40]], false],
    ['is none where it is to be restored', [[40, 0]], false],
    ['is none without load balancers', [], false]
  ])('%s', (_, weights, isIdle) => {
    const state = madeState([madeRun('i-1', 'rebuilt', { weights })]);
    const instances = describeInstances(state);
    expect(idleInstances(instances)).toEqual(isIdle ? ['i-1'] : []);
    expect(idleSentence(instances) === '').toBe(!isIdle);
    expect(summaryOf(state).includes('Weight 0 on a load balancer')).toBe(isIdle);
    expect(annotationsOf(state).some(({ title }) => title.startsWith('Weight 0'))).toBe(isIdle);
  });

  test('gives one warning for all, with what it may mean and what to do', () => {
    const all = annotationsOf(madeState(idle(2)));
    expect(all).toEqual([
      {
        level: 'warning',
        reason: 'rejoin',
        title: 'Weight 0 since before this run',
        lines: ['i-00000000, i-00000001', idleWords]
      }
    ]);
  });

  test.each([
    [1, 1, ''],
    [20, 20, ''],
    [21, 20, ' and 1 more'],
    [1000, 20, ' and 980 more']
  ])('of %i instances names %i', (count, named, more) => {
    const state = madeState(idle(count));
    const [warning] = annotationsOf(state);
    expect(warning?.lines[0]).toBe(`${times(named, idOf).join(', ')}${more}`);
    const sentence = idleSentence(describeInstances(state));
    expect(sentence.split('<code>').length - 1).toBe(named);
    expect(sentence).toContain(
      `Weight 0 on a load balancer, ${count === 1 ? '1 instance' : `${count} instances`}:`
    );
    expect(sentence).toContain(`${more}. ${idleWords}`);
    expectWellFormed(summaryOf(state));
  });

  test('leaves room for nine failures, and the warning is the last', () => {
    const all = annotationsOf(
      madeState(times(10, (index) => madeRun(idOf(index), 'failed', { weights: [[0, 0]] })))
    );
    expect(all).toHaveLength(10);
    expect(all.at(-2)?.title).toBe('2 more that failed or were cut off');
    expect(all.at(-1)?.level).toBe('warning');
  });

  test.each([1, 3])('stands in the summary of %i after what is to be restored', (count) => {
    const weights: readonly MadeWeight[] = [
      [50, 0],
      [0, 0, { blbId: 'lb-2' }]
    ];
    expectInOrder(summaryOf(madeState(idle(count, weights))), [
      '### Load balancer weights to restore',
      'Weight 0 on a load balancer, ',
      idleWords
    ]);
  });
});

describe('an instance that ended elsewhere', () => {
  const failed = madeRun(idOf(0), 'failed', {
    lastOn: ['m-other', 'hotfix'],
    reason: { kind: 'wrongImage', imageId: 'm-other', imageName: 'hotfix' }
  });

  test.each([
    ['of one', [failed]],
    ['of several', [failed, madeRun(idOf(1))]]
  ])('is shown with the image that it runs on, in the table %s', (_, instances) => {
    expect(summaryOf(madeState(instances))).toContain('⚠️ last seen on <code>m-other</code> hotfix');
  });
});

test('a stop has an annotation, which says what happened to the others', () => {
  const failed = madeRun(idOf(0), 'failed');
  expect(annotationsOf(madeState([failed], { stop: 'maxFailures' }))).toHaveLength(1);
  const state = madeState([failed, madeRun(idOf(1), 'notStarted')], { stop: 'maxFailures' });
  expect(annotationsOf(state)).toContainEqual({
    level: 'error',
    title: 'The rollout stopped',
    lines: ['1 failed, and maxFailures is 0, so the rollout stopped. 1 of 2 was not started.']
  });
});
