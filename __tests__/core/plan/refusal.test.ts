import { expect, test } from '@jest/globals';
import { describeRefusals, type Refusal, remedyOfRefusals } from '../../../src/core/plan/refusal.ts';

test('a refusal names every reason and what to do about each', () => {
  const refusals: readonly Refusal[] = [
    { reason: 'its status is Expired', remedy: 'Renew it.' },
    { reason: 'deletionProtection is on', remedy: 'Switch it off.' }
  ];
  expect(describeRefusals(refusals)).toBe('its status is Expired; deletionProtection is on');
  expect(remedyOfRefusals(refusals)).toBe('Renew it. Switch it off.');
});
