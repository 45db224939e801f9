import { describe, expect, test } from '@jest/globals';
import type { HealthOutcome } from '../../../src/core/health/health.ts';
import type { PublicOptions } from '../../../src/core/model/rebuild-spec.ts';
import type { Ending } from '../../../src/core/rebuild/ending.ts';
import type { Observation, RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { reportInstance } from '../../../src/core/report/instance-report.ts';
import type { InstanceReport } from '../../../src/core/report/report.ts';
import { restoreWithLines } from '../../../src/core/report/restore-with.ts';
import { hasSucceeded, isRolledBack } from '../../../src/core/run/instance-end.ts';
import { beforeRebuild, type InstanceRun } from '../../../src/core/run/instance-run.ts';
import { mayRejoin, needsRollback, outcomeOf } from '../../../src/core/run/next-steps.ts';
import { failureOf, instance, observationOf } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, stateOf, targetOf } from './runs.ts';

const target = targetOf();

const times = { fromMs: 0, deadlineMs: 300_000, atMs: 1_000, history: [], checks: [] } as const;
const good: HealthOutcome = { ...times, healthy: true };
const refused = { check: 'tcp://192.0.2.1:22', reason: { kind: 'refused' } } as const;
const bad: HealthOutcome = { ...times, healthy: false, reason: { kind: 'failing', failed: [refused] } };
const rebuilt = rebuildOf({ kind: 'rebuilt' });

const failed = (reason: Extract<Ending, { kind: 'failed' }>['reason']): RebuildState =>
  rebuildOf({ kind: 'failed', reason });

/** An observation that shows this status. */
function seen(status = 'Running'): Observation {
  return { atMs: 1_000, answeredAtMs: 1_000, isFresh: true, instance: { ...instance, status } };
}

test.each<[string, Partial<RebuildState>, string]>([
  ['the plan saw, where nothing was sent', { sends: 0 }, 'm-old v-old'],
  ['was last observed before the send', { sends: 1 }, 'm-later v-later'],
  ['was observed then, also of a call for several that is in doubt', { inDoubt: true }, 'm-later v-later']
])('what was there before is what %s', (_, patch, wanted) => {
  const reference = observationOf(5, { imageId: 'm-later', disk: { id: 'v-later' } }, true);
  const rebuild = rebuildOf(undefined, { sends: 0, reference, ...patch });
  const before = beforeRebuild(runOf({ target, rebuild }));
  expect(`${before.instance.imageId} ${before.disk?.id}`).toBe(wanted);
  expect(beforeRebuild(runOf({ target }))).toEqual({ instance: target.instance, disk: target.disk });
});

describe('whether a rollback follows', () => {
  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['nothing was done', {}, false],
    ['all succeeded', { rebuild: rebuilt, health: good }, false],
    ['unhealthy', { rebuild: rebuilt, health: bad }, true],
    ['unhealthy, but skipped', { rebuild: rebuildOf({ kind: 'skipped' }), health: bad }, false],
    ['unhealthy, but cancelled', { rebuild: rebuilt, health: bad, cancelled: true }, false],
    ['Error', { rebuild: failed({ kind: 'status', status: 'Error' }) }, true],
    [
      'Error, but cancelled',
      { rebuild: failed({ kind: 'status', status: 'Error' }), cancelled: true },
      false
    ],
    ['Expired', { rebuild: failed({ kind: 'status', status: 'Expired' }) }, false],
    ['timed out', { rebuild: failed({ kind: 'timedOut', status: 'Starting' }) }, true],
    [
      'another image, which somebody else may have put on it',
      { rebuild: failed({ kind: 'wrongImage', imageId: 'm-x', imageName: '' }) },
      false
    ],
    ['unproven', { rebuild: failed({ kind: 'unproven' }) }, false],
    ['unclear', { rebuild: failed({ kind: 'unclear', status: 'Running' }) }, false],
    ['busy', { rebuild: failed({ kind: 'busy', status: 'Starting' }) }, false],
    ['gone', { rebuild: failed({ kind: 'gone' }) }, false],
    ['refused', { rebuild: failed({ kind: 'refused', refusals: [] }) }, false],
    ['denied', { rebuild: failed({ kind: 'call', failure: failureOf('denied') }) }, false],
    ['cancelled', { rebuild: rebuildOf({ kind: 'cancelled' }) }, false]
  ])('%s', (_, patch, expected) => expect(needsRollback(runOf(patch))).toBe(expected));
});

