import { expect, test } from '@jest/globals';
import { unavailableBefore } from '../../../src/core/run/unavailable-before.ts';
import { instance } from '../rebuild/rebuilds.ts';
import { runOf, stateOf, targetOf } from './runs.ts';

test('only what did not serve when the plan was made is named, with the reason', () => {
  const stopped = targetOf('i-2', { instance: { ...instance, id: 'i-2', status: 'Stopped' } });
  const state = stateOf([runOf({}), runOf({ target: stopped })]);
  expect(unavailableBefore(state)).toEqual([{ instanceId: 'i-2', why: expect.stringContaining('Stopped') }]);
});
