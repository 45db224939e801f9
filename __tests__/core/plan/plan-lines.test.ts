import { describe, expect, test } from '@jest/globals';
import { withoutSecrets } from '../../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../../src/core/model/secret.ts';
import { imageLabel } from '../../../src/core/plan/labels.ts';
import { makePlan, type Target } from '../../../src/core/plan/plan.ts';
import { planLines } from '../../../src/core/plan/plan-lines.ts';
import { rolloutOfOne as how } from '../../support/plan.ts';
import { disk, image, instance, taskOf } from '../rebuild/rebuilds.ts';

describe('the plan in words', () => {
  const target: Target = {
    task: taskOf(),
    instance,
    disk,
    circumstances: { rollbackImage: { kind: 'notAsked' } },
    snapshots: [{ id: 's-1', name: 'daily', createTime: '2026-01-01T00:00:00Z', volumeId: 'v-old' }]
  };
  const order = { login: { kind: 'keypairId', keypairId: 'k-1' }, script: 'kept' } as const;

  test('says what is erased, by name, and what stays', () => {
    const text = planLines(makePlan(image, order, [target], how), false).join('\n');
    expect(text).toContain('m-new (web-2, Ubuntu 22.04 amd64, created 2026-02-10T08:00:00Z)');
    expect(text).toContain(
      'erases system disk v-old, 40 GB, and its snapshots: daily (s-1, 2026-01-01T00:00:00Z)'
    );
    expect(text).toContain('keeps  data disks, IP addresses, custom images');
    expect(text).toContain('with the key pair k-1');
    expect(text).toContain('the earlier script, if there is one, runs again');
  });

  test.each([
    [{ status: 'Running', imageId: 'm-new' }, 'skip: it already runs on the image'],
    [{ status: 'Stopped', imageId: 'm-new' }, 'start: it is already on the image, but Stopped'],
    [{ status: 'Starting' }, 'wait: its status is Starting; decide when the change has ended'],
    [{ status: 'Expired' }, 'refuse: its status is Expired']
  ])('%j', (patch, words) => {
    const plan = makePlan(image, order, [{ ...target, instance: { ...instance, ...patch } }], how);
    expect(planLines(plan, false).join('\n')).toContain(words);
  });

  test('unknown details are left out and not invented', () => {
    const bare = { ...image, name: '', osName: '', osVersion: '', osArch: '', createTime: '' };
    expect(imageLabel(bare)).toBe('m-new');
    const keep = withoutSecrets({ login: { kind: 'keepImageLogin' }, userData: new Secret('#!/bin/sh') });
    const none = { ...target, disk: undefined, snapshots: [], instance: { ...instance, name: '' } };
    const text = planLines(makePlan(bare, keep, [none], how), false).join('\n');
    expect(text).toContain('the API shows no details of it');
    expect(text).toContain('as stored in the image (keepImageLogin)');
    expect(text).toContain('the script given as userData runs at first boot');
    const cleared = withoutSecrets({
      login: { kind: 'adminPass', adminPass: new Secret('Secret-123') },
      cleanLastUserData: true
    });
    const other = planLines(makePlan(bare, cleared, [{ ...target, snapshots: [] }], how), false).join('\n');
    expect(other).toContain('it has no snapshots');
    expect(other).toContain('no script runs: the earlier one is cleared');
    expect(other).not.toContain('Secret-123');
  });
});
