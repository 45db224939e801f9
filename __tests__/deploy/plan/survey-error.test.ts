import { describe, expect, test } from '@jest/globals';
import type { CallFailure } from '../../../src/core/model/failure.ts';
import { withoutRepeats } from '../../../src/core/report/without-repeats.ts';
import { problemOf } from '../../../src/deploy/plan/survey-error.ts';

const base: CallFailure = {
  kind: 'denied',
  operation: 'GetImage',
  target: 'm-1',
  message: 'no',
  attempts: 1
};
const words = (...texts: readonly string[]): number => texts.join(' ').split(/\s+/).length;

describe('the message of a typical mistake', () => {
  test('a wrong secret blames the keys and not the policy, once for all reads', () => {
    const wrong = ['GetImage', 'ListInstances', 'GetInstance'].map((operation) =>
      problemOf({ ...base, operation, code: 'SignatureDoesNotMatch' }, 'bj')
    );
    const told = withoutRepeats(wrong);
    expect(told).toHaveLength(1);
    expect(told[0]?.remedy).toContain('secretAccessKey');
    expect(told[0]?.remedy).not.toContain('policy');
    expect(words(...told.flatMap(({ cause, remedy }) => [cause, remedy]))).toBeLessThanOrEqual(40);
  });

  test('a call that the policy denies blames the policy and not the keys, each call by name', () => {
    const denied = ['GetImage', 'RebuildInstance'].map((operation) =>
      problemOf({ ...base, operation, code: 'AccessDenied' })
    );
    expect(withoutRepeats(denied).map(({ remedy }) => remedy)).toEqual([
      'Let the policy of the user permit GetImage.',
      'Let the policy of the user permit RebuildInstance.'
    ]);
  });

  test('an image that is not in the region names the input and the region', () => {
    expect(problemOf({ ...base, kind: 'notFound', code: 'NoSuchObject' }, 'gz').remedy).toBe(
      'Check imageId and the region: m-1 is not known in region gz.'
    );
  });

  test('a host that is not reached asks for the region by its value, or for the endpoint', () => {
    expect(problemOf({ ...base, kind: 'unreached' }, 'xx').remedy).toContain('Is xx the right region?');
    expect(problemOf({ ...base, kind: 'unreached' }).remedy).toContain('Check endpoint');
  });

  test('things that are not known are each told', () => {
    const lost = problemOf({ ...base, kind: 'notFound' });
    expect(withoutRepeats([lost, lost])).toHaveLength(2);
  });
});
