import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeInstances } from '../../../src/core/report/described-instance.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import type { Span } from '../../../src/core/run/spans.ts';
import { timelineOf } from '../../../src/core/summary/timeline.ts';
import { idOf, type MadeSpan, madeRun, madeState, times } from './made-runs.ts';

const usual = [
  ['settling', 2],
  ['draining', 30],
  ['sending', 1],
  ['confirming', 5],
  ['rebuilding', 170],
  ['starting', 4],
  ['health', 60]
] as const;

const other = madeRun('i-other', 'skipped');

function drawn(instances: readonly InstanceRun[]): string {
  const state = madeState(instances);
  return timelineOf(describeInstances(state), state);
}

/** The lines of the diagram of an instance that is not alone. */
function linesOf(one: InstanceRun): readonly string[] {
  const lines = drawn([one, other]).split('\n');
  return lines.slice(
    lines.findIndex((line) => line.startsWith('section')),
    -1
  );
}

/** Asserts that the text is of the part of Mermaid's grammar that is meant: a head, then sections with tasks. */
function expectGantt(text: string): void {
  const [open, ...lines] = text.split('\n');
  expect(open).toBe('```mermaid');
  expect(lines.at(-1)).toBe('```');
  const body = lines.slice(0, -1).join('\n');
  expect(body).toMatch(
    /^---\ndisplayMode: compact\n---\ngantt\ndateFormat YYYY-MM-DDTHH:mm:ss\naxisFormat %H:%M(?::%S)?\ntickInterval [1-9]\d*(?:second|minute)\ntodayMarker off\n/
  );
  const tasks = lines.slice(8, -1);
  const task =
    /^(?:section [A-Za-z0-9_-]{1,40}|(?:backup|drain|rebuild|health|rollback|[BDRH↩·]) :(?:(?:done|crit|active), )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d, [1-9]\d*s)$/;
  expect(tasks.filter((line) => !task.test(line))).toEqual([]);
  expect(body.length).toBeLessThan(50_000);
}

