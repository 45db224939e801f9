import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import type { RunReport } from '../../../src/core/report/report.ts';
import { summaryLimit, summaryOf } from '../../../src/core/summary/summary.ts';
import type { RunRequest } from '../../../src/ports/request.ts';
import { onBriefStage } from '../../support/brief.ts';
import { stateBehind } from '../../support/reported.ts';
import { demoImages, foreignImages, health, type ProbeScript, passes, refuses } from '../../support/stage.ts';
import { rebuildOf } from '../run/runs.ts';
import { expectWellFormed, madeRun, madeState } from './made-runs.ts';

async function summarized(
  request: Partial<RunRequest>,
  faults: readonly Fault[] = [],
  script: ProbeScript = () => passes
): Promise<{ readonly report: RunReport; readonly text: string }> {
  return onBriefStage({ script, emulator: { faults } }, async (world) => {
    const report = await world.run(request);
    return { report, text: summaryOf(stateBehind(report)) };
  });
}

function expectAll(text: string, parts: readonly string[]): void {
  for (const part of parts) expect(text).toContain(part);
  expect(text).not.toContain('Abcdef1!xyz');
  expect(text).not.toContain('undefined');
  expectWellFormed(text);
}

const error: Fault = { on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } };

describe('the summary', () => {
  test('of a plan is open, and says what would be erased', async () => {
    const { text } = await summarized({ dryRun: true });
    expectAll(text, [
      '## 📋 Dry run: plan for <code>i-demo0001</code> with image <code>m-web-2</code> web-2',
      '| Instance | <code>i-demo0001</code> web-1 |',
      '| Would be erased | system disk <code>v-sys-demo0001</code>, 40&nbsp;GB<br>snapshot before-upgrade',
      '2026-01-10T08:00:00Z',
      '| Kept | data disks, IP addresses, custom images |',
      '| Login | with the password given as adminPass |',
      '| Script | the earlier script, if there is one, runs again |',
      '| Now | Running, cn-bj-d, bcc.g5.c2m8, image m-web-1 web-1 '
    ]);
    expect(text).not.toContain('<details');
    expect(text).not.toContain('Load balancer |');
  });

  test('of a plan of several knows what is done with each', async () => {
    const instances = [
      { id: 'i-a', name: 'a' },
      { id: 'i-b', name: 'b', imageId: 'm-web-2' },
      { id: 'i-c', name: 'c', imageId: 'm-web-2', status: 'Stopped' }
    ];
    await onBriefStage({ emulator: { world: { instances } } }, async (world) => {
      const ids = ['i-a', 'i-b', 'i-c'];
      const text = summaryOf(stateBehind(await world.run({ selection: { kind: 'ids', ids }, dryRun: true })));
      for (const label of ['📋 **1** rebuild', '✅ **1** skip', '🚀 **1** start'])
        expect(text).toContain(label);
      expectWellFormed(text);
    });
  });

  test('of a success has the times, the backup, the health and the lines to roll back by hand', async () => {
    const { report, text } = await summarized({ backup: {}, health });
    const backup = report.instances[0]?.backup;
    expectAll(text, [
      '## ✅ Rebuilt <code>i-demo0001</code> from image',
      `| Backup | <code>${backup?.imageId}</code>`,
      '| Erased | system disk',
      'Health check: passed',
      'Request IDs: <code>',
      '```yaml\nwith:\n  instanceId: i-demo0001\n',
      `  imageId: ${backup?.imageId}\n`
    ]);
    expect(text).toMatch(/\| backed up \| 00:00:15Z \| \d+s \|/);
    expect(text).not.toContain('What to do');
  });

  test('of a failure says what happened, what it means, and what to do, before the details', async () => {
    const { text } = await summarized({}, [error]);
    expectAll(text, [
      '## ❌ Failed to rebuild <code>i-demo0001</code> from image',
      'the rebuild ended in the status Error.',
      'The old content of the system disk is gone.',
      '> **What to do:** Look at the instance in the console',
      '  imageId: m-web-1\n'
    ]);
    expect(text.indexOf('What to do')).toBeLessThan(text.indexOf('<details'));
  });

  test('of a failed check has its history', async () => {
    const script: ProbeScript = (sinceMs) => (sinceMs > 20_000 && sinceMs < 24_000 ? passes : refuses);
    const { text } = await summarized({ health }, [], script);
    expectAll(text, [
      '## ❌ Failed',
      'not healthy within healthDeadline &#40;5m 00s&#41;; last: tcp&#58;//192.168.0.11:22: connection refused',
      'Health check: failed',
      '| 21s | passes |',
      'connection refused: nothing listens on the port yet'
    ]);
  });

  test('of a rollback says that it was rolled back, and why', async () => {
    const { text } = await summarized({ rollback: true }, [error]);
    expectAll(text, [
      '## ↩️ Failed to rebuild <code>i-demo0001</code> from image <code>m-web-2</code> web-2, and rolled back',
      'the rebuild ended in the status Error',
      'The instance was rolled back to m-web-1 and runs on it.',
      '| Rollback | to <code>m-web-1</code>: done |',
      'rollback: rebuilt'
    ]);
  });

  test('of a rollback that failed as well', async () => {
    const { text } = await summarized({ rollback: true }, [{ ...error, times: 2 }]);
    expectAll(text, [
      '## ❌ Failed',
      'The rollback to m-web-1 failed as well: the rebuild ended in the status Error. The old',
      '| Rollback | to <code>m-web-1</code>: failed'
    ]);
  });

  test('of a backup that failed', async () => {
    const { text } = await summarized({ backup: {}, timeoutMs: 120_000 }, [
      { on: 'CreateImage', play: { kind: 'imageStuck' } }
    ]);
    expectAll(text, [
      'the backup failed, so nothing was erased',
      '| Would be erased | system disk',
      '| Backup |'
    ]);
  });

  test('of refusals has all of them, and those that are not started', async () => {
    const images = [...demoImages, ...foreignImages(18)];
    const instances = [
      { id: 'i-a', name: 'a' },
      { id: 'i-b', name: 'b', deletionProtection: 1, status: 'Error' }
    ];
    await onBriefStage({ emulator: { world: { images, instances } } }, async (world) => {
      const text = summaryOf(
        stateBehind(await world.run({ selection: { kind: 'ids', ids: ['i-a', 'i-b'] }, confirmName: 'a' }))
      );
      expectAll(text, [
        'deletionProtection is on; its name is',
        '– not started',
        '❌ failed',
        '| ⚠️ Note | its status is Error'
      ]);
    });
  });

  test('shows names from outside as text and never as markup', async () => {
    const name = '<img src=x onerror=alert(1)>|`a`|[b](c)\n## d @team';
    const snapshots = [{ id: 's-1', name, volumeId: 'v-sys-a' }];
    const instances = [{ id: 'i-a', name }];
    await onBriefStage({ emulator: { world: { instances, snapshots } } }, async (world) => {
      const text = summaryOf(stateBehind(await world.run({ selection: { kind: 'ids', ids: ['i-a'] } })));
      expectWellFormed(text);
      expect(text).not.toContain('<img');
      expect(text).not.toContain('[b](c)');
      expect(text).not.toContain('@team');
      expect(text).not.toMatch(/^## d/m);
    });
  });
});

describe('the summary of one instance', () => {
  test('lists weights that are not restored, before the details', () => {
    const text = summaryOf(madeState([madeRun('i-a', 'rebuilt', { weights: [[50, 0]] })]));
    expectAll(text, ['### Load balancer weights to restore: 1', '{"instanceId":"i-a","weight":50}']);
    expect(text.indexOf('weights to restore')).toBeLessThan(text.indexOf('<details'));
    expect(text).toContain('| <code>lb-1</code> | 0 | 50 |');
  });

  test('does not mention a rollout', () => {
    const text = summaryOf(madeState([madeRun('i-a')], { stop: 'canary' }));
    expect(text).not.toContain('Rollout');
    expect(text).not.toContain('weights to restore');
    expect(text).not.toContain('```mermaid');
    expectWellFormed(text);
  });

  test.each([
    ['planned', 'skip', false],
    ['planned', 'start', false],
    ['planned', 'rebuild', true],
    ['planned', 'wait', true],
    ['failed', 'start', false],
    ['failed', 'wait', true]
  ] as const)('that is %s with the decision %s says what is erased: %s', (status, action, isTold) => {
    const rebuild = rebuildOf(
      { kind: 'failed', reason: { kind: 'gone' } },
      { sends: 0, acceptedAtMs: undefined }
    );
    const run = status === 'failed' ? { rebuild } : {};
    const text = summaryOf(madeState([madeRun('i-1', status, { target: { decision: { action } }, run })]));
    expect(text.includes('erased |')).toBe(isTold);
    expect(text.includes('| Login |')).toBe(isTold);
  });

  test('a part that just fits is not left out', () => {
    const spare = (text: string): number => summaryLimit - Buffer.byteLength(text);
    const of = (warning: string): string =>
      summaryOf(madeState([madeRun('i-a', 'rebuilt', { target: { warnings: [warning] } })]));
    // Without a place to break, which would take room as well.
    const full = ','.repeat(spare(of('')));
    expect(spare(of(full))).toBe(0);
    expect(of(full)).not.toContain('does not fit');
    expect(of(`${full},`)).toContain('does not fit');
    expect(of(`${full},`)).not.toContain('<details');
  });
});
