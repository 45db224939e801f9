import { describe, expect, test } from '@jest/globals';
import type { Barrier, CallFailure } from '../../../src/core/model/failure.ts';
import { problemOf, withoutRepeats } from '../../../src/deploy/plan/survey-error.ts';

const base: CallFailure = {
  kind: 'denied',
  operation: 'GetImage',
  target: 'm-1',
  message: 'no',
  attempts: 1
};
const words = (...texts: readonly string[]): number => texts.join(' ').split(/\s+/).length;

describe('the message of a typical mistake', () => {
  test('a wrong secret names the keys and not the policy, once for all reads', () => {
    const wrong = ['GetImage', 'ListInstances', 'GetInstance'].map((operation) =>
      problemOf({ ...base, operation, code: 'SignatureDoesNotMatch' }, 'bj')
    );
    const told = withoutRepeats(wrong);
    expect(told).toHaveLength(1);
    expect(told[0]?.remedy).toContain('secretAccessKey');
    expect(told[0]?.remedy).not.toContain('policy');
    expect(words(...told.flatMap(({ cause, remedy }) => [cause, remedy]))).toBeLessThanOrEqual(40);
  });

  test('a call that the policy denies names the policy and not the keys, and each call', () => {
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
      'Check imageId and region: m-1 is not known in region gz.'
    );
  });

  test('a host that is not reached asks for the region by its value, or for the endpoint', () => {
    expect(problemOf({ ...base, kind: 'unreached' }, 'xx').remedy).toContain('Check region (xx),');
    expect(problemOf({ ...base, kind: 'unreached' }).remedy).toContain('Check endpoint,');
  });

  test('a region whose host name is unknown, or a proxy that is down, is the only cause, named once', () => {
    const calls = ['GetImage', 'GetInstance'].map(
      (operation): CallFailure => ({ ...base, operation, kind: 'unreached' })
    );
    const told = (barrier: Barrier): readonly string[] =>
      withoutRepeats(calls.map((failure) => problemOf({ ...failure, barrier }, 'xx'))).map(
        ({ remedy }) => remedy
      );
    expect(told('hostName')).toEqual([
      'Check region (xx): its host name is not known. If it is right, check DNS on the runner.'
    ]);
    expect(told('proxy')).toEqual([
      'Check https_proxy and no_proxy of the runner: the proxy does not answer, or refuses.'
    ]);
  });

  test.each([
    ['GetInstance', 'instanceId'],
    ['DescribeBlbServers', 'blbId'],
    ['DescribeAppBlbServerGroup', 'blbId']
  ])('%s of something that is not known names %s', (operation, input) => {
    const { remedy } = problemOf({ ...base, operation, target: 'x-1', kind: 'notFound' }, 'gz');
    expect(remedy).toBe(`Check ${input} and region: x-1 is not known in region gz.`);
  });

  test('each unknown resource is reported', () => {
    const lost = problemOf({ ...base, kind: 'notFound' });
    expect(withoutRepeats([lost, lost])).toHaveLength(2);
  });
});