describe('what may be rolled back', () => {
  const unhealthyWith = (rebuild: RebuildState, more: Partial<InstanceRun> = {}) =>
    runOf({ rebuild, health: bad, ...more });
  const adopted = rebuildOf({ kind: 'rebuilt' }, { sends: 0, acceptedAtMs: undefined, adopted: true });
  const onIt: Partial<InstanceRun> = { target: { ...target, instance: { ...instance, imageId: 'm-new' } } };
  const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };

  test.each<[string, InstanceRun, boolean]>([
    ['what this run has sent', unhealthyWith(rebuilt), true],
    ['what somebody else had started', unhealthyWith(adopted), false],
    [
      'what somebody else had started, and this run has sent after it',
      unhealthyWith({ ...adopted, sends: 1 }),
      true
    ],
    ['what ran on the very image before', unhealthyWith(rebuilt, onIt), false],
    [
      'what ran on the very image before, and has a backup',
      unhealthyWith(rebuilt, { ...onIt, backup }),
      true
    ],
    [
      'what ran on the very image before, and has a backup that was not made',
      unhealthyWith(rebuilt, { ...onIt, backup: { ...backup, isAvailable: false } }),
      false
    ]
  ])('%s', (_, run, expected) => {
    expect(needsRollback(run)).toBe(expected);
    expect(outcomeOf(run)).toMatchObject({ result: 'failed', isUnavailable: true, canRollBack: expected });
    // With a check that passes it has succeeded, and may be rolled back with the others.
    expect(outcomeOf({ ...run, health: good })).toEqual({
      result: 'succeeded',
      isUnavailable: false,
      canRollBack: expected
    });
  });

  test('one that was skipped or not waited for is never rolled back; the latter stays unavailable during this run', () => {
    const skipped = rebuildOf({ kind: 'skipped' }, { sends: 0, acceptedAtMs: undefined });
    expect(outcomeOf(runOf({ rebuild: skipped }))).toEqual({
      result: 'succeeded',
      isUnavailable: false,
      canRollBack: false
    });
    const started = rebuildOf({ kind: 'started' });
    expect(outcomeOf(runOf({ rebuild: started }))).toEqual({
      result: 'succeeded',
      isUnavailable: true,
      canRollBack: false
    });
  });

  test('one that the API no longer knows is unavailable, although it was Running when it was last seen', () => {
    const untouched = { sends: 0, acceptedAtMs: undefined, last: seen() } as const;
    const gone = rebuildOf({ kind: 'failed', reason: { kind: 'gone' } }, untouched);
    expect(outcomeOf(runOf({ rebuild: gone }))).toEqual({
      result: 'failed',
      isUnavailable: true,
      canRollBack: false
    });
  });

  test('one in doubt is unavailable, and cannot be rolled back', () => {
    const doubt = rebuildOf(
      { kind: 'cancelled' },
      { sends: 0, acceptedAtMs: undefined, inDoubt: true, last: seen() }
    );
    expect(outcomeOf(runOf({ rebuild: doubt, cancelled: true }))).toEqual({
      result: 'cancelled',
      isUnavailable: true,
      canRollBack: false
    });
  });
});

