import { describe, expect, test } from '@jest/globals';
import type { RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { begin } from '../../../src/core/rebuild/step-rebuild.ts';
import { explain, explainCancel, wholeCause } from '../../../src/core/report/explain.ts';
import { failureOf, playRebuild, stretches, taskOf } from '../rebuild/rebuilds.ts';

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

describe('failures in words', () => {
  test.each([
    ['shows nothing yet: a re-run may erase again', {}, /before it shows erases the disk again/],
    ['has been seen to start: a re-run is safe', { status: 'Starting' }, /A re-run is safe/]
  ] as const)('a call that fails after a rebuild was accepted that %s', (_, shown, remedy) => {
    const { rebuild } = playRebuild(taskOf(), {
      show: (atMs) => (atMs < 9_000 ? {} : shown),
      observe: (atMs) =>
        atMs < 40_000 ? undefined : { type: 'observeFailed', atMs, failure: failureOf('denied') }
    });
    expect(rebuild.sends).toBe(1);
    const { ending } = rebuild;
    if (ending?.kind !== 'failed' || ending.reason.kind === 'refused') throw new Error('it did not fail');
    expect(explain(rebuild, ending.reason).remedy).toMatch(remedy);
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
