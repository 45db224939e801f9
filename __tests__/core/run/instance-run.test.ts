import { describe, expect, test } from '@jest/globals';
import type { RebuildOrder } from '../../../src/core/model/rebuild-spec.ts';
import type { PlannedTarget } from '../../../src/core/plan/plan.ts';
import type { Ending } from '../../../src/core/rebuild/ending.ts';
import type { Life, Sight } from '../../../src/core/rebuild/rebuild-state.ts';
import { begin } from '../../../src/core/rebuild/step-rebuild.ts';
import {
  type Checked,
  type Deed,
  isRolledBack,
  isWell,
  isWorthARollback,
  mayRejoin,
  outcomeOf
} from '../../../src/core/run/instance-run.ts';
import { reportDeed } from '../../../src/core/report/instance-report.ts';
import { wayBackLines } from '../../../src/core/report/restore-with.ts';
import { disk, failureOf, instance, taskOf } from '../rebuild/rebuilds.ts';

const target: PlannedTarget = {
  task: taskOf(),
  instance,
  disk,
  snapshots: [],
  circumstances: { wayBack: { kind: 'notAsked' }, imageQuota: 20 },
  decision: { action: 'rebuild' },
  warnings: []
};

function lifeOf(ending?: Ending, patch: Partial<Life> = {}): Life {
  const [life] = begin(taskOf(), 0);
  return { ...life, sends: 1, answered: true, ...patch, ...(ending === undefined ? {} : { ending }) };
}

const good: Checked = { healthy: true, fromMs: 0, atMs: 1_000, history: [] };
const bad: Checked = { healthy: false, fromMs: 0, atMs: 1_000, history: [], reason: { kind: 'refused' } };
const rebuilt = lifeOf({ kind: 'rebuilt' });

function deedOf(patch: Partial<Deed>): Deed {
  return { target, knownHosts: [], holds: [], cancelled: false, ...patch };
}

const failed = (reason: Extract<Ending, { kind: 'failed' }>['reason']): Life =>
  lifeOf({ kind: 'failed', reason });

/** A look that shows this status. */
function seen(status = 'Running'): Sight {
  return { atMs: 1_000, instance: { ...instance, status } };
}

describe('whether a rollback may come', () => {
  test.each<[string, Partial<Deed>, boolean]>([
    ['nothing was done', {}, false],
    ['all is well', { life: rebuilt, health: good }, false],
    ['unhealthy', { life: rebuilt, health: bad }, true],
    ['unhealthy, but skipped', { life: lifeOf({ kind: 'skipped' }), health: bad }, false],
    ['unhealthy, but cancelled', { life: rebuilt, health: bad, cancelled: true }, false],
    ['Error', { life: failed({ kind: 'status', status: 'Error' }) }, true],
    ['Error, but cancelled', { life: failed({ kind: 'status', status: 'Error' }), cancelled: true }, false],
    ['Expired', { life: failed({ kind: 'status', status: 'Expired' }) }, false],
    ['timed out', { life: failed({ kind: 'timedOut', status: 'Starting' }) }, true],
    ['the wrong image', { life: failed({ kind: 'wrongImage', imageId: 'm-x', imageName: '' }) }, true],
    ['unproven', { life: failed({ kind: 'unproven' }) }, false],
    ['unclear', { life: failed({ kind: 'unclear', status: 'Running' }) }, false],
    ['busy', { life: failed({ kind: 'busy', status: 'Starting' }) }, false],
    ['gone', { life: failed({ kind: 'gone' }) }, false],
    ['refused', { life: failed({ kind: 'refused', refusals: [] }) }, false],
    ['denied', { life: failed({ kind: 'call', failure: failureOf('denied') }) }, false],
    ['cancelled', { life: lifeOf({ kind: 'cancelled' }) }, false]
  ])('%s', (_, patch, expected) => expect(isWorthARollback(deedOf(patch))).toBe(expected));
});