describe('which instance gets its traffic back', () => {
  const whole = { sends: 0, acceptedAtMs: undefined, last: seen() } as const;
  const refused = { kind: 'failed', reason: { kind: 'refused', refusals: [] } } as const;
  const denied = { kind: 'failed', reason: { kind: 'call', failure: failureOf('denied') } } as const;
  const unsent = rebuildOf(denied, whole);
  const back = (more: Partial<NonNullable<InstanceRun['rollback']>>): Partial<InstanceRun> => ({
    rebuild: rebuilt,
    rollback: { imageId: 'm-old', ...more }
  });

  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['a healthy one', { rebuild: rebuilt, health: good }, true],
    ['an unhealthy one', { rebuild: rebuilt, health: bad }, false],
    ['an untouched one that runs', { rebuild: rebuildOf(refused, whole) }, true],
    [
      'an untouched one that is stopped',
      { rebuild: rebuildOf(refused, { ...whole, last: seen('Stopped') }) },
      false
    ],
    [
      'what vanished before anything was done to it',
      { rebuild: rebuildOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) },
      false
    ],
    [
      'what was refused together with others, and is in doubt',
      { rebuild: rebuildOf(refused, { ...whole, inDoubt: true }) },
      false
    ],
    ['one that was rolled back', { ...back({ rebuild: rebuilt }), health: bad }, true],
    [
      'one that was rolled back and is unhealthy',
      { ...back({ rebuild: rebuilt, health: bad }), health: bad },
      false
    ],
    ['a healthy one whose rollback could not be tried', back({ problem: 'it is gone' }), true],
    ['a healthy one whose rollback was not sent', back({ rebuild: unsent }), true],
    ['a healthy one whose rollback was sent', back({ rebuild: failed({ kind: 'unproven' }) }), false],
    [
      'a healthy one that disappeared during its rollback',
      back({ rebuild: rebuildOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) }),
      false
    ],
    ['an unhealthy one whose rollback was not sent', { ...back({ rebuild: unsent }), health: bad }, false],
    ['a healthy one whose rollback was cut off', { ...back({ rebuild: unsent }), cancelled: true }, false]
  ])('%s', (_, patch, expected) => expect(mayRejoin(runOf(patch))).toBe(expected));
});

describe('whether the run succeeded for an instance', () => {
  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['rebuilt', { rebuild: rebuilt }, true],
    ['skipped and healthy', { rebuild: rebuildOf({ kind: 'skipped' }), health: good }, true],
    ['unhealthy', { rebuild: rebuilt, health: bad }, false],
    ['cancelled', { rebuild: rebuilt, cancelled: true }, false],
    ['nothing was done', {}, false]
  ])('%s', (_, patch, expected) => expect(hasSucceeded(runOf(patch))).toBe(expected));

  test.each<[string, InstanceRun['rollback'], boolean]>([
    ['none', undefined, false],
    ['rebuilt', { imageId: 'm-old', rebuild: rebuilt }, true],
    ['skipped', { imageId: 'm-old', rebuild: rebuildOf({ kind: 'skipped' }) }, true],
    ['healthy', { imageId: 'm-old', rebuild: rebuilt, health: good }, true],
    ['unhealthy', { imageId: 'm-old', rebuild: rebuilt, health: bad }, false],
    ['failed', { imageId: 'm-old', rebuild: failed({ kind: 'unproven' }) }, false],
    ['never tried', { imageId: 'm-old', problem: 'gone' }, false]
  ])('a rollback: %s', (_, rollback, expected) => {
    expect(isRolledBack(runOf({ rebuild: rebuilt, health: bad, ...(rollback && { rollback }) }))).toBe(
      expected
    );
  });
});

