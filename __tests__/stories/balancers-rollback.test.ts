import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import {
  badReturns,
  bothBalancers,
  bothDemos,
  demoWeights,
  maxUnavailable,
  movesOf,
  weightCallsOf,
  weightsIn
} from '../support/ports.ts';
import { health, oneOf, onStage, type ProbeScript, passes, refuses, writesOf } from '../support/stage.ts';

const balancers = bothBalancers;
const always = Number.POSITIVE_INFINITY;

/** Healthy on the previous images, and never on the new one. */
const onlyOldIsHealthy: ProbeScript = (_, world) =>
  world.emulator.instance('i-demo0001').imageId === 'm-web-2' ? refuses : passes;

function endsInError(instanceId: string, more: Partial<Fault> = {}): Fault {
  return { on: 'RebuildInstance', instanceId, play: { kind: 'endsIn', status: 'Error' }, ...more };
}

/** One of several whose rebuilds go out as one call. */
function endsInErrorOfBoth(instanceId: string): readonly Fault[] {
  return [{ ...endsInError(instanceId), on: 'RebuildBatchInstance' }];
}

describe('an instance that fails and is rolled back', () => {
  test.each<[string, ProbeScript, readonly Fault[]]>([
    ['unhealthy', onlyOldIsHealthy, []],
    ['in Error', () => passes, [endsInError('i-demo0001')]]
  ])(
    '%s: it stays at 0 until it is healthy on the old image, and leaves only once',
    async (_, script, faults) => {
      await onStage({ script, emulator: { faults } }, async (world) => {
        const report = await world.run({ balancers, health, rollback: true });
        expect(report.status).toBe('rolledBack');
        expect(movesOf(world, 'i-demo0001').toSorted()).toEqual([
          'lb-demo0001 0→100',
          'lb-demo0001 100→0',
          'lb-demo0002 0→30',
          'lb-demo0002 30→0'
        ]);
        expect(weightsIn(world)).toEqual(demoWeights);
        expect(badReturns(world, ['m-web-1'])).toEqual([]);
        const one = oneOf(report);
        expect(one.balancers.every(({ weight, currentWeight: now }) => weight === now)).toBe(true);
        expect(one.failure?.diskNote).toBe('The instance was rolled back to m-web-1 and is healthy again.');
        const [, second] = world.emulator.rebuilds;
        const returned = world.emulator.weightChanges.filter(({ to }) => to > 0).map(({ atMs }) => atMs);
        expect(Math.min(...returned)).toBeGreaterThan(second?.endsAtMs ?? always);
      });
    }
  );

  test('and is not healthy on the old image either: it stays at 0', async () => {
    await onStage({ script: () => refuses }, async (world) => {
      const report = await world.run({ balancers, health, rollback: true });
      const one = oneOf(report);
      expect(report.status).toBe('failed');
      expect(one.rollback).toMatchObject({ ok: false });
      expect(movesOf(world, 'i-demo0001').toSorted()).toEqual(['lb-demo0001 100→0', 'lb-demo0002 30→0']);
      expect(one.balancers.map(({ currentWeight: now }) => now)).toEqual([0, 0]);
      expect(one.failure?.diskNote).toContain('It gets no traffic: its weight is 0 on lb-demo0001 (was 100)');
    });
  });

  test('whose rollback is refused: it stays at 0', async () => {
    const faults = [
      endsInError('i-demo0001'),
      { on: 'RebuildInstance', from: 2, times: always, play: { kind: 'accessDenied' } } as const
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ balancers, rollback: true }));
      expect(one.rollback).toMatchObject({ ok: false });
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });

  test('and cannot get its weights back: it is rolled back, and the weights are named', async () => {
    const faults = [
      endsInError('i-demo0001'),
      { on: 'UpdateBlbServer', from: 2, times: always, play: { kind: 'accessDenied' } } as const
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, health, rollback: true });
      const one = oneOf(report);
      expect(report.status).toBe('rolledBack');
      expect(world.emulator.instance('i-demo0001')).toMatchObject({ status: 'Running', imageId: 'm-web-1' });
      expect(one.rollback).toMatchObject({ ok: true });
      expect(one.failure?.diskNote).toBe(
        'The instance was rolled back to m-web-1 and is healthy again. It gets no traffic: its weight is 0 on lb-demo0001 (was 100).'
      );
      expect(one.failure?.remedy).toContain('The post step of this action restores the weights');
      expect(one.balancers.map(({ currentWeight: now }) => now).toSorted((a, b) => a - b)).toEqual([0, 30]);
      expect(weightsIn(world)).toContain('lb-demo0002 i-demo0001 30');
    });
  });

  test('with a weight of 0 before: it keeps it', async () => {
    await onStage({ script: onlyOldIsHealthy }, async (world) => {
      world.emulator.setWeight({ blbId: 'lb-demo0001', instanceId: 'i-demo0001', weight: 0 });
      expect((await world.run({ balancers, health, rollback: true })).status).toBe('rolledBack');
      expect(movesOf(world, 'i-demo0001')).toEqual(['lb-demo0002 30→0', 'lb-demo0002 0→30']);
    });
  });
});