describe('whose it is to put back', () => {
  const unhealthyWith = (life: Life, more: Partial<Deed> = {}) => deedOf({ life, health: bad, ...more });
  const adopted = lifeOf({ kind: 'rebuilt' }, { sends: 0, answered: false, adopted: true });
  const onIt: Partial<Deed> = { target: { ...target, instance: { ...instance, imageId: 'm-new' } } };
  const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };

  test.each<[string, Deed, boolean]>([
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
  ])('%s', (_, deed, expected) => {
    expect(isWorthARollback(deed)).toBe(expected);
    expect(outcomeOf(deed)).toMatchObject({ result: 'failed', isAway: true, canGoBack: expected });
    // With a check that passes it is well, and may be put back with the others.
    expect(outcomeOf({ ...deed, health: good })).toEqual({
      result: 'well',
      isAway: false,
      canGoBack: expected
    });
  });

  test('one that was skipped or not waited for never goes back; the latter is away as long as this run lives', () => {
    const skipped = lifeOf({ kind: 'skipped' }, { sends: 0, answered: false });
    expect(outcomeOf(deedOf({ life: skipped }))).toEqual({ result: 'well', isAway: false, canGoBack: false });
    const started = lifeOf({ kind: 'started' });
    expect(outcomeOf(deedOf({ life: started }))).toEqual({ result: 'well', isAway: true, canGoBack: false });
  });

  test('one in doubt is away, and cannot go back', () => {
    const doubt = lifeOf({ kind: 'cancelled' }, { sends: 0, answered: false, inDoubt: true, last: seen() });
    expect(outcomeOf(deedOf({ life: doubt, cancelled: true }))).toEqual({
      result: 'cancelled',
      isAway: true,
      canGoBack: false
    });
  });
});

describe('who gets its traffic back', () => {
  const whole = { sends: 0, answered: false, last: seen() } as const;
  const refused = { kind: 'failed', reason: { kind: 'refused', refusals: [] } } as const;
  const denied = { kind: 'failed', reason: { kind: 'call', failure: failureOf('denied') } } as const;
  const unsent = lifeOf(denied, whole);
  const back = (more: Partial<NonNullable<Deed['rollback']>>): Partial<Deed> => ({
    life: rebuilt,
    rollback: { imageId: 'm-old', ...more }
  });

  test.each<[string, Partial<Deed>, boolean]>([
    ['what is well', { life: rebuilt, health: good }, true],
    ['what is not', { life: rebuilt, health: bad }, false],
    ['what nothing was done to, and runs', { life: lifeOf(refused, whole) }, true],
    [
      'what nothing was done to, and stands',
      { life: lifeOf(refused, { ...whole, last: seen('Stopped') }) },
      false
    ],
    [
      'what vanished before anything was done to it',
      { life: lifeOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) },
      false
    ],
    [
      'what was refused together with others, and is in doubt',
      { life: lifeOf(refused, { ...whole, inDoubt: true }) },
      false
    ],
    ['what was put back', { ...back({ life: rebuilt }), health: bad }, true],
    ['what was put back and is not well', { ...back({ life: rebuilt, health: bad }), health: bad }, false],
    ['a well one whose way back could not be tried', back({ problem: 'it is gone' }), true],
    ['a well one whose way back was not sent', back({ life: unsent }), true],
    ['a well one whose way back was sent', back({ life: failed({ kind: 'unproven' }) }), false],
    [
      'a well one that vanished on its way back',
      back({ life: lifeOf({ kind: 'failed', reason: { kind: 'gone' } }, whole) }),
      false
    ],
    ['a bad one whose way back was not sent', { ...back({ life: unsent }), health: bad }, false],
    ['a well one whose way back was cut off', { ...back({ life: unsent }), cancelled: true }, false]
  ])('%s', (_, patch, expected) => expect(mayRejoin(deedOf(patch))).toBe(expected));
});

describe('how a deed ended', () => {
  test.each<[string, Partial<Deed>, boolean]>([
    ['rebuilt', { life: rebuilt }, true],
    ['skipped and healthy', { life: lifeOf({ kind: 'skipped' }), health: good }, true],
    ['unhealthy', { life: rebuilt, health: bad }, false],
    ['cancelled', { life: rebuilt, cancelled: true }, false],
    ['nothing was done', {}, false]
  ])('%s', (_, patch, expected) => expect(isWell(deedOf(patch))).toBe(expected));

  test.each<[string, Deed['rollback'], boolean]>([
    ['none', undefined, false],
    ['rebuilt', { imageId: 'm-old', life: rebuilt }, true],
    ['skipped', { imageId: 'm-old', life: lifeOf({ kind: 'skipped' }) }, true],
    ['healthy', { imageId: 'm-old', life: rebuilt, health: good }, true],
    ['unhealthy', { imageId: 'm-old', life: rebuilt, health: bad }, false],
    ['failed', { imageId: 'm-old', life: failed({ kind: 'unproven' }) }, false],
    ['never tried', { imageId: 'm-old', problem: 'gone' }, false]
  ])('a rollback: %s', (_, rollback, expected) => {
    expect(isRolledBack(deedOf({ life: rebuilt, health: bad, ...(rollback && { rollback }) }))).toBe(
      expected
    );
  });
});

