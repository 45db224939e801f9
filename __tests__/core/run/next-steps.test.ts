import { describe, expect, test } from '@jest/globals';
import { step } from '../../../src/core/rebuild/step-rebuild.ts';
import { mayRejoin, outcomeOf } from '../../../src/core/run/next-steps.ts';
import { failureOf, observationOf } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf } from './runs.ts';

/** Nothing was sent, it was Running at the last observation, and then a read failed for good. */
function unobservable() {
  const unsent = rebuildOf(undefined, { sends: 0, acceptedAtMs: undefined });
  const [seen] = step(unsent, { type: 'observed', observation: observationOf(0, {}, true, true) });
  return step(seen, { type: 'observeFailed', atMs: 5_000, failure: failureOf('denied') })[0];
}

describe('an instance that failed before anything was sent', () => {
  test('serves, as long as it can be observed', () => {
    const denied = { kind: 'failed', reason: { kind: 'busy', status: 'Running' } } as const;
    const rebuild = { ...unobservable(), ending: denied, stretchSinceMs: 0 };
    expect(outcomeOf(runOf({ rebuild })).isUnavailable).toBe(false);
  });

  test('counts as unavailable once it cannot be observed: nobody knows whether it serves', () => {
    const rebuild = unobservable();
    expect(rebuild.ending?.kind).toBe('failed');
    expect(outcomeOf(runOf({ rebuild }))).toMatchObject({ result: 'failed', isUnavailable: true });
    expect(mayRejoin(runOf({ rebuild }))).toBe(true);
  });
});