describe('a healthy instance that is rolled back because the rollout has stopped', () => {
  test.each([0, 5_000])(
    'leaves again, and gets its first weight back; reads lag %i ms',
    async (weightShowsMs) => {
      const faults = endsInErrorOfBoth('i-demo0002');
      await onStage({ emulator: { faults, behaviour: { weightShowsMs } } }, async (world) => {
        const report = await world.run({
          balancers,
          rollback: true,
          selection: bothDemos,
          rollout: maxUnavailable(2)
        });
        expect(report.instances.map(({ status }) => status)).toEqual(['rolledBack', 'rolledBack']);
        expect(oneOf(report, 'i-demo0001').failure).toBeUndefined();
        const moves = movesOf(world, 'i-demo0001');
        expect(moves.filter((move) => move.startsWith('lb-demo0001'))).toEqual([
          'lb-demo0001 100→0',
          'lb-demo0001 0→100',
          'lb-demo0001 100→0',
          'lb-demo0001 0→100'
        ]);
        expect(moves.filter((move) => move.startsWith('lb-demo0002'))).toHaveLength(4);
        expect(weightsIn(world)).toEqual(demoWeights);
        expect(
          report.instances
            .flatMap((one) => one.balancers)
            .every(({ weight, currentWeight: now }) => weight === now)
        ).toBe(true);
        // The second time as well nobody is erased before drainTime has passed.
        const [, , sent] = world.emulator.rebuilds.filter(({ instanceId }) => instanceId === 'i-demo0001');
        expect(sent).toBeUndefined();
        const again = world.emulator.rebuilds.findLast(({ instanceId }) => instanceId === 'i-demo0001');
        const left = world.emulator.weightChanges.filter(
          (one) => one.instanceId === 'i-demo0001' && one.to === 0
        );
        expect(again?.imageId).toBe('m-web-1');
        expect((again?.acceptedAtMs ?? 0) - (left.at(-1)?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000);
        expect(badReturns(world, ['m-web-1', 'm-web-2'])).toEqual([]);
      });
    }
  );

  test('at once after it came back, while reads still show 0', async () => {
    const faults = endsInErrorOfBoth('i-demo0002');
    await onStage({ emulator: { faults, behaviour: { weightShowsMs: 60_000 } } }, async (world) => {
      await world.run({ balancers, rollback: true, selection: bothDemos, rollout: maxUnavailable(2) });
      const changes = world.emulator.weightChanges.filter(
        ({ instanceId, blbId }) => instanceId === 'i-demo0001' && blbId === 'lb-demo0001'
      );
      const [, back, again] = changes;
      // The test proves nothing unless it leaves for the second time within the lag.
      expect((again?.atMs ?? 0) - (back?.atMs ?? 0)).toBeLessThan(60_000);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('one at a time: the newest first, each leaves before and rejoins after', async () => {
    const faults = [endsInError('i-demo0002')];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, rollback: true, selection: bothDemos });
      expect(report.instances.map(({ status }) => status)).toEqual(['rolledBack', 'rolledBack']);
      expect(movesOf(world, 'i-demo0001').filter((move) => move.startsWith('lb-demo0001'))).toHaveLength(4);
      expect(movesOf(world, 'i-demo0002').filter((move) => move.startsWith('lb-demo0001'))).toHaveLength(2);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('that cannot leave again is not erased, keeps its traffic, and is reported as not rolled back', async () => {
    const denied = {
      on: 'UpdateBlbServer',
      instanceId: 'i-demo0001',
      from: 3,
      play: { kind: 'accessDenied' }
    } as const;
    const faults = [endsInError('i-demo0002'), denied];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, rollback: true, selection: bothDemos });
      const one = oneOf(report, 'i-demo0001');
      expect(one).toMatchObject({ status: 'failed', rollback: { imageId: 'm-web-1', ok: false } });
      expect(one.failure?.diskNote).toContain('its weight could not be set to 0, so nothing was erased');
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-web-2');
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(one.balancers.every(({ weight, currentWeight: now }) => weight === now)).toBe(true);
      expect(one.failure?.diskNote).not.toContain('no traffic');
    });
  });

  /** Only its rollback: the second rebuild of the first instance. */
  const onRollback = (play: Fault['play']): Fault => ({
    on: 'RebuildInstance',
    instanceId: 'i-demo0001',
    from: 2,
    times: always,
    play
  });

  test('whose rollback cannot be sent gets its traffic back and stays on the new image', async () => {
    const faults = [endsInError('i-demo0002'), onRollback({ kind: 'accessDenied' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, rollback: true, selection: bothDemos });
      const one = oneOf(report, 'i-demo0001');
      expect(one).toMatchObject({
        status: 'failed',
        failure: { reason: 'rollbackFailed' },
        rollback: { ok: false }
      });
      expect(world.emulator.instance('i-demo0001')).toMatchObject({ status: 'Running', imageId: 'm-web-2' });
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(one.balancers.every(({ weight, currentWeight: now }) => weight === now)).toBe(true);
      expect(one.failure?.diskNote).toMatch(/^It could not be rolled back to m-web-1: /);
      expect(one.failure?.diskNote).not.toContain('no traffic');
      expect(badReturns(world, ['m-web-1', 'm-web-2'])).toEqual([]);
    });
  });

  test('whose rollback fails stays at 0', async () => {
    const faults = [endsInError('i-demo0002'), onRollback({ kind: 'endsIn', status: 'Error' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, rollback: true, selection: bothDemos });
      const one = oneOf(report, 'i-demo0001');
      expect(one).toMatchObject({ status: 'failed', rollback: { ok: false } });
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
      expect(one.failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100)');
      expect(one.failure?.remedy).toContain('restore its weights: the job summary lists them');
    });
  });

  test('whose answer in the rollback is lost stays at 0: it may be erased', async () => {
    const faults = [endsInError('i-demo0002'), onRollback({ kind: 'reset', when: 'before' })];
    await onStage({ emulator: { faults } }, async (world) => {
      await world.run({ balancers, rollback: true, selection: bothDemos });
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });

  test('that vanishes during its rollback: no weight is set', async () => {
    const faults = [endsInError('i-demo0002')];
    await onStage({ emulator: { faults } }, async (world) => {
      world.clock.onSleep = () => {
        // It leaves for the second time.
        if (movesOf(world, 'i-demo0001').length >= 6) world.emulator.removeInstance('i-demo0001');
      };
      const report = await world.run({ balancers, rollback: true, selection: bothDemos });
      expect(oneOf(report, 'i-demo0001')).toMatchObject({ status: 'failed', rollback: { ok: false } });
      expect(movesOf(world, 'i-demo0001')).toHaveLength(6);
    });
  });

  test('whose image of before is gone keeps its traffic', async () => {
    const faults = endsInErrorOfBoth('i-demo0002');
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run(
        { balancers, rollback: true, selection: bothDemos, rollout: maxUnavailable(2) },
        undefined,
        { planned: async () => world.emulator.removeImage('m-web-1') }
      );
      expect(oneOf(report, 'i-demo0001').rollback).toMatchObject({ ok: false });
      expect(movesOf(world, 'i-demo0001').filter((move) => move.startsWith('lb-demo0001'))).toHaveLength(2);
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 100');
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0002 0');
      expect(writesOf(world)).toEqual(['RebuildBatchInstance']);
    });
  });
});

test('a rollback without a weight to lower changes none, and does not wait for drainTime', async () => {
  await onStage({ script: onlyOldIsHealthy }, async (world) => {
    world.emulator.setWeight({ blbId: 'lb-demo0001', instanceId: 'i-demo0001', weight: 0 });
    const report = await world.run({
      balancers: { blbIds: ['lb-demo0001'], drainMs: 300_000 },
      health,
      rollback: true
    });
    expect(report.status).toBe('rolledBack');
    expect(weightCallsOf(world)).toEqual([]);
    const drains = oneOf(report).phases.filter(({ phase }) => phase.endsWith('draining'));
    expect(Math.max(...drains.map(({ durationSeconds }) => durationSeconds))).toBeLessThan(1);
  });
});
