import { describe, expect, test } from '@jest/globals';
import {
  currentWeights,
  describeHeldWeights,
  type HeldWeight,
  openHeldWeights,
  poolLabel,
  withHeldWeight
} from '../../../src/core/balancers/held-weights.ts';
import type { BackendServer } from '../../../src/core/model/backend-server.ts';

const ordinary: BackendServer = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 40 };
const group: BackendServer = {
  kind: 'appblb',
  blbId: 'lb-2',
  groupId: 'sg-1',
  instanceId: 'i-1',
  weight: 50
};
const otherGroup: BackendServer = { ...group, groupId: 'sg-2', weight: 60 };

function heldWeight(server: BackendServer, state: HeldWeight['state']): HeldWeight {
  return { server, state };
}

test('a weight is open while it is being lowered or held, not after it was restored', () => {
  const heldWeights = [
    heldWeight(ordinary, 'asked'),
    heldWeight(group, 'held'),
    heldWeight(otherGroup, 'returned')
  ];
  expect(openHeldWeights(heldWeights)).toEqual(heldWeights.slice(0, 2));
  expect(openHeldWeights([])).toEqual([]);
});

describe('with a hold', () => {
  test('of a new server there is one more', () => {
    const heldWeights = withHeldWeight([heldWeight(ordinary, 'held')], group, 'asked');
    expect(heldWeights).toEqual([heldWeight(ordinary, 'held'), heldWeight(group, 'asked')]);
  });

  test('of a known server its state and weight are the new ones', () => {
    const before = [heldWeight(ordinary, 'returned'), heldWeight(group, 'held')];
    const again = { ...ordinary, weight: 41 };
    expect(withHeldWeight(before, again, 'asked')).toEqual([
      heldWeight(again, 'asked'),
      heldWeight(group, 'held')
    ]);
    expect(before).toHaveLength(2);
  });

  test('of one group the other group of the same balancer stays', () => {
    const heldWeights = withHeldWeight([heldWeight(group, 'asked')], otherGroup, 'asked');
    expect(withHeldWeight(heldWeights, group, 'held')).toEqual([
      heldWeight(group, 'held'),
      heldWeight(otherGroup, 'asked')
    ]);
  });
});

test('without the weight of a server that was not changed the others stay', () => {
  const heldWeights = [heldWeight(ordinary, 'asked'), heldWeight(group, 'held')];
  expect(withHeldWeight(heldWeights, { ...ordinary, weight: 0 }, 'unchanged')).toEqual([
    heldWeight(group, 'held')
  ]);
  expect(withHeldWeight(heldWeights, otherGroup, 'unchanged')).toEqual(heldWeights);
});

describe('the weights of now', () => {
  test('without a hold are those of the plan', () => {
    const idle = { ...group, weight: 0 };
    expect(currentWeights([ordinary, idle], [])).toEqual([
      { server: ordinary, currentWeight: 40 },
      { server: idle, currentWeight: 0 }
    ]);
  });

  test.each<[HeldWeight['state'], number]>([
    ['asked', 0],
    ['held', 0],
    ['returned', 40]
  ])('of one that is %s is %i', (state, currentWeight) => {
    expect(currentWeights([ordinary], [heldWeight(ordinary, state)])).toEqual([
      { server: ordinary, currentWeight }
    ]);
  });

  test('come with the weight that was taken, not the one of the plan', () => {
    const server = { ...ordinary, weight: 17 };
    expect(currentWeights([ordinary], [heldWeight(server, 'held')])).toEqual([{ server, currentWeight: 0 }]);
  });

  test('have a server that came after the plan, and each server once', () => {
    const now = currentWeights(
      [ordinary, group],
      [heldWeight(group, 'held'), heldWeight(otherGroup, 'held')]
    );
    expect(now.map(({ server }) => server)).toEqual([ordinary, group, otherGroup]);
  });
});

test('in text: only open ones, with the previous weight', () => {
  const heldWeights = [
    heldWeight(ordinary, 'held'),
    heldWeight(group, 'asked'),
    heldWeight(otherGroup, 'returned')
  ];
  expect(describeHeldWeights(heldWeights)).toBe('lb-1 (was 40), lb-2/sg-1 (was 50)');
  expect(describeHeldWeights([])).toBe('');
  expect(poolLabel(otherGroup)).toBe('lb-2/sg-2');
});
