import { expect, test } from '@jest/globals';
import { instanceBefore } from '../../../src/core/rebuild/instance-before.ts';
import { begin } from '../../../src/core/rebuild/step-rebuild.ts';
import { instance, taskOf } from './rebuilds.ts';

const [state] = begin(taskOf(), 0);
const seen = { ...instance, imageId: 'm-later' };
const reference = { atMs: 5, answeredAtMs: 5, isFresh: true, instance: seen };

test('before a send it is what the plan saw', () => {
  expect(instanceBefore(undefined, instance)).toBe(instance);
  expect(instanceBefore({ ...state, reference }, instance)).toBe(instance);
});

test('after a send it is the last observation before it', () => {
  expect(instanceBefore({ ...state, reference, sends: 1 }, instance)).toBe(seen);
  expect(instanceBefore({ ...state, reference, inDoubt: true }, instance)).toBe(seen);
});
