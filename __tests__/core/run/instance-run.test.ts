import { describe, expect, test } from '@jest/globals';
import type { Checked } from '../../../src/core/health/health.ts';
import type { PublicOptions } from '../../../src/core/model/rebuild-spec.ts';
import type { Ending } from '../../../src/core/rebuild/ending.ts';
import type { Observation, RebuildState } from '../../../src/core/rebuild/rebuild-state.ts';
import { reportInstance } from '../../../src/core/report/instance-report.ts';
import type { InstanceReport } from '../../../src/core/report/report.ts';
import { restoreWithLines } from '../../../src/core/report/restore-with.ts';
import { hasSucceeded, isRolledBack } from '../../../src/core/run/instance-end.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import { mayRejoin, needsRollback, outcomeOf } from '../../../src/core/run/next-steps.ts';
import { failureOf, instance } from '../rebuild/rebuilds.ts';
import { runOf as deedOf, rebuildOf as lifeOf, stateOf, targetOf } from './runs.ts';

const target = targetOf();

const times = { fromMs: 0, deadlineMs: 300_000, atMs: 1_000, history: [], checks: [] } as const;
const good: Checked = { ...times, healthy: true };
const refused = { check: 'tcp://192.0.2.1:22', reason: { kind: 'refused' } } as const;
const bad: Checked = { ...times, healthy: false, reason: { kind: 'failing', failed: [refused] } };
const rebuilt = lifeOf({ kind: 'rebuilt' });

const failed = (reason: Extract<Ending, { kind: 'failed' }>['reason']): RebuildState =>
  lifeOf({ kind: 'failed', reason });

/** A look that shows this status. */
function seen(status = 'Running'): Observation {
  return { atMs: 1_000, answeredAtMs: 1_000, isFresh: true, instance: { ...instance, status } };
}

describe('whether a rollback may come', () => {
  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['nothing was done', {}, false],
    ['all is well', { rebuild: rebuilt, health: good }, false],
    ['unhealthy', { rebuild: rebuilt, health: bad }, true],
    ['unhealthy, but skipped', { rebuild: lifeOf({ kind: 'skipped' }), health: bad }, false],
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
    ['cancelled', { rebuild: lifeOf({ kind: 'cancelled' }) }, false]
  ])('%s', (_, patch, expected) => expect(needsRollback(deedOf(patch))).toBe(expected));
});

describe('what may be rolled back', () => {
  const unhealthyWith = (rebuild: RebuildState, more: Partial<InstanceRun> = {}) =>
    deedOf({ rebuild, health: bad, ...more });
  const adopted = lifeOf({ kind: 'rebuilt' }, { sends: 0, answered: false, adopted: true });
  const onIt: Partial<InstanceRun> = { target: { ...target, instance: { ...instance, imageId: 'm-new' } } };
  const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };

  test.each<[string, InstanceRun, boolean]>([
    ['what this run has sent', unhealthyWith(rebuilt), true],
    ['what somebody else had begun', unhealthyWith(adopted), false],
    [
      'what somebody else had begun, and this run has sent after it',
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
    // With a check that passes it is well, and may be put back with the others.
    expect(outcomeOf({ ...run, health: good })).toEqual({
      result: 'succeeded',
      isUnavailable: false,
      canRollBack: expected
    });
  });

  test('one that was skipped or not waited for never goes back; the latter is away as long as this run lives', () => {
    const skipped = lifeOf({ kind: 'skipped' }, { sends: 0, answered: false });
    expect(outcomeOf(deedOf({ rebuild: skipped }))).toEqual({
      result: 'succeeded',
      isUnavailable: false,
      canRollBack: false
    });
    const started = lifeOf({ kind: 'started' });
    expect(outcomeOf(deedOf({ rebuild: started }))).toEqual({
      result: 'succeeded',
      isUnavailable: true,
      canRollBack: false
    });
  });

  test('one in doubt is away, and cannot go back', () => {
    const doubt = lifeOf({ kind: 'cancelled' }, { sends: 0, answered: false, inDoubt: true, last: seen() });
    expect(outcomeOf(deedOf({ rebuild: doubt, cancelled: true }))).toEqual({
      result: 'cancelled',
      isUnavailable: true,
      canRollBack: false
    });
  });
});