describe('the report of a deed', () => {
  const era = { nowMs: 0, wallMs: Date.UTC(2026, 2, 1) };
  const order: RebuildOrder = { imageId: 'm-new', login: { kind: 'adminPass', adminPass: 'Abcdef1!xyz' } };

  test('while it goes on it is inProgress, and has no failure', () => {
    const report = reportDeed(deedOf({ life: rebuilt, health: bad }), order, era, 5_000, false);
    expect(report.status).toBe('inProgress');
    expect(report.failure).toBeUndefined();
  });

  test('weights that did not come back leave a rollback what it is, and are named with who restores them', () => {
    const place = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 50 } as const;
    const rolledBack = deedOf({
      life: rebuilt,
      health: bad,
      rollback: { imageId: 'm-old', life: rebuilt, health: good },
      holds: [{ place, state: 'held' }],
      rejoinProblem: 'it is locked.'
    });
    const report = reportDeed(rolledBack, order, era, 5_000, true);
    expect(report).toMatchObject({ status: 'rolledBack', rollback: { ok: true }, wayBack: [] });
    expect(report.failure).toMatchObject({ reason: 'unhealthy' });
    expect(report.failure?.disk).toBe(
      'The instance was put back onto m-old and is healthy again. It gets no traffic: its weight is 0 on lb-1 (was 50).'
    );
    expect(report.failure?.remedy).toContain('The post step of this action restores the weights');
  });

  test('a well one that could not be put back says so, and not that its content is gone', () => {
    const rollback = { imageId: 'm-old', problem: 'GetImage m-old: gone.' };
    const report = reportDeed(deedOf({ life: rebuilt, health: good, rollback }), order, era, 5_000, true);
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'putBack' } });
    expect(report.failure?.disk).toBe('It could not be put back onto m-old: GetImage m-old: gone.');
  });

  test('weights that were being given back when the run was cancelled are a failure of their own', () => {
    const deed = deedOf({ life: rebuilt, health: good, rejoinProblem: 'the run was cancelled.' });
    const report = reportDeed(deed, order, era, 5_000, true);
    expect(report).toMatchObject({ status: 'failed', failure: { reason: 'rejoin' } });
    expect(report.failure?.cause).toBe(
      'i-1: well, but its weights on the load balancers could not be restored: the run was cancelled.'
    );
  });

  test('a cancel in the check of a skipped one: nothing was done to it', () => {
    const skipped = lifeOf({ kind: 'skipped' }, { sends: 0, answered: false });
    const report = reportDeed(deedOf({ life: skipped, cancelled: true }), order, era, 5_000, true);
    expect(report).toMatchObject({ status: 'notStarted', disk: 'untouched' });
    expect(report.failure).toMatchObject({
      reason: 'cancelled',
      cause: 'i-1: cancelled before it was known to be healthy; it runs on the image already'
    });
    const erased = reportDeed(deedOf({ life: rebuilt, cancelled: true }), order, era, 5_000, true);
    expect(erased).toMatchObject({ status: 'failed', disk: 'erased' });
  });

  test('a rollback that is under way says so already', () => {
    const rollback = { imageId: 'm-old', life: lifeOf() };
    const report = reportDeed(deedOf({ life: rebuilt, health: bad, rollback }), order, era, 5_000, false);
    expect(report).toMatchObject({ status: 'inProgress', rollback: { imageId: 'm-old', ok: false } });
  });

  test('the backup that was begun is named although it goes on', () => {
    const backup = { imageName: 'rbi-backup/i-1', imageId: 'm-b', isAvailable: false };
    const report = reportDeed(deedOf({ backup }), order, era, 5_000, false);
    expect(report.backup).toEqual({ imageId: 'm-b', imageName: 'rbi-backup/i-1' });
    expect(report.wayBack).toEqual([]);
  });

  test('the lines of the way back name the login by its kind', () => {
    const deed = deedOf({ life: rebuilt });
    expect(wayBackLines(deed, order)).toEqual([
      'instanceId: i-1',
      'imageId: m-old',
      'adminPass: ${{ secrets.BCC_ADMIN_PASS }}'
    ]);
    const key: RebuildOrder = { imageId: 'm-new', login: { kind: 'keypairId', keypairId: 'k-1' } };
    expect(wayBackLines(deed, key)[2]).toBe('keypairId: k-1');
    const same: RebuildOrder = { ...key, imageId: 'm-old' };
    expect(wayBackLines(deed, same).slice(2)).toEqual(['keypairId: k-1', 'force: true']);
    const keep: RebuildOrder = { imageId: 'm-new', login: { kind: 'keepImageLogin' } };
    const backup = { imageName: 'b', imageId: 'm-b', isAvailable: true };
    expect(wayBackLines(deedOf({ life: rebuilt, backup }), keep)).toEqual([
      'instanceId: i-1',
      'imageId: m-b',
      'keepImageLogin: true'
    ]);
    const unfinished = { ...backup, isAvailable: false };
    expect(wayBackLines(deedOf({ life: rebuilt, backup: unfinished }), order)[1]).toBe('imageId: m-old');
  });
});
