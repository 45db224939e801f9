import { describe, expect, test } from '@jest/globals';
import { planRollout, whyUnavailable } from '../../../src/core/plan/rollout-order.ts';
import { canariesOf } from '../../../src/core/rollout/canaries.ts';
import { rehearse } from '../../../src/core/rollout/rehearse.ts';
import type { RolloutTask } from '../../../src/core/rollout/rollout-state.ts';
import { maxUnavailableCount } from '../../../src/core/rollout/settings.ts';
import { membersOf } from '../../support/fleets.ts';
import { instance } from '../rebuild/rebuilds.ts';

const minute = 60_000;

describe('maxUnavailable as a number', () => {
  test.each<[number, number, number]>([
    [10, 25, 2],
    [10, 5, 1],
    [50, 3, 1],
    [100, 7, 7],
    [33, 100, 33],
    [1, 99, 1],
    [10, 1, 1]
  ])('%i%% of %i are %i', (percent, targets, maxUnavailable) => {
    expect(maxUnavailableCount({ kind: 'percent', percent }, targets)).toBe(maxUnavailable);
  });

  test.each<[number, number, number]>([
    [1, 10, 1],
    [4, 10, 4],
    [10, 10, 10],
    [11, 10, 10],
    [500, 1, 1]
  ])('%i of %i are %i', (count, targets, maxUnavailable) => {
    expect(maxUnavailableCount({ kind: 'count', count }, targets)).toBe(maxUnavailable);
  });
});

describe('the order', () => {
  const maxUnavailable = { kind: 'percent', percent: 50 } as const;
  const settings = { maxUnavailable, canary: 2, pauseMs: 0, maxFailures: 0 };
  const target = (id: string, status: string, action: 'rebuild' | 'skip', unhealthy?: string) => ({
    instance: { ...instance, id, status },
    decision: { action },
    unhealthy
  });

  test('is that of the selection, with unavailable ones first', () => {
    const task = planRollout(
      [
        target('a', 'Running', 'rebuild'),
        target('s', 'Running', 'skip'),
        target('b', 'Stopped', 'rebuild'),
        target('c', 'Running', 'rebuild', 'it refuses'),
        target('d', 'Running', 'rebuild'),
        target('e', 'Error', 'rebuild')
      ],
      { settings, rollback: true }
    );
    expect(task).toEqual({ ...task, maxUnavailable: 3, canary: 2, rollback: true });
    expect(task.members).toEqual(membersOf('-b -c -e a ?s d'));
    expect(canariesOf(task)).toEqual(['b', 'c']);
  });

  test('says why one is unavailable: its status takes precedence over a check', () => {
    expect(whyUnavailable({ instance })).toBeUndefined();
    expect(whyUnavailable({ instance, unhealthy: 'it refuses' })).toBe('it refuses');
    expect(whyUnavailable({ instance: { ...instance, status: 'Error' }, unhealthy: 'x' })).toBe(
      'its status is Error'
    );
    expect(whyUnavailable({ instance: { ...instance, status: 'Starting' } })).toBe('its status is Starting');
  });
});

describe('the rehearsal', () => {
  const task = (short: string, patch: Partial<RolloutTask>): RolloutTask => ({
    members: membersOf(short),
    maxUnavailable: 2,
    canary: 0,
    pauseMs: minute,
    maxFailures: 0,
    rollback: true,
    ...patch
  });

  test.each<[string, RolloutTask, readonly (readonly string[])[]]>([
    ['batches', task('a b c d e', {}), [['a', 'b'], ['c', 'd'], ['e']]],
    ['canaries first', task('a b c d e', { canary: 1 }), [['a'], ['b', 'c'], ['d', 'e']]],
    ['more canaries than slots', task('a b c d', { canary: 3 }), [['a', 'b'], ['c'], ['d']]],
    ['no checks', task('?s -x ?t a', {}), [['x', 'a']]],
    [
      'the unavailable ones',
      task('-x -y -z a', {}),
      [
        ['x', 'y'],
        ['z', 'a']
      ]
    ],
    ['none', task('?s', {}), []],
    ['one, where there are no pauses', task('a b c d e', { pauseMs: 0 }), [['a', 'b', 'c', 'd', 'e']]]
  ])('gives %s', (_, given, batches) => expect(rehearse(given)).toEqual(batches));
});
