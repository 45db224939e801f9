import { describe, expect, test } from '@jest/globals';
import { decide, type Task } from '../../../src/core/plan/decide.ts';
import { describeRefusals, remedyOfRefusals } from '../../../src/core/plan/refusal.ts';
import { image, instance, taskOf } from '../rebuild/rebuilds.ts';

describe('decisions', () => {
  test.each([
    ['Running', 'm-old', {}, 'rebuild'],
    ['Running', 'm-new', {}, 'skip'],
    ['Stopped', 'm-new', {}, 'start'],
    ['Error', 'm-new', {}, 'rebuild'],
    ['Running', 'm-new', { force: true }, 'rebuild'],
    ['Starting', 'm-old', {}, 'wait'],
    ['Moving', 'm-old', {}, 'wait'],
    ['Reinstalling', 'm-old', {}, 'wait'],
    ['Deleted', 'm-new', {}, 'refuse']
  ])('%s on %s', (status, imageId, patch, action) => {
    expect(decide({ ...instance, status, imageId }, taskOf(patch)).action).toBe(action);
  });

  test('what is gone is to be taken out of that by which it was selected', () => {
    const remedyOf = (patch: Partial<Task>): string => {
      const decision = decide({ ...instance, status: 'Expired' }, taskOf(patch));
      return decision.action === 'refuse' ? remedyOfRefusals(decision.refusals) : '';
    };
    expect(remedyOf({})).toBe('Take it out of instanceId, or renew or restore it first.');
    expect(remedyOf({ selectedBy: [{ key: 'app', value: 'web' }] })).toBe(
      'Take the tags of instanceTag off it, or renew or restore it first.'
    );
  });

  test('every reason to refuse is given at once', () => {
    const task = taskOf({
      loginKind: 'keepImageLogin',
      image: { ...image, type: 'System', status: 'NotAvailable' }
    });
    const decision = decide({ ...instance, deletionProtection: true }, task);
    if (decision.action !== 'refuse') throw new Error('not refused');
    expect(describeRefusals(decision.refusals)).toBe(
      'deletionProtection is on; the image is NotAvailable, not Available; keepImageLogin needs a custom or shared image, and this one is a System image'
    );
    expect(decide({ ...instance, deletionProtection: true }, taskOf({ allowProtected: true })).action).toBe(
      'rebuild'
    );
    expect(decide(instance, taskOf({ loginKind: 'keepImageLogin' })).action).toBe('rebuild');
  });
});
