import { expect, test } from '@jest/globals';
import { diskStateOf } from '../../../src/core/rebuild/disk-state.ts';
import { playRebuild, taskOf } from './rebuilds.ts';

test('a rebuild that is not proven is not reported as erased', () => {
  const { rebuild } = playRebuild(taskOf(), { show: () => ({}) });
  expect(rebuild.ending).toEqual({ kind: 'failed', reason: { kind: 'unproven' } });
  expect(diskStateOf(rebuild)).toBe('unknown');
});
