import { describe, expect, test } from '@jest/globals';
import { type PlannedIdentity, refusalsSincePlan } from '../../../src/core/plan/changes-since-plan.ts';
import { decide } from '../../../src/core/plan/decide.ts';
import { image, instance, taskOf } from '../rebuild/rebuilds.ts';

const planned = { name: instance.name, imageId: instance.imageId, status: 'Running', tags: [] };
const task: PlannedIdentity = { image, planned };
const web = [{ key: 'app', value: 'web' }];

function changesOf(patch: Partial<typeof instance>, more: Partial<PlannedIdentity> = {}): readonly string[] {
  return refusalsSincePlan({ ...instance, ...patch }, { ...task, ...more }).flatMap(({ reason }) =>
    reason.replace('it has changed since the plan was made: ', '').split(/, (?=its |the API )/)
  );
}

describe('what has changed since the plan', () => {
  test('nothing, or nothing is planned yet', () => {
    expect(changesOf({})).toEqual([]);
    expect(changesOf({ name: 'other', imageId: 'm-x' }, { planned: undefined })).toEqual([]);
  });

  test('name and image, all at once', () => {
    expect(changesOf({ name: 'kept', imageId: 'm-x' })).toEqual([
      `its name is "kept", not "${instance.name}"`,
      `its image is m-x, not ${instance.imageId}`
    ]);
  });

  test('the wanted image counts as a change, unless somebody was changing the instance when it was planned', () => {
    expect(changesOf({ imageId: image.id })).toHaveLength(1);
    const changing = { ...planned, status: 'Starting' };
    expect(changesOf({ imageId: image.id }, { planned: changing })).toEqual([]);
    expect(changesOf({ imageId: 'm-x' }, { planned: changing })).toHaveLength(1);
  });

  test('another system disk on the same image, unless somebody was changing the instance when it was planned', () => {
    const of = (diskId: string | undefined, facts: object) =>
      refusalsSincePlan(instance, { ...task, planned: { ...planned, ...facts } }, diskId);
    expect(of('v-2', { diskId: 'v-1' }).map(({ reason }) => reason)).toEqual([
      'it has changed since the plan was made: its system disk is v-2, not v-1: somebody has rebuilt it'
    ]);
    expect(of('v-1', { diskId: 'v-1' })).toEqual([]);
    expect(of('v-2', { diskId: 'v-1', status: 'Starting' })).toEqual([]);
    expect(of('v-2', {})).toEqual([]);
    expect(of(undefined, { diskId: 'v-1' })).toEqual([]);
  });

  test('tags that selected it', () => {
    const selected = { planned: { ...planned, tags: web } };
    expect(changesOf({ tags: [...web, { key: 'more', value: '' }] }, selected)).toEqual([]);
    expect(changesOf({ tags: [] }, selected)).toEqual(['it no longer carries app=web']);
    const { tags: _tags, ...without } = instance;
    expect(refusalsSincePlan(without, { ...task, ...selected })).toEqual([
      expect.objectContaining({
        reason: 'it has changed since the plan was made: the API no longer tells whether it carries app=web'
      })
    ]);
  });

  test('what was to be skipped is never erased', () => {
    expect(changesOf({ status: 'Error' }, { checkOnly: true })).toEqual(['its status is Error, not Running']);
  });
});

describe('a rollback', () => {
  const back = taskOf({ rollsBackFrom: 'm-own', force: false });
  const of = (status: string, imageId: string) => decide({ ...instance, status, imageId }, back);

  test.each([
    ['Running', 'm-own'],
    ['Stopped', 'm-own'],
    ['Error', 'm-own'],
    ['Error', 'm-hotfix']
  ])('of one that is %s on %s erases it', (status, imageId) => {
    expect(of(status, imageId)).toEqual({ action: 'rebuild' });
  });

  test.each([
    ['Running', 'm-hotfix'],
    ['Stopped', 'm-hotfix'],
    ['Stopped', image.id]
  ])('of one that is %s on %s leaves it alone', (status, imageId) => {
    expect(of(status, imageId)).toEqual({
      action: 'refuse',
      refusals: [
        {
          reason: `it runs on ${imageId}, not on m-own that this run put on it: somebody else has rebuilt it since`,
          remedy: expect.stringContaining('Find out who rebuilt it.')
        }
      ]
    });
  });

  test('of one that runs on the earlier image has nothing to do', () => {
    expect(of('Running', image.id)).toEqual({ action: 'skip' });
  });
});
