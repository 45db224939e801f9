import { describe, expect, test } from '@jest/globals';
import type { Fault, WirePlay } from '../../emulator/faults/faults.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import { annotationsOf } from '../../src/core/summary/annotations.ts';
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
import { stateBehind } from '../support/reported.ts';
import { callsOf, health, oneOf, onStage, passes, refuses, textOf } from '../support/stage.ts';
import type { VirtualWorld } from '../support/virtual.ts';

const balancers = bothBalancers;
const always = Number.POSITIVE_INFINITY;

function onUpdate(play: WirePlay, more: Partial<Fault> = {}): Fault {
  return { on: 'UpdateBlbServer', play, ...more };
}

function rebuildsOf(world: VirtualWorld): readonly string[] {
  return callsOf(world).filter((name) => name.startsWith('Rebuild'));
}

const failing500 = { kind: 'error', status: 500, code: 'InternalError', message: 'oops' } as const;
const busy = { kind: 'error', status: 409, code: 'LastOperationNotFinished', message: 'busy' } as const;
const conflict = { kind: 'error', status: 409, code: 'OperationDenied', message: 'locked' } as const;

describe('a load balancer that an instance cannot leave', () => {
  test.each<[string, readonly Fault[], string]>([
    ['denies the change', [onUpdate({ kind: 'accessDenied' })], 'AccessDenied'],
    [
      'knows no such member',
      [onUpdate({ kind: 'error', status: 404, code: 'BackendServerNotFound' })],
      'HTTP 404'
    ],
    [
      'finds the request wrong',
      [onUpdate({ kind: 'error', status: 400, code: 'InvalidParameter' })],
      'HTTP 400'
    ],
    ['answers 500 to every try', [onUpdate(failing500, { times: 5 })], 'HTTP 500'],
    [
      'accepts the change, but every answer is lost',
      [onUpdate({ kind: 'reset', when: 'after' }, { times: 5 })],
      '5 tries'
    ],
    ['is locked for a long time', [onUpdate(conflict, { times: 30 })], 'OperationDenied']
  ])('because it %s: nothing is erased, and the other one gets its weight back', async (_, faults, words) => {
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, health });
      const one = oneOf(report);
      expect(report).toMatchObject({ status: 'failed', changed: false });
      expect(one).toMatchObject({ status: 'failed', disk: 'untouched', failure: { reason: 'drain' } });
      expect(one.failure?.cause).toMatch(/its weight could not be set to 0, so nothing was erased\. Update/);
      expect(one.failure?.cause).toContain('lb-demo0001');
      expect(one.failure?.cause).toContain(words);
      expect(one.failure?.diskNote).toBe('The system disk was not touched by this run.');
      expect(rebuildsOf(world)).toEqual([]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(movesOf(world, 'i-demo0001')).toEqual(
        expect.arrayContaining(['lb-demo0002 30→0', 'lb-demo0002 0→30'])
      );
      expect(one.balancers.filter(({ weight, currentWeight: now }) => weight !== now)).toEqual([]);
      expect(badReturns(world, ['m-web-1'])).toEqual([]);
    });
  });

  test('the reason names what to do', async () => {
    await onStage({ emulator: { faults: [onUpdate({ kind: 'accessDenied' })] } }, async (world) => {
      const { failure } = oneOf(await world.run({ balancers }));
      expect(failure?.remedy).toContain('the policy of the user permit UpdateBlbServer');
    });
  });

  test('a call whose answer is lost is repeated: the second answer counts', async () => {
    const faults = [onUpdate({ kind: 'reset', when: 'after' }), onUpdate(failing500, { from: 3 })];
    await onStage({ emulator: { faults } }, async (world) => {
      expect((await world.run({ balancers })).status).toBe('rebuilt');
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(movesOf(world, 'i-demo0001').filter((move) => move.startsWith('lb-demo0001'))).toEqual([
        'lb-demo0001 100→0',
        'lb-demo0001 0→100'
      ]);
    });
  });

  test('whose answers are all lost, both ways: it is named, with the weight to restore', async () => {
    const faults = [
      onUpdate({ kind: 'reset', when: 'after' }, { times: 5 }),
      onUpdate(failing500, { times: always })
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers });
      const one = oneOf(report);
      expect(one).toMatchObject({ disk: 'untouched', failure: { reason: 'drain' } });
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
      expect(weightsIn(world)).toContain('lb-demo0002 i-demo0001 30');
      expect(one.balancers).toContainEqual({
        kind: 'blb',
        blbId: 'lb-demo0001',
        weight: 100,
        currentWeight: 0
      });
      expect(one.failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100).');
      expect(one.failure?.diskNote).not.toContain('lb-demo0002');
      expect(one.failure?.remedy).toContain('The post step of this action restores the weights');
      expect(rebuildsOf(world)).toEqual([]);
    });
  });

  test('that has been deleted since the plan', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({ balancers }, undefined, {
        planned: async () => world.emulator.removeBalancer('lb-demo0002')
      });
      const one = oneOf(report);
      expect(one).toMatchObject({ disk: 'untouched', failure: { reason: 'drain' } });
      expect(one.failure?.cause).toContain('lb-demo0002');
      expect(weightCallsOf(world)).toEqual([]);
      expect(rebuildsOf(world)).toEqual([]);
    });
  });

  test('from which the member was removed since the plan need not be left', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({ balancers }, undefined, {
        planned: async () =>
          world.emulator.setBalancer({
            id: 'lb-demo0001',
            members: [{ instanceId: 'i-demo0002', weight: 50 }]
          })
      });
      expect(report.status).toBe('rebuilt');
      expect(callsOf(world)).not.toContain('UpdateBlbServer');
      expect(movesOf(world, 'i-demo0001')).toEqual(['lb-demo0002 30→0', 'lb-demo0002 0→30']);
    });
  });

  test('for one of two that leave together keeps only that one from being rebuilt', async () => {
    const gone = { kind: 'error', status: 404, code: 'BackendServerNotFound' } as const;
    const faults = [onUpdate(gone, { instanceId: 'i-demo0002', times: 2 })];
    await onStage({ emulator: { faults } }, async (world) => {
      const rollout = maxUnavailable(2, { maxFailures: 1 });
      const report = await world.run({ balancers, selection: bothDemos, rollout });
      expect(report.status).toBe('partial');
      expect(report.instances.map(({ status }) => status)).toEqual(['rebuilt', 'failed']);
      expect(oneOf(report, 'i-demo0002').failure?.reason).toBe('drain');
      expect(oneOf(report, 'i-demo0002').failure?.cause).toContain('BackendServerNotFound');
      expect(world.emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual(['i-demo0001']);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('counts as a failure of the rollout, so the next is not started', async () => {
    await onStage({ emulator: { faults: [onUpdate({ kind: 'accessDenied' })] } }, async (world) => {
      const report = await world.run({ balancers, selection: bothDemos });
      expect(report.instances.map(({ status }) => status)).toEqual(['failed', 'notStarted']);
      expect(report.rollout.stopped?.reason).toBe('maxFailures');
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });
});

describe('a load balancer that is busy', () => {
  test('for a while is waited for', async () => {
    const faults = [onUpdate(busy, { times: 4 })];
    await onStage({ emulator: { faults } }, async (world) => {
      expect((await world.run({ balancers })).status).toBe('rebuilt');
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('after each change, with several instances at once', async () => {
    await onStage({ emulator: { behaviour: { blbBusyMs: 2_000 } } }, async (world) => {
      world.emulator.setBalancer({
        id: 'lb-demo0002',
        groups: [
          { id: 'sg-a', members: [{ instanceId: 'i-demo0001', weight: 5 }] },
          { id: 'sg-b', members: [{ instanceId: 'i-demo0001', weight: 6 }] },
          { id: 'sg-c', members: [{ instanceId: 'i-demo0002', weight: 7 }] }
        ]
      });
      const before = weightsIn(world);
      const report = await world.run({ balancers, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.status).toBe('rebuilt');
      expect(weightsIn(world)).toEqual(before);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
    });
  });

  // The client repeats `LastOperationNotFinished` for 5 minutes, and set-weights.ts repeats that whole call 30 times.
  test('forever fails within minutes: the retries of the client and of set-weights.ts do not multiply', async () => {
    const faults = [onUpdate(busy, { times: always })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers });
      expect(oneOf(report).failure?.reason).toBe('drain');
      expect(rebuildsOf(world)).toEqual([]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(report.durationSeconds).toBeLessThan(15 * 60);
    });
  }, 60_000);
});

describe('a rollout that fails before the wipe gives the weights back at once', () => {
  const onRebuild = (play: WirePlay, times = always): Fault => ({ on: 'RebuildInstance', times, play });

  test.each<[string, readonly Fault[], string]>([
    ['the rebuild is denied', [onRebuild({ kind: 'accessDenied' })], 'denied'],
    ['the rebuild is refused', [onRebuild({ kind: 'error', status: 400, code: 'BadRequest' })], 'invalid'],
    ['a conflict stays', [onRebuild(conflict)], 'conflict'],
    [
      'observations are denied from the drain on',
      [{ on: 'GetInstance', from: 3, times: always, play: { kind: 'accessDenied' } }],
      'denied'
    ]
  ])('%s', async (_, faults, reason) => {
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ balancers, health }));
      expect(one).toMatchObject({ status: 'failed', disk: 'untouched', failure: { reason } });
      expect(movesOf(world, 'i-demo0001').toSorted()).toEqual([
        'lb-demo0001 0→100',
        'lb-demo0001 100→0',
        'lb-demo0002 0→30',
        'lb-demo0002 30→0'
      ]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(one.balancers.every(({ weight, currentWeight: now }) => weight === now)).toBe(true);
      expect(one.failure?.diskNote).not.toContain('no traffic');
      expect(badReturns(world, ['m-web-1'])).toEqual([]);
    });
  });

  test('a backup that fails: nothing was left yet, so no weight is touched', async () => {
    const faults = [{ on: 'CreateImage', play: { kind: 'imageEndsIn', status: 'CreatedFailed' } } as const];
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ balancers, backup: {} }));
      expect(one.failure?.reason).toBe('backup');
      expect(weightCallsOf(world)).toEqual([]);
    });
  });

  test('deletionProtection that is switched on during the drain', async () => {
    await onStage({}, async (world) => {
      world.clock.onSleep = () => {
        const isUnavailable = weightsIn(world).includes('lb-demo0001 i-demo0001 0');
        if (isUnavailable) world.emulator.setInstance('i-demo0001', { deletionProtection: 1 });
      };
      const one = oneOf(await world.run({ balancers }));
      expect(one).toMatchObject({ disk: 'untouched', failure: { reason: 'refused' } });
      expect(rebuildsOf(world)).toEqual([]);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('somebody has rebuilt it during the drain: it is skipped, checked, and gets its weights back', async () => {
    await onStage({ script: () => passes }, async (world) => {
      world.clock.onSleep = () => {
        const isUnavailable = weightsIn(world).includes('lb-demo0001 i-demo0001 0');
        if (isUnavailable) world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      };
      const report = await world.run({ balancers, health });
      expect(report.status).toBe('skipped');
      expect(rebuildsOf(world)).toEqual([]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
    });
  });

  test('somebody has rebuilt it during the drain and it is not healthy: it stays at 0', async () => {
    await onStage({ script: () => refuses }, async (world) => {
      world.clock.onSleep = () => {
        const isUnavailable = weightsIn(world).includes('lb-demo0001 i-demo0001 0');
        if (isUnavailable) world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      };
      const one = oneOf(await world.run({ balancers, health }));
      expect(one).toMatchObject({ disk: 'untouched', failure: { reason: 'unhealthy' } });
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });

  // The last observation that saw it showed it untouched, and Running.
  test('an instance that is gone during the drain gets no weight', async () => {
    await onStage({}, async (world) => {
      let isGone = false;
      world.clock.onSleep = () => {
        if (isGone || !weightsIn(world).includes('lb-demo0001 i-demo0001 0')) return;
        isGone = true;
        world.emulator.removeInstance('i-demo0001');
      };
      const one = oneOf(await world.run({ balancers }));
      expect(one.failure?.reason).toBe('gone');
      expect(badReturns(world, ['m-web-1'])).toEqual([]);
    });
  });
});

describe('a batch that is refused, and then each single rebuild too', () => {
  // The refusal of both leaves each in doubt until observing has shown nothing; what is then said of it alone counts.
  async function refused(
    play: WirePlay,
    check: (world: VirtualWorld, report: RunReport) => void
  ): Promise<void> {
    const faults: readonly Fault[] = [
      { on: 'RebuildBatchInstance', times: always, play },
      { on: 'RebuildInstance', times: always, play }
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      check(world, await world.run({ balancers, selection: bothDemos, rollout: maxUnavailable(2) }));
    });
  }

  test('because the request is wrong: nothing was erased, so the weights come back', async () => {
    await refused({ kind: 'error', status: 400, code: 'BadRequest' }, (world, { instances }) => {
      expect(instances.map(({ failure }) => failure?.reason)).toEqual(['invalid', 'invalid']);
      expect(instances.map(({ disk }) => disk)).toEqual(['untouched', 'untouched']);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('because another change is under way: it may be the rebuild, so no weight comes back', async () => {
    await refused(conflict, (world, { instances }) => {
      expect(instances.map(({ failure }) => failure?.reason)).toEqual(['conflict', 'conflict']);
      expect(instances.map(({ disk }) => disk)).toEqual(['unknown', 'unknown']);
      expect(badReturns(world, [])).toEqual([]);
      expect(weightsIn(world)).not.toEqual(demoWeights);
    });
  });

  test('a batch that is refused for one of them: the other is sent alone, and gets its weights back', async () => {
    const behaviour = { batchWithBadId: 'none', stoppedInstance: 'refused' } as const;
    const faults: readonly Fault[] = [
      { on: 'RebuildBatchInstance', play: { kind: 'error', status: 409, code: 'OperationDenied' } }
    ];
    await onStage({ emulator: { behaviour, faults } }, async (world) => {
      const report = await world.run({ balancers, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.status).toBe('rebuilt');
      expect(rebuildsOf(world)).toEqual(['RebuildBatchInstance', 'RebuildInstance', 'RebuildInstance']);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
    });
  });

  test('a batch that may not be sent: each is searched for, then sent alone', async () => {
    const faults: readonly Fault[] = [
      { on: 'RebuildBatchInstance', times: always, play: { kind: 'accessDenied' } }
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.status).toBe('rebuilt');
      expect(report.durationSeconds).toBeLessThan(100 + 120);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });
});

describe('weights that cannot be restored after a good rebuild', () => {
  test('are red, named with the weight, and in the annotations', async () => {
    const faults = [onUpdate({ kind: 'accessDenied' }, { from: 2, times: always })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ balancers, health });
      const one = oneOf(report);
      expect(report).toMatchObject({ status: 'failed', changed: true });
      expect(one).toMatchObject({ status: 'failed', disk: 'erased', failure: { reason: 'rejoin' } });
      expect(one.failure?.cause).toContain(
        'healthy, but its weights on the load balancers could not be restored'
      );
      expect(one.failure?.cause).toContain('UpdateBlbServer lb-demo0001');
      expect(one.failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100).');
      expect(one.balancers).toContainEqual({
        kind: 'blb',
        blbId: 'lb-demo0001',
        weight: 100,
        currentWeight: 0
      });
      expect(weightsIn(world)).toContain('lb-demo0002 i-demo0001 30');
      expect(annotationsOf(stateBehind(report)).at(-1)).toMatchObject({
        title: 'Load balancer weights are not restored',
        lines: expect.arrayContaining(['i-demo0001 on lb-demo0001: 0 instead of 100'])
      });
      expect(textOf(world.lines)).toContain('A weight of i-demo0001 could not be restored');
    });
  });

  test('because the member was removed meanwhile', async () => {
    await onStage({}, async (world) => {
      world.clock.onSleep = () => {
        if (world.emulator.rebuilds.length > 0)
          world.emulator.setBalancer({ id: 'lb-demo0001', members: [] });
      };
      const one = oneOf(await world.run({ balancers }));
      expect(one.failure?.reason).toBe('rejoin');
      expect(one.failure?.cause).toContain('BackendServerNotFound');
      expect(weightsIn(world)).toContain('lb-demo0002 i-demo0001 30');
    });
  });

  test('with rollback: the instance itself stays on the new image, because it is healthy', async () => {
    const faults = [onUpdate({ kind: 'accessDenied' }, { from: 2, times: always })];
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ balancers, health, rollback: true }));
      expect(one).toMatchObject({ status: 'failed', failure: { reason: 'rejoin' } });
      expect(one.rollback).toBeUndefined();
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-web-2');
    });
  });

  test('a temporary failure does not count', async () => {
    const faults = [onUpdate(failing500, { from: 2, times: 3 })];
    await onStage({ emulator: { faults } }, async (world) => {
      expect((await world.run({ balancers, health })).status).toBe('rebuilt');
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('an answer that is lost in the rollback is asked for again', async () => {
    const faults = [onUpdate({ kind: 'reset', when: 'after' }, { from: 2, times: 2 })];
    await onStage({ emulator: { faults } }, async (world) => {
      expect((await world.run({ balancers, health })).status).toBe('rebuilt');
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });
});
