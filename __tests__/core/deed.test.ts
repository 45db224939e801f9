import { describe, expect, test } from '@jest/globals';
import type { RebuildOrder } from '../../src/core/model/order.ts';
import type { PlannedTarget } from '../../src/core/plan/plan.ts';
import type { Ending } from '../../src/core/rebuild/ending.ts';
import type { Life } from '../../src/core/rebuild/state.ts';
import { begin } from '../../src/core/rebuild/step.ts';
import {
  type Checked,
  type Deed,
  isRolledBack,
  isWell,
  isWorthARollback
} from '../../src/core/report/deed.ts';
import { reportDeed } from '../../src/core/report/instance.ts';
import { wayBackLines } from '../../src/core/report/way-back.ts';
import { disk, failureOf, instance, taskOf } from './lives.ts';

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