describe('who gets its traffic back', () => {
  const whole = { sends: 0, answered: false, last: seen() } as const;
  const refused = { kind: 'failed', reason: { kind: 'refused', refusals: [] } } as const;
  const denied = { kind: 'failed', reason: { kind: 'call', failure: failureOf('denied') } } as const;
  const unsent = lifeOf(denied, whole);
  const back = (more: Partial<NonNullable<InstanceRun['rollback']>>): Partial<InstanceRun> => ({
    rebuild: rebuilt,
    rollback: { imageId: 'm-old', ...more }
  });

  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['what is well', { rebuild: rebuilt, health: good }, true],
    ['what is not', { rebuild: rebuilt, health: bad }, false],
    ['what nothing was done to, and runs', { rebuild: lifeOf(refused, whole) }, true],
    [
      'what nothing was done to, and stands',
      { rebuild: lifeOf(refused, { ...whole, last: seen('Stopped') }) },
      false
    ],
    [
      'what vanished before anything was done to it',
      { rebuild: lifeOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) },
      false
    ],
    [
      'what was refused together with others, and is in doubt',
      { rebuild: lifeOf(refused, { ...whole, inDoubt: true }) },
      false
    ],
    ['what was put back', { ...back({ rebuild: rebuilt }), health: bad }, true],
    ['what was put back and is not well', { ...back({ rebuild: rebuilt, health: bad }), health: bad }, false],
    ['a well one whose way back could not be tried', back({ problem: 'it is gone' }), true],
    ['a well one whose way back was not sent', back({ rebuild: unsent }), true],
    ['a well one whose way back was sent', back({ rebuild: failed({ kind: 'unproven' }) }), false],
    [
      'a well one that vanished on its way back',
      back({ rebuild: lifeOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) }),
      false
    ],
    ['a bad one whose way back was not sent', { ...back({ rebuild: unsent }), health: bad }, false],
    ['a well one whose way back was cut off', { ...back({ rebuild: unsent }), cancelled: true }, false]
  ])('%s', (_, patch, expected) => expect(mayRejoin(deedOf(patch))).toBe(expected));
});

describe('how a deed ended', () => {
  test.each<[string, Partial<InstanceRun>, boolean]>([
    ['rebuilt', { rebuild: rebuilt }, true],
    ['skipped and healthy', { rebuild: lifeOf({ kind: 'skipped' }), health: good }, true],
    ['unhealthy', { rebuild: rebuilt, health: bad }, false],
    ['cancelled', { rebuild: rebuilt, cancelled: true }, false],
    ['nothing was done', {}, false]
  ])('%s', (_, patch, expected) => expect(hasSucceeded(deedOf(patch))).toBe(expected));

  test.each<[string, InstanceRun['rollback'], boolean]>([
    ['none', undefined, false],
    ['rebuilt', { imageId: 'm-old', rebuild: rebuilt }, true],
    ['skipped', { imageId: 'm-old', rebuild: lifeOf({ kind: 'skipped' }) }, true],
    ['healthy', { imageId: 'm-old', rebuild: rebuilt, health: good }, true],
    ['unhealthy', { imageId: 'm-old', rebuild: rebuilt, health: bad }, false],
    ['failed', { imageId: 'm-old', rebuild: failed({ kind: 'unproven' }) }, false],
    ['never tried', { imageId: 'm-old', problem: 'gone' }, false]
  ])('a rollback: %s', (_, rollback, expected) => {
    expect(isRolledBack(deedOf({ rebuild: rebuilt, health: bad, ...(rollback && { rollback }) }))).toBe(
      expected
    );
  });
});

