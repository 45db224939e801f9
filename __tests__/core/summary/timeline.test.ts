import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InstanceReport } from '../../../src/core/report/report.ts';
import { timelineOf } from '../../../src/core/summary/timeline.ts';
import { idOf, instanceReport, phasesFrom, times } from './reports.ts';

const usual = [
  ['settling', 2],
  ['draining', 30],
  ['sending', 1],
  ['confirming', 5],
  ['rebuilding', 170],
  ['starting', 4],
  ['health', 60]
] as const;

const other = instanceReport('i-other', 'skipped');

/** The lines of the diagram of an instance that is not alone. */
function linesOf(one: InstanceReport): readonly string[] {
  const lines = timelineOf([one, other]).split('\n');
  return lines.slice(
    lines.findIndex((line) => line.startsWith('section')),
    -1
  );
}

/** HeldWeights that the text is of the part of Mermaid's grammar that is meant: a head, then sections with tasks. */
function expectGantt(text: string): void {
  const [open, ...lines] = text.split('\n');
  expect(open).toBe('```mermaid');
  expect(lines.at(-1)).toBe('```');
  const body = lines.slice(0, -1).join('\n');
  expect(body).toMatch(
    /^---\ndisplayMode: compact\n---\ngantt\ndateFormat YYYY-MM-DDTHH:mm:ss\naxisFormat %H:%M(?::%S)?\ntodayMarker off\n/
  );
  const tasks = lines.slice(7, -1);
  for (const line of tasks) {
    expect(line).toMatch(
      /^(?:section [A-Za-z0-9_-]{1,40}|(?:backup|drain|rebuild|health|rollback|·) :(?:(?:done|crit|active), )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d, [1-9]\d*s)$/
    );
  }
  expect(body.length).toBeLessThan(50_000);
}

describe('the timeline', () => {
  test('merges the phases into bars that follow each other', () => {
    const one = instanceReport('i-1', 'rebuilt', { phases: phasesFrom(0, ...usual) });
    expectGantt(timelineOf([one, other]));
    expect(linesOf(one)).toEqual([
      'section i-1',
      'drain :2026-03-01T09:00:00, 32s',
      'rebuild :active, 2026-03-01T09:00:32, 180s',
      'health :done, 2026-03-01T09:03:32, 60s'
    ]);
  });

  test('counts the settling to what comes after it', () => {
    const withBackup = phasesFrom(0, ['settling', 5], ['backup', 100], ['settling', 5], ['sending', 90]);
    expect(linesOf(instanceReport('i-1', 'rebuilt', { phases: withBackup }))).toEqual([
      'section i-1',
      'backup :2026-03-01T09:00:00, 105s',
      'rebuild :active, 2026-03-01T09:01:45, 95s'
    ]);
    const only = phasesFrom(0, ['settling', 5]);
    expect(linesOf(instanceReport('i-1', 'failed', { phases: only }))[1]).toBe(
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
    const back =
      ok === undefined
        ? []
        : ([
            ['rollback: settling', 1],
            ['rollback: rebuilding', 150]
          ] as const);
    const one = instanceReport('i-1', status, {
      phases: phasesFrom(0, ...usual, ...back),
      ...(ok === undefined ? {} : { rollback: { imageId: 'm-old', ok } })
    });
    expect(
      linesOf(one).flatMap(
        (line) =>
          /\w :(?:(crit|active|done), )?\d{4}-/
            .exec(line)
            ?.slice(1)
            .map((mark) => mark ?? '') ?? []
      )
    ).toEqual(marks);
  });

  test('marks nothing as failed where one was only put back with the others', () => {
    const { failure: _none, ...one } = instanceReport('i-1', 'rolledBack', {
      phases: phasesFrom(0, ...usual, ['rollback: rebuilding', 150]),
      rollback: { imageId: 'm-old', ok: true }
    });
    expect(linesOf(one).join()).not.toContain('crit');
  });

  test('has no bar shorter than a second, and none that begins before the last one ends', () => {
    const phases = [
      { phase: 'draining', startedAt: '2026-03-01T09:00:00Z', durationSeconds: 0 },
      { phase: 'sending', startedAt: '2026-03-01T09:00:00Z', durationSeconds: 0.4 },
      { phase: 'health', startedAt: '2026-03-01T09:00:00Z', durationSeconds: 2.4 }
    ];
    expect(linesOf(instanceReport('i-1', 'rebuilt', { phases }))).toEqual([
      'section i-1',
      'drain :2026-03-01T09:00:00, 1s',
      'rebuild :active, 2026-03-01T09:00:01, 1s',
      'health :done, 2026-03-01T09:00:02, 1s'
    ]);
  });

  test('writes no word into a bar that has no room for it', () => {
    const phases = phasesFrom(0, ['draining', 5], ['rebuilding', 180]);
    expect(linesOf(instanceReport('i-1', 'rebuilt', { phases }))).toEqual([
      'section i-1',
      '· :2026-03-01T09:00:00, 5s',
      'rebuild :active, 2026-03-01T09:00:05, 180s'
    ]);
  });

  test('has the instances in the order in which they were begun, and minutes where it is long', () => {
    const late = instanceReport('i-late', 'rebuilt', { phases: phasesFrom(900, ...usual) });
    const early = instanceReport('i-early', 'rebuilt', { phases: phasesFrom(0, ...usual) });
    const text = timelineOf([late, other, early]);
    expect(text.match(/section .*/g)).toEqual(['section i-early', 'section i-late']);
    expect(text).toContain('axisFormat %H:%M\n');
    expect(timelineOf([early, other])).toContain('axisFormat %H:%M:%S\n');
  });

  test('is drawn of 2 to 50 instances, and only where something was done', () => {
    const many = (count: number): string =>
      timelineOf(
        times(count, (index) =>
          instanceReport(idOf(index), 'rebuilt', { phases: phasesFrom(index, ...usual) })
        )
      );
    expect([1, 51, 500].map(many)).toEqual(['', '', '']);
    expectGantt(many(2));
    expectGantt(many(50));
    expect(timelineOf([other, other])).toBe('');
    const odd = { phase: 'sending', startedAt: 'never', durationSeconds: 1 };
    expect(timelineOf([instanceReport('i-1', 'rebuilt', { phases: [odd] }), other])).toBe('');
  });

  test('is not drawn where Mermaid would not take it', () => {
    const flips = times(
      40,
      () =>
        [
          ['sending', 1],
          ['backup', 1]
        ] as const
    ).flat();
    const phases = phasesFrom(0, ...flips);
    expect(timelineOf(times(50, (index) => instanceReport(idOf(index), 'rebuilt', { phases })))).toBe('');
  });

  test('takes whatever an ID or a phase is called', () => {
    const syntax = fc.constantFrom(':', ';', '#', ',', '\n', '%%', '[', ']', '```', '---', '{', '<b>', '华');
    const hostile = fc.array(fc.oneof(syntax, fc.string()), { maxLength: 8 }).map((parts) => parts.join(''));
    const phase = fc.oneof(hostile, fc.constantFrom('draining', 'rollback: sending', 'health', 'settling'));
    const seconds = fc.double({ min: 0, max: 1e5, noNaN: true });
    const instance = fc
      .record({ id: hostile, spans: fc.array(fc.tuple(phase, seconds), { minLength: 1, maxLength: 6 }) })
      .map(({ id, spans }) => instanceReport(id, 'rebuilt', { phases: phasesFrom(0, ...spans) }));
    fc.assert(
      fc.property(fc.array(instance, { minLength: 2, maxLength: 50 }), (instances) => {
        expectGantt(timelineOf(instances));
      })
    );
  });
});