describe('the report of an instance', () => {
  const order: PublicOptions = { login: { kind: 'adminPass' }, script: 'kept' };

  function reportOf(run: InstanceRun): InstanceReport {
    return reportInstance(run, stateOf([run], { options: order }));
  }

  test('while it goes on it is inProgress, and has no failure', () => {
    const report = reportOf(runOf({ rebuild: rebuilt, health: bad, progress: 'working' }));
    expect(report.status).toBe('inProgress');
    expect(report.failure).toBeUndefined();
  });

  test('a rollback whose weights could not be restored is still a rollback, and names who restores them', () => {
    const server = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 50 } as const;
    const rolledBack = runOf({
      rebuild: rebuilt,
      health: bad,
      rollback: { imageId: 'm-old', rebuild: rebuilt, health: good },
      heldWeights: [{ server, state: 'held' }],
      rejoinProblem: 'it is locked.'
    });
    const report = reportOf(rolledBack);
    expect(report).toMatchObject({ status: 'rolledBack', rollback: { ok: true }, restoreWith: [] });
    expect(report.failure).toMatchObject({ reason: 'unhealthy' });
    expect(report.failure?.diskNote).toBe(
      'The instance was rolled back to m-old and is healthy again. It gets no traffic: its weight is 0 on lb-1 (was 50).'
    );
    expect(report.failure?.remedy).toContain('The post step of this action restores the weights');
  });

  test('a healthy one that could not be rolled back does not claim that its content is gone', () => {
    const rollback = { imageId: 'm-old', problem: 'GetImage m-old: gone.' };
    const report = reportOf(runOf({ rebuild: rebuilt, health: good, rollback }));
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'rollbackFailed' } });
    expect(report.failure?.diskNote).toBe('It could not be rolled back to m-old: GetImage m-old: gone.');
  });

  test('weights that were being given back when the run was cancelled are a failure of their own', () => {
    const run = runOf({ rebuild: rebuilt, health: good, rejoinProblem: 'the run was cancelled.' });
    const report = reportOf(run);
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'rejoin' } });
    expect(report.failure?.cause).toBe(
      'i-1: healthy, but its weights on the load balancers could not be restored: the run was cancelled.'
    );
  });

  test('a cancel in the check of a skipped one: nothing was done to it', () => {
    const skipped = rebuildOf({ kind: 'skipped' }, { sends: 0, acceptedAtMs: undefined });
    const report = reportOf(runOf({ rebuild: skipped, cancelled: true }));
    expect(report).toMatchObject({ status: 'notStarted', disk: 'untouched' });
    expect(report.failure).toMatchObject({
      reason: 'cancelled',
      cause: 'i-1: cancelled before it was known to be healthy; it runs on the image already.'
    });
    const erased = reportOf(runOf({ rebuild: rebuilt, cancelled: true }));
    expect(erased).toMatchObject({ status: 'failed', disk: 'erased' });
  });

  test('a rollback that is under way says so already', () => {
    const rollback = { imageId: 'm-old', rebuild: rebuildOf() };
    const report = reportOf(runOf({ rebuild: rebuilt, health: bad, rollback, progress: 'working' }));
    expect(report).toMatchObject({ status: 'inProgress', rollback: { imageId: 'm-old', ok: false } });
  });

  test('a backup that is still being made is named', () => {
    const backup = { imageName: 'rbi-backup/i-1', imageId: 'm-b', isAvailable: false };
    const report = reportOf(runOf({ backup, progress: 'working' }));
    expect(report.backup).toEqual({ imageId: 'm-b', imageName: 'rbi-backup/i-1' });
    expect(report.restoreWith).toEqual([]);
  });

  test('the lines to roll back by hand name the kind of login', () => {
    const run = runOf({ rebuild: rebuilt });
    expect(restoreWithLines(run, order)).toEqual([
      'instanceId: i-1',
      'imageId: m-old',
      'adminPass: ${{ secrets.BCC_ADMIN_PASS }}'
    ]);
    const key: PublicOptions = { login: { kind: 'keypairId', keypairId: 'k-1' }, script: 'kept' };
    expect(restoreWithLines(run, key)[2]).toBe('keypairId: k-1');
    const keep: PublicOptions = { login: { kind: 'keepImageLogin' }, script: 'kept' };
    const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };
    expect(restoreWithLines(runOf({ rebuild: rebuilt, backup }), keep)).toEqual([
      'instanceId: i-1',
      'imageId: m-b',
      'keepImageLogin: true'
    ]);
    const unfinished = { ...backup, isAvailable: false };
    expect(restoreWithLines(runOf({ rebuild: rebuilt, backup: unfinished }), order)[1]).toBe(
      'imageId: m-old'
    );
  });
});