describe('the report of a deed', () => {
  const order: PublicOptions = { login: { kind: 'adminPass' }, script: 'kept' };

  function reportOf(run: InstanceRun): InstanceReport {
    return reportInstance(run, stateOf([run], { options: order }));
  }

  test('while it goes on it is inProgress, and has no failure', () => {
    const report = reportOf(deedOf({ rebuild: rebuilt, health: bad, progress: 'working' }));
    expect(report.status).toBe('inProgress');
    expect(report.failure).toBeUndefined();
  });

  test('weights that did not come back leave a rollback what it is, and are named with who restores them', () => {
    const server = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 50 } as const;
    const rolledBack = deedOf({
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

  test('a healthy one that could not be rolled back says so, and not that its content is gone', () => {
    const rollback = { imageId: 'm-old', problem: 'GetImage m-old: gone.' };
    const report = reportOf(deedOf({ rebuild: rebuilt, health: good, rollback }));
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'rollbackFailed' } });
    expect(report.failure?.diskNote).toBe('It could not be rolled back to m-old: GetImage m-old: gone.');
  });

  test('weights that were being given back when the run was cancelled are a failure of their own', () => {
    const run = deedOf({ rebuild: rebuilt, health: good, rejoinProblem: 'the run was cancelled.' });
    const report = reportOf(run);
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'rejoin' } });
    expect(report.failure?.cause).toBe(
      'i-1: healthy, but its weights on the load balancers could not be restored: the run was cancelled.'
    );
  });

  test('a cancel in the check of a skipped one: nothing was done to it', () => {
    const skipped = lifeOf({ kind: 'skipped' }, { sends: 0, answered: false });
    const report = reportOf(deedOf({ rebuild: skipped, cancelled: true }));
    expect(report).toMatchObject({ status: 'notStarted', disk: 'untouched' });
    expect(report.failure).toMatchObject({
      reason: 'cancelled',
      cause: 'i-1: cancelled before it was known to be healthy; it runs on the image already'
    });
    const erased = reportOf(deedOf({ rebuild: rebuilt, cancelled: true }));
    expect(erased).toMatchObject({ status: 'failed', disk: 'erased' });
  });

  test('a rollback that is under way says so already', () => {
    const rollback = { imageId: 'm-old', rebuild: lifeOf() };
    const report = reportOf(deedOf({ rebuild: rebuilt, health: bad, rollback, progress: 'working' }));
    expect(report).toMatchObject({ status: 'inProgress', rollback: { imageId: 'm-old', ok: false } });
  });

  test('the backup that was started is named although it goes on', () => {
    const backup = { imageName: 'rbi-backup/i-1', imageId: 'm-b', isAvailable: false };
    const report = reportOf(deedOf({ backup, progress: 'working' }));
    expect(report.backup).toEqual({ imageId: 'm-b', imageName: 'rbi-backup/i-1' });
    expect(report.restoreWith).toEqual([]);
  });

  test('the lines of the way back name the login by its kind', () => {
    const run = deedOf({ rebuild: rebuilt });
    expect(restoreWithLines(run, order)).toEqual([
      'instanceId: i-1',
      'imageId: m-old',
      'adminPass: ${{ secrets.BCC_ADMIN_PASS }}'
    ]);
    const key: PublicOptions = { login: { kind: 'keypairId', keypairId: 'k-1' }, script: 'kept' };
    expect(restoreWithLines(run, key)[2]).toBe('keypairId: k-1');
    const keep: PublicOptions = { login: { kind: 'keepImageLogin' }, script: 'kept' };
    const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };
    expect(restoreWithLines(deedOf({ rebuild: rebuilt, backup }), keep)).toEqual([
      'instanceId: i-1',
      'imageId: m-b',
      'keepImageLogin: true'
    ]);
    const unfinished = { ...backup, isAvailable: false };
    expect(restoreWithLines(deedOf({ rebuild: rebuilt, backup: unfinished }), order)[1]).toBe(
      'imageId: m-old'
    );
  });
});
