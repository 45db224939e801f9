import { describe, expect, test } from '@jest/globals';
import type { Place } from '../../../src/core/model/backend-server.ts';
import {
  describeHolds,
  type Hold,
  isSamePool,
  openHolds,
  poolLabel,
  reportPlaces,
  withHold,
  withoutHold
} from '../../../src/core/balancers/held-weights.ts';

const ordinary: Place = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 40 };
const group: Place = { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1', instanceId: 'i-1', weight: 50 };
const otherGroup: Place = { ...group, groupId: 'sg-2', weight: 60 };

function hold(place: Place, state: Hold['state']): Hold {
  return { place, state };
}

test.each<[Place, Place, boolean]>([
  [ordinary, { ...ordinary, weight: 0 }, true],
  [ordinary, { ...ordinary, blbId: 'lb-9' }, false],
  [group, { ...group, weight: 1 }, true],
  [group, otherGroup, false],
  [ordinary, { ...ordinary, kind: 'appblb' }, false]
])('%j and %j are in the same pool: %s', (one, other, same) => {
  expect(isSamePool(one, other)).toBe(same);
  expect(isSamePool(other, one)).toBe(same);
});

test('what is asked or held is open, what is returned is not', () => {
  const holds = [hold(ordinary, 'asked'), hold(group, 'held'), hold(otherGroup, 'returned')];
  expect(openHolds(holds)).toEqual(holds.slice(0, 2));
  expect(openHolds([])).toEqual([]);
});

describe('with a hold', () => {
  test('of a new place there is one more', () => {
    const holds = withHold([hold(ordinary, 'held')], hold(group, 'asked'));
    expect(holds).toEqual([hold(ordinary, 'held'), hold(group, 'asked')]);
  });

  test('of a known place its state and weight are the new ones', () => {
    const before = [hold(ordinary, 'returned'), hold(group, 'held')];
    const again = hold({ ...ordinary, weight: 41 }, 'asked');
    expect(withHold(before, again)).toEqual([hold(group, 'held'), again]);
    expect(before).toHaveLength(2);
  });

  test('of one group the other group of the same balancer stays', () => {
    const holds = withHold([hold(group, 'asked')], hold(otherGroup, 'asked'));
    expect(withHold(holds, hold(group, 'held'))).toEqual([hold(otherGroup, 'asked'), hold(group, 'held')]);
  });
});

test('without a place the others stay', () => {
  const holds = [hold(ordinary, 'asked'), hold(group, 'held')];
  expect(withoutHold(holds, { ...ordinary, weight: 0 })).toEqual([hold(group, 'held')]);
  expect(withoutHold(holds, otherGroup)).toEqual(holds);
});

describe('in the result', () => {
  test('places without a hold have the weight of the plan', () => {
    expect(reportPlaces([ordinary, { ...group, weight: 0 }], [])).toEqual([
      { kind: 'blb', blbId: 'lb-1', weight: 40, now: 40 },
      { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1', weight: 0, now: 0 }
    ]);
  });

  test.each<[Hold['state'], number]>([
    ['asked', 0],
    ['held', 0],
    ['returned', 40]
  ])('one that is %s has the weight %i now', (state, now) => {
    expect(reportPlaces([ordinary], [hold(ordinary, state)])).toEqual([
      { kind: 'blb', blbId: 'lb-1', weight: 40, now }
    ]);
  });

  test('the weight of before is the one that was taken, not the one of the plan', () => {
    expect(reportPlaces([ordinary], [hold({ ...ordinary, weight: 17 }, 'held')])).toEqual([
      { kind: 'blb', blbId: 'lb-1', weight: 17, now: 0 }
    ]);
  });

  test('a place that came after the plan is there, and each is there once', () => {
    const reported = reportPlaces([ordinary, group], [hold(group, 'held'), hold(otherGroup, 'held')]);
    expect(reported.map(({ blbId, groupId }) => [blbId, groupId])).toEqual([
      ['lb-1', undefined],
      ['lb-2', 'sg-1'],
      ['lb-2', 'sg-2']
    ]);
  });

  test('no key of an ordinary one says anything of a group', () => {
    const reported = [...reportPlaces([ordinary], []), ...reportPlaces([], [hold(ordinary, 'held')])];
    expect(reported.some((place) => 'groupId' in place)).toBe(false);
  });
});

test('in words: only what is open, with the weight of before', () => {
  const holds = [hold(ordinary, 'held'), hold(group, 'asked'), hold(otherGroup, 'returned')];
  expect(describeHolds(holds)).toBe('lb-1 (was 40), lb-2/sg-1 (was 50)');
  expect(describeHolds([])).toBe('');
  expect(poolLabel(otherGroup)).toBe('lb-2/sg-2');
});
