import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../../src/core/plan/decide.ts';
import { openingLine } from '../../../src/core/plan/opening-line.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { makePlan, type Target } from '../../../src/core/plan/plan.ts';
import { rolloutOfOne as how } from '../../support/plan.ts';
import { disk, image, instance, taskOf } from '../rebuild/rebuilds.ts';

const decisions = {
  rebuild: { action: 'rebuild' },
  skip: { action: 'skip' },
  start: { action: 'start' },
  wait: { action: 'wait' },
  refuse: { action: 'refuse', refusals: [{ reason: '', remedy: '' }] }
} as const satisfies Record<string, Decision>;

function planOf(...actions: readonly (keyof typeof decisions)[]): Plan {
  const target: Target = {
    task: taskOf(),
    instance: { ...instance, id: 'i-1', name: 'web' },
    disk,
    circumstances: { rollbackImage: { kind: 'notAsked' } },
    snapshots: []
  };
  const order = { login: { kind: 'keypairId', keypairId: 'k-1' }, script: 'kept' } as const;
  const plan = makePlan(image, order, [target], how);
  const [planned] = plan.targets;
  if (planned === undefined) throw new Error('no target');
  return { ...plan, targets: actions.map((action) => ({ ...planned, decision: decisions[action] })) };
}

const label = 'm-new (web-2, Ubuntu 22.04 amd64, created 2026-02-10T08:00:00Z)';

describe('the first line', () => {
  test.each([
    ['rebuild', `Rebuild i-1 "web" from ${label}`],
    ['skip', `Skip i-1 "web": it runs on ${label} already`],
    ['start', `Start i-1 "web": it is on ${label} already, and Stopped`],
    ['wait', `Wait for the change of i-1 "web" that is under way, then decide; image ${label}`],
    ['refuse', `Refused, nothing is sent: i-1 "web" must not be rebuilt from ${label}`]
  ] as const)('of one: %s', (action, line) => {
    expect(openingLine(planOf(action), false)).toBe(line);
  });

  test('of several counts each once', () => {
    expect(openingLine(planOf('rebuild', 'rebuild', 'wait', 'start', 'skip', 'skip'), false)).toBe(
      `Rebuild 2 of 6 instances from ${label}; wait for 1 first, which somebody is changing; start 1; skip 2 that run on it already`
    );
    expect(openingLine(planOf('rebuild', 'refuse'), false)).toContain('1 of 2 instances must not be rebuilt');
  });

  test('of a dry run states that nothing is sent', () => {
    expect(openingLine(planOf('rebuild'), true)).toBe(
      `Dry run, nothing is sent. A run without dryRun: Rebuild i-1 "web" from ${label}`
    );
  });
});
