import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults.ts';
import type { InstanceReport, RunReport } from '../../src/core/report/report.ts';
import { summaryLimit, summaryOf } from '../../src/core/report/summary.ts';
import type { RunRequest } from '../../src/deploy/request.ts';
import {
  demoImages,
  foreignImages,
  health,
  onStage,
  type ProbeScript,
  passes,
  refuses
} from '../deploy/stage.ts';

async function summarized(
  request: Partial<RunRequest>,
  faults: readonly Fault[] = [],
  script: ProbeScript = () => passes
): Promise<{ readonly report: RunReport; readonly text: string }> {
  return onStage({ script, emulator: { faults } }, async (world) => {
    const report = await world.run(request);
    return { report, text: summaryOf(report) };
  });
}

/** Whether each row of each table has as many cells as its head, and every fold is closed. */
function expectWellFormed(text: string): void {
  let columns = 0;
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    if (fenced) continue;
    const cells = line.startsWith('|') ? line.split('|').length - 2 : 0;
    if (cells > 0 && columns > 0) expect(cells).toBe(columns);
    columns = cells;
  }
  expect(fenced).toBe(false);
  expect(text.split('<details').length).toBe(text.split('</details>').length);
  expect(text.endsWith('\n')).toBe(true);
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
      '## 📋 Plan: nothing was sent: BCC image <code>m-web-2</code> web-2',
      '<details open>',
      '| Would be erased | system disk <code>v-sys-demo0001</code>, 40 GB<br>snapshot before-upgrade',
      '2026-01-10T08:00:00Z',
      '| Stays | data disks, IP addresses, custom images |',
      '| Login | with the password given as adminPass |',
      '| Script | a script of before, if there was one, runs again |',
      '| Before | Running, cn-bj-d, bcc.g5.c2m8, image m-web-1 web-1 '
    ]);
    expect(text).not.toContain('To put it back');
  });

  test('of a success has the times, the backup, the health and the way back', async () => {
    const { report, text } = await summarized({ backup: {}, health });
    const backup = report.instances[0]?.backup;
    expectAll(text, [
      '## ✅ Rebuilt: BCC image',
      `| Backup | <code>${backup?.imageId}</code>`,
      '| Erased | system disk',
      'Health: passed',
      'Request IDs: <code>',
      '```yaml\nwith:\n  instanceId: i-demo0001\n',
      `  imageId: ${backup?.imageId}\n`
    ]);
    expect(text).toMatch(/\| back\w* \| 00:00:00Z \| 2m 0\ds \|/);
    expect(text).not.toContain('What to do');
  });

  test('of a failure says what happened, what it means, and what to do, before the details', async () => {
    const { text } = await summarized({}, [error]);
    expectAll(text, [
      '## ❌ Failed: BCC image',
      'the instance came to the status Error',
      'The system disk is being rebuilt or is rebuilt: its old content is gone.',
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
      'not healthy by healthDeadline',
      'Health: failed',
      '| 21s | passes |',
      'connection refused: nothing listens on the port yet'
    ]);
  });

  test('of a rollback says that it was put back, and why', async () => {
    const { text } = await summarized({ rollback: true }, [error]);
    expectAll(text, [
      '## ↩️ Failed, and rolled back',
      'came to the status Error',
      'The instance was put back onto m-web-1 and runs on it.',
      '| Rollback | onto <code>m-web-1</code>: done |',
      'rollback: rebuilding'
    ]);
  });

  test('of a rollback that failed as well', async () => {
    const { text } = await summarized({ rollback: true }, [{ ...error, times: 2 }]);
    expectAll(text, [
      '## ❌ Failed',
      'The rollback onto m-web-1 failed as well',
      '| Rollback | onto <code>m-web-1</code>: failed'
    ]);
  });

  test('of a backup that failed', async () => {
    const { text } = await summarized({ backup: {} }, [{ on: 'CreateImage', play: { kind: 'imageStuck' } }]);
    expectAll(text, [
      'the backup failed, so nothing was erased',
      '| Would be erased | system disk',
      '| Backup |'
    ]);
  });

  test('of refusals has all of them, and those that are not begun', async () => {
    const images = [...demoImages, ...foreignImages(18)];
    const instances = [
      { id: 'i-a', name: 'a' },
      { id: 'i-b', name: 'b', deletionProtection: 1, status: 'Error' }
    ];
    await onStage({ emulator: { world: { images, instances } } }, async (world) => {
      const text = summaryOf(await world.run({ instanceIds: ['i-a', 'i-b'], confirmName: 'a' }));
      expectAll(text, [
        'deletionProtection is on; its name is',
        '– not begun',
        '❌ failed',
        '| Mind | its status is Error'
      ]);
    });
  });

  test('shows names from outside as text and never as markup', async () => {
    const name = '<img src=x onerror=alert(1)>|`a`|[b](c)\n## d @team';
    const snapshots = [{ id: 's-1', name, volumeId: 'v-sys-a' }];
    const instances = [{ id: 'i-a', name }];
    await onStage({ emulator: { world: { instances, snapshots } } }, async (world) => {
      const text = summaryOf(await world.run({ instanceIds: ['i-a'] }));
      expectWellFormed(text);
      expect(text).not.toContain('<img');
      expect(text).not.toContain('[b](c)');
      expect(text).not.toContain('@team');
      expect(text).not.toMatch(/^## d/m);
    });
  });
});

describe('500 instances with long Chinese names', () => {
  async function crowd(patch: Partial<InstanceReport>): Promise<RunReport> {
    const { report } = await summarized({ backup: {}, health, rollback: true }, [error]);
    const name = '华北数据中心网络服务器'.repeat(12).slice(0, 128);
    const instances = report.instances.flatMap((one) =>
      Array.from({ length: 500 }, (_, index) => ({ ...one, instanceId: `i-${index}`, name, ...patch }))
    );
    return { ...report, imageName: name.slice(0, 65), instances };
  }

  test('fit, with the rest left out and said so', async () => {
    const snapshots = Array.from({ length: 20 }, (_, index) => ({
      id: `s-${index}`,
      name: '升级之前的快照'.repeat(9),
      createTime: '2026-01-01T00:00:00Z'
    }));
    const text = summaryOf(await crowd({ erases: { systemDiskId: 'v-1', sizeInGB: 40, snapshots } }));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryLimit);
    // Not by leaving out much more than needed either.
    expect(Buffer.byteLength(text)).toBeGreaterThan(summaryLimit * 0.9);
    expect(text).toContain('_The rest does not fit into a job summary; the output `result` has it all._');
    expect(text).toContain('<code>i-499</code>');
    expectWellFormed(text);
  });

  test('and of every failure something is left', async () => {
    const report = await crowd({});
    const text = summaryOf(report);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryLimit);
    expect(text.split('What to do').length).toBeGreaterThan(100);
    expectWellFormed(text);
  });

  test('names of nothing but signs that are written out', async () => {
    const text = summaryOf(await crowd({ name: '&'.repeat(128) }));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryLimit);
    expect(text).toContain('<code>i-499</code>');
  });

  test('a part that just fits is not left out', async () => {
    const { report } = await summarized({});
    const text = summaryOf(report);
    expect(text).not.toContain('does not fit');
  });
});
