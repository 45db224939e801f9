import { expect, test } from '@jest/globals';
import { restoreWithLines } from '../../../src/core/report/restore-with.ts';
import { observationOf } from '../rebuild/rebuilds.ts';
import { rebuildOf, runOf, targetOf } from '../run/runs.ts';

const options = { login: { kind: 'adminPass' }, script: 'kept' } as const;
const onTarget = observationOf(60_000, { imageId: 'm-new' }, true);
const failed = rebuildOf(
  { kind: 'failed', reason: { kind: 'timedOut', status: 'Starting' } },
  { last: onTarget }
);

test('an instance on this run’s image needs no force', () => {
  expect(restoreWithLines(runOf({ rebuild: failed }), options)).not.toContain('force: true');
});

test.each([
  ['was sent', { sends: 1 }],
  ['may have been carried out in a refused call for several', { sends: 0, inDoubt: true }]
])(
  'force is needed where a rollback %s: the earlier image shows soon, and a skip would prove nothing',
  (_, sent) => {
    const rollback = {
      imageId: 'm-old',
      rebuild: rebuildOf({ kind: 'cancelled' }, { ...sent, last: onTarget })
    };
    expect(restoreWithLines(runOf({ rebuild: failed, rollback }), options)).toContain('force: true');
  }
);

test.each([
  ['Custom', 'System', 'adminPass: ${{ secrets.BCC_ADMIN_PASS }}'],
  ['System', 'Custom', 'keepImageLogin: true'],
  ['System', '', 'keepImageLogin: true']
])('the login is that of the image before the send: %s in the plan, %s then', (planned, then, line) => {
  const target = targetOf();
  const instance = { ...target.instance, imageId: 'm-later', imageType: then };
  const reference = { ...observationOf(5, {}, true), instance };
  const run = runOf({
    target: { ...target, instance: { ...target.instance, imageType: planned } },
    rebuild: rebuildOf({ kind: 'rebuilt' }, { reference })
  });
  const lines = restoreWithLines(run, { login: { kind: 'keepImageLogin' }, script: 'kept' });
  expect(lines.slice(1)).toEqual(['imageId: m-later', line]);
});
