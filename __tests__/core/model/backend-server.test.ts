import { expect, test } from '@jest/globals';
import { type BackendServer, poolKey } from '../../../src/core/model/backend-server.ts';

const ordinary: BackendServer = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-1', weight: 40 };
const group: BackendServer = { ...ordinary, kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1' };

test.each<[BackendServer, BackendServer, boolean]>([
  [ordinary, { ...ordinary, weight: 0 }, true],
  [ordinary, { ...ordinary, instanceId: 'i-2' }, true],
  [ordinary, { ...ordinary, blbId: 'lb-9' }, false],
  [group, { ...group, weight: 1 }, true],
  [group, { ...group, groupId: 'sg-2' }, false],
  [ordinary, { ...ordinary, kind: 'appblb' }, false]
])('%j and %j are in the same pool: %s', (one, other, same) => {
  expect(poolKey(one) === poolKey(other)).toBe(same);
});
