/** A run that adopts the rebuild of another run must not report the living disk as erased. */
import { describe, expect, test } from '@jest/globals';
import { closingLine } from '../../src/core/report/closing-line.ts';
import { annotationsOf } from '../../src/core/summary/annotations.ts';
import { summaryOf } from '../../src/core/summary/summary.ts';
import { stateBehind } from '../support/reported.ts';
import { oneOf } from '../support/stage.ts';
import { noCancel, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

/** The rebuild has a new disk from its acceptance on, and the instance has left Running. */
const behaviour = { diskReplaced: 'newId', staleRunningMs: 0, rebuildMs: 60_000 } as const;

/** Runs the test while a rebuild of somebody else is under way; `diskId` is its new disk. */
async function underWay(
  imageIdFlips: 'accept' | 'end',
  test: (world: VirtualWorld, diskId: string) => Promise<void>
): Promise<void> {
  await withVirtualWorld({ emulator: { behaviour: { ...behaviour, imageIdFlips } } }, async (world) => {
    const login = { kind: 'keepImageLogin' } as const;
    await world.bcc.rebuild(['i-demo0001'], { imageId: 'm-web-2', login }, noCancel.signal);
    await world.clock.sleep(20_000, noCancel.signal);
    const disk = await world.bcc.getSystemDisk('i-demo0001', noCancel.signal);
    expect((await world.bcc.getInstance('i-demo0001', noCancel.signal)).status).not.toBe('Running');
    await test(world, disk?.id ?? '');
  });
}

describe('a rebuild that was under way already', () => {
  test.each([true, false])(
    'is adopted, and nothing reports its disk as erased (dry run: %s)',
    async (dryRun) => {
      await underWay('end', async (world, diskId) => {
        expect(diskId).not.toBe('');
        const report = await world.run({ dryRun });
        const one = oneOf(report);
        const state = stateBehind(report);
        expect(one).toMatchObject({ status: dryRun ? 'planned' : 'rebuilt', adopted: !dryRun });
        expect(one.erases).toEqual({ systemDiskId: '', sizeInGB: 0, snapshots: [] });
        expect(one.plan.action).toBe('wait');
        expect(world.lines.join('\n')).not.toContain(diskId);
        expect(world.lines.join('\n')).toContain(
          'erases the system disk that it has when the change has ended'
        );
        const shown = summaryOf(state) + JSON.stringify(annotationsOf(state));
        expect(shown).not.toContain(diskId);
        expect(world.emulator.rebuilds).toHaveLength(1);
      });
    }
  );

  test.each([true, false])(
    'that ends right after the plan is not erased again (force: %s)',
    async (force) => {
      await underWay('accept', async (world) => {
        await world.clock.sleep(59_500 - world.clock.nowMs(), noCancel.signal);
        const report = await world.run({ force });
        expect(oneOf(report).plan.action).toBe('wait');
        expect(oneOf(report).failure?.reason).toBe(force ? 'unclear' : undefined);
        expect(world.emulator.rebuilds).toHaveLength(1);
      });
    }
  );

  test('has the login of the run that sent it, and the run says so', async () => {
    await underWay('end', async (world) => {
      const report = await world.run();
      const note = 'the rebuild was under way already, with the login of the run that sent it';
      expect(world.lines.join('\n')).toContain(note);
      expect(closingLine(stateBehind(report), true)).toContain(note);
      expect(summaryOf(stateBehind(report))).toContain('| Login | that of the run that sent the rebuild |');
    });
  });

  test('onto another image is waited for, and then the disk that it has is erased, and named', async () => {
    await underWay('accept', async (world, diskId) => {
      const report = await world.run({ image: { kind: 'id', id: 'm-web-1' } });
      expect(oneOf(report)).toMatchObject({ status: 'rebuilt', erases: { systemDiskId: diskId } });
      expect(summaryOf(stateBehind(report))).toContain(`| Erased | system disk <code>${diskId}</code>`);
      expect(world.lines.join('\n')).not.toContain('the login of the run that sent it');
    });
  });
});