describe('the timeline', () => {
  test('merges the phases into bars that follow each other', () => {
    const one = madeRun('i-1', 'rebuilt', { spans: usual });
    expectGantt(drawn([one, other]));
    expect(linesOf(one)).toEqual([
      'section i-1',
      'D :2026-03-01T09:00:00, 32s',
      'rebuild :active, 2026-03-01T09:00:32, 180s',
      'health :done, 2026-03-01T09:03:32, 60s'
    ]);
  });

  test('counts the settling as part of the next phase', () => {
    const withBackup: readonly MadeSpan[] = [
      ['settling', 5],
      ['backup', 100],
      ['settling', 5],
      ['sending', 90]
    ];
    expect(linesOf(madeRun('i-1', 'rebuilt', { spans: withBackup }))).toEqual([
      'section i-1',
      'backup :2026-03-01T09:00:00, 105s',
      'rebuild :active, 2026-03-01T09:01:45, 95s'
    ]);
    expect(linesOf(madeRun('i-1', 'failed', { spans: [['settling', 5]] }))[1]).toBe(
      'rebuild :crit, 2026-03-01T09:00:00, 5s'
    );
  });

  test.each([
    ['failed', undefined, ['', 'active', 'crit']],
    ['inProgress', undefined, ['', 'active', 'active']],
    ['started', undefined, ['', 'active', 'active']],
    ['rolledBack', true, ['', 'active', 'crit', 'active']],
    ['failed', false, ['', 'active', 'crit', 'crit']],
    ['inProgress', false, ['', 'active', 'done', 'active']]
  ] as const)('marks what is %s (rolled back: %s)', (status, ok, marks) => {
    const rollbackSpans: readonly MadeSpan[] = [
      ['settling', 1],
      ['rebuilding', 150]
    ];
    const one = madeRun('i-1', status, { spans: usual, ...(ok === undefined ? {} : { rollbackSpans }) });
    expect(
      linesOf(one).flatMap(
        (line) =>
          /\S :(?:(crit|active|done), )?\d{4}-/
            .exec(line)
            ?.slice(1)
            .map((mark) => mark ?? '') ?? []
      )
    ).toEqual(marks);
  });

  test('draws no rebuild of an instance that was withdrawn before it was sent', () => {
    const spans: readonly MadeSpan[] = [
      ['settling', 5],
      ['backup', 100],
      ['settling', 5]
    ];
    const made = madeRun('i-1', 'rebuilt', { spans });
    if (made.rebuild === undefined) throw new Error('the run has no rebuild');
    const rebuild = { ...made.rebuild, sends: 0, answered: false, ending: { kind: 'withdrawn' as const } };
    expect(linesOf({ ...made, rebuild })).toEqual(['section i-1', 'backup :2026-03-01T09:00:00, 105s']);
  });

  test('marks nothing as failed where one was only rolled back with the others', () => {
    const { rebuild, ...others } = madeRun('i-1', 'rolledBack', { spans: usual });
    if (rebuild === undefined) throw new Error('no rebuild');
    const one: InstanceRun = { ...others, rebuild: { ...rebuild, ending: { kind: 'rebuilt' } } };
    expect(linesOf(one).join()).toContain('rollback :active');
    expect(linesOf(one).join()).not.toContain('crit');
  });

  test('marks the rollback alone where that failed of one that was rolled back with the others', () => {
    const rollbackSpans: readonly MadeSpan[] = [['rebuilding', 150]];
    const { rebuild, ...others } = madeRun('i-1', 'failed', { spans: usual, rollbackSpans });
    if (rebuild === undefined) throw new Error('no rebuild');
    const one: InstanceRun = { ...others, rebuild: { ...rebuild, ending: { kind: 'rebuilt' } } };
    expect(linesOf(one).filter((line) => line.includes(':crit'))).toHaveLength(1);
    expect(linesOf(one).join()).toContain('rollback :crit');
  });

  test('has no bar shorter than a second, and none that begins before the last one ends', () => {
    const spans: readonly MadeSpan[] = [
      ['draining', 0],
      ['sending', 0.4],
      ['health', 2.4]
    ];
    expect(linesOf(madeRun('i-1', 'rebuilt', { spans }))).toEqual([
      'section i-1',
      'drain :2026-03-01T09:00:00, 1s',
      'rebuild :active, 2026-03-01T09:00:01, 1s',
      'health :done, 2026-03-01T09:00:02, 1s'
    ]);
  });

  test('has at most five marks, for more would lie on each other on a phone', () => {
    const ends = [4, 40, 61, 300, 3600, 20_000, 90_000];
    const marks = ends.map((end) => {
      const [, count = '', unit] =
        /tickInterval (\d+)(second|minute)/.exec(
          drawn([madeRun('i-1', 'rebuilt', { spans: [['rebuilding', end]] }), other])
        ) ?? [];
      return end / (Number(count) * (unit === 'minute' ? 60 : 1));
    });
    for (const count of marks) expect(count).toBeLessThanOrEqual(4);
    expect(Math.min(...marks)).toBeGreaterThan(1);
  });

  test('writes a letter into a bar that is too short for its word, and a dot if it is too short for that', () => {
    const spans: readonly MadeSpan[] = [
      ['draining', 5],
      ['backup', 20],
      ['rebuilding', 180]
    ];
    expect(linesOf(madeRun('i-1', 'rebuilt', { spans }))).toEqual([
      'section i-1',
      '· :2026-03-01T09:00:00, 5s',
      'B :2026-03-01T09:00:05, 20s',
      'rebuild :active, 2026-03-01T09:00:25, 180s'
    ]);
  });

  test('has the instances in the order in which they were started, and minutes where it is long', () => {
    const late = madeRun('i-late', 'rebuilt', { spans: usual, startSecond: 900 });
    const early = madeRun('i-early', 'rebuilt', { spans: usual });
    const text = drawn([late, other, early]);
    expect(text.match(/section .*/g)).toEqual(['section i-early', 'section i-late']);
    expect(text).toContain('axisFormat %H:%M\n');
    expect(drawn([early, other])).toContain('axisFormat %H:%M:%S\n');
  });

  test('is drawn of 2 to 50 instances, and only where something was done', () => {
    const many = (count: number): string =>
      drawn(times(count, (index) => madeRun(idOf(index), 'rebuilt', { spans: usual, startSecond: index })));
    expect([1, 51, 500].map(many)).toEqual(['', '', '']);
    expectGantt(many(2));
    expectGantt(many(50));
    expect(drawn([other, other])).toBe('');
  });

  test('is not drawn if Mermaid would reject it', () => {
    const flips = times(
      40,
      () =>
        [
          ['sending', 1],
          ['backup', 1]
        ] as const
    ).flat();
    expect(drawn(times(50, (index) => madeRun(idOf(index), 'rebuilt', { spans: flips })))).toBe('');
  });

  test('accepts any ID', () => {
    const syntax = fc.constantFrom(':', ';', '#', ',', '\n', '%%', '[', ']', '```', '---', '{', '<b>', '华');
    const hostile = fc.array(fc.oneof(syntax, fc.string()), { maxLength: 8 }).map((parts) => parts.join(''));
    const kind = fc.constantFrom<Span['kind']>('draining', 'sending', 'health', 'settling', 'backup');
    const seconds = fc.double({ min: 0, max: 1e5, noNaN: true });
    const instance = fc
      .record({
        id: hostile,
        spans: fc.array(fc.tuple(kind, seconds), { minLength: 1, maxLength: 6 }),
        status: fc.constantFrom('rebuilt', 'failed', 'rolledBack', 'inProgress')
      })
      .map(({ id, spans, status }) => madeRun(id, status, { spans }));
    fc.assert(
      fc.property(fc.array(instance, { minLength: 2, maxLength: 50 }), (instances) => {
        expectGantt(drawn(instances));
      })
    );
  });
});
