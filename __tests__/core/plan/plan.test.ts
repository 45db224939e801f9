import { describe, expect, test } from '@jest/globals';
import type { BackendServer } from '../../../src/core/model/backend-server.ts';
import type { Instance } from '../../../src/core/model/instance.ts';
import type { Task } from '../../../src/core/plan/decide.ts';
import { isRefused, makePlan, type Target } from '../../../src/core/plan/plan.ts';
import { planLines } from '../../../src/core/plan/plan-lines.ts';
import type { Circumstances } from '../../../src/core/plan/preflight.ts';
import { rolloutOfOne as how } from '../../support/plan.ts';
import { disk, image, instance, taskOf } from '../rebuild/rebuilds.ts';
import { nameOfRefusal } from './refusal-names.ts';

const order = { login: { kind: 'keepImageLogin' }, script: 'kept' } as const;

function targetOf(
  patch: Partial<Instance>,
  circumstances: Partial<Circumstances> = {},
  task: Partial<Task> = {}
): Target {
  return {
    task: taskOf(task),
    instance: { ...instance, ...patch },
    disk,
    snapshots: [],
    circumstances: { rollbackImage: { kind: 'notAsked' }, ...circumstances }
  };
}

function decisionOf(target: Target): string {
  const [planned] = makePlan(image, order, [target], how).targets;
  const { decision } = planned ?? { decision: { action: 'none' } as const };
  return decision.action === 'refuse' ? decision.refusals.map(nameOfRefusal).join() : decision.action;
}

/** Every reason against a rebuild. */
const against: Partial<Circumstances> = { rollbackImage: { kind: 'missing' }, imagesLeft: 0 };
const bare = { spec: 'ebc.x', osArch: 'arm64' };

describe('a plan', () => {
  test.each<[string, Target, string]>([
    ['rebuild', targetOf({}), 'rebuild'],
    [
      'all reasons against a rebuild',
      targetOf(bare, against),
      'bareMetal,otherArchitecture,noRollbackImage,noImageQuota'
    ],
    [
      'reasons of the decision and of the circumstances',
      targetOf({ deletionProtection: true }, against),
      'protected,noRollbackImage,noImageQuota'
    ],
    ['a skip erases nothing', targetOf({ ...bare, imageId: 'm-new' }, against), 'skip'],
    ['a start erases nothing', targetOf({ ...bare, imageId: 'm-new', status: 'Stopped' }, against), 'start'],
    ['a wait may', targetOf({ ...bare, status: 'Starting' }), 'bareMetal,otherArchitecture'],
    [
      'a forced one does',
      targetOf({ ...bare, imageId: 'm-new' }, {}, { force: true }),
      'bareMetal,otherArchitecture'
    ],
    [
      'a broken one does',
      targetOf({ ...bare, imageId: 'm-new', status: 'Error' }),
      'bareMetal,otherArchitecture'
    ],
    [
      'an instance with another name is not even skipped',
      targetOf({ imageId: 'm-new' }, { confirmName: 'x' }),
      'otherName'
    ],
    [
      'an instance with another name is not even started',
      targetOf({ imageId: 'm-new', status: 'Stopped' }, { confirmName: 'x' }),
      'otherName'
    ],
    [
      'a skip that could not be checked',
      targetOf(
        { imageId: 'm-new', publicIp: '' },
        { checks: [{ kind: 'tcp', hostPattern: '{publicIp}', port: 1 }] }
      ),
      'noHealthTarget'
    ]
  ])('%s', (_, target, expected) => expect(decisionOf(target)).toBe(expected));

  test('one refusal refuses the run', () => {
    const good = targetOf({});
    expect(isRefused(makePlan(image, order, [good, good], how))).toBe(false);
    expect(isRefused(makePlan(image, order, [good, targetOf({ status: 'Expired' })], how))).toBe(true);
  });

  test('warnings are only where something may be erased, and the lines show them', () => {
    const broken = makePlan(image, order, [targetOf({ status: 'Error' })], how);
    expect(broken.targets[0]?.warnings).toHaveLength(1);
    expect(planLines(broken, false).join('\n')).toContain('its status is Error');
    const skipped = makePlan(image, order, [targetOf({ imageId: 'm-new', osName: 'Windows' })], how);
    expect(skipped.targets[0]?.warnings).toEqual([]);
  });

  test.each<
    [string, readonly string[] | undefined, readonly (readonly [string, number])[], readonly string[]]
  >([
    ['no load balancer is asked for', undefined, [], []],
    [
      'it is in all of them',
      ['lb-1', 'lb-2'],
      [
        ['lb-1', 9],
        ['lb-2', 9]
      ],
      []
    ],
    [
      'it is in one of them',
      ['lb-1', 'lb-2'],
      [['lb-2', 9]],
      ['it is no member of the load balancer lb-1, so it does not leave it']
    ],
    [
      'it is in none of them',
      ['lb-1', 'lb-2'],
      [],
      [
        'it is no member of the load balancer lb-1, so it does not leave it',
        'it is no member of the load balancer lb-2, so it does not leave it'
      ]
    ],
    [
      'it is in one with the weight 0',
      ['lb-1', 'lb-2'],
      [['lb-1', 0]],
      [
        'it is no member of the load balancer lb-2, so it does not leave it',
        'its weight on lb-1 was 0 even before the run, and stays 0'
      ]
    ]
  ])('warns of load balancers: %s', (_, blbIds, weights, expected) => {
    const backendServers = weights.map(
      ([blbId, weight]): BackendServer => ({ kind: 'blb', blbId, instanceId: 'i-1', weight })
    );
    const target: Target = {
      ...targetOf({}, { blbIds }),
      ...(blbIds === undefined ? {} : { backendServers })
    };
    expect(makePlan(image, order, [target], how).targets[0]?.warnings).toEqual(expected);
  });

  test('a refusal is in the lines with all its reasons', () => {
    const text = planLines(
      makePlan(image, order, [targetOf({ deletionProtection: true }, against)], how),
      false
    ).join('\n');
    expect(text).toContain('refuse: deletionProtection is on; rollback is asked for');
    expect(text).toContain('all 20 custom images');
  });
});

test('a script that may never run is warned of if it would be used', () => {
  const scriptWarning = 'userData may never run at first boot: why';
  const warningsOf = (patch: Partial<Instance>): readonly string[] =>
    makePlan(image, order, [targetOf(patch)], { ...how, scriptWarning }).targets.flatMap(
      ({ warnings }) => warnings
    );
  expect(warningsOf({})).toContain(scriptWarning);
  expect(warningsOf({ imageId: image.id })).not.toContain(scriptWarning);
});
