import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import type { Behaviour } from '../../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../../emulator/world/fleet.ts';
import type { Balancers } from '../../../src/ports/balancers.ts';
import type { Probe } from '../../../src/ports/probe.ts';
import { onBriefStage, withBriefWorld } from '../../support/brief.ts';
import {
  badReturns,
  bothBalancers,
  bothDemos,
  demoWeights,
  maxUnavailable,
  movesOf,
  weightCallsOf,
  weightsIn
} from '../../support/ports.ts';
import { callsOf, health, oneOf, passes, problemsOf, refuses, textOf } from '../../support/stage.ts';
import type { VirtualWorld } from '../../support/virtual.ts';

const balancers = bothBalancers;

/** When each rebuild was sent, in milliseconds since 1970. */
function sentAt({ emulator }: VirtualWorld): readonly number[] {
  return emulator.calls.filter(({ operation }) => operation.startsWith('Rebuild')).map(({ atMs }) => atMs);
}

describe('one instance behind a load balancer of each kind', () => {
  test('leaves both, waits, is rebuilt, and gets exactly the former weights back; log and phases say so', async () => {
    await onBriefStage({ emulator: { strict: true } }, async (world) => {
      const report = await world.run({ balancers, health });
      expect(report.status).toBe('rebuilt');
      expect(movesOf(world, 'i-demo0001').toSorted()).toEqual([
        'lb-demo0001 0→100',
        'lb-demo0001 100→0',
        'lb-demo0002 0→30',
        'lb-demo0002 30→0'
      ]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(movesOf(world, 'i-demo0002')).toEqual([]);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
      expect(oneOf(report).balancers).toEqual([
        { kind: 'blb', blbId: 'lb-demo0001', weight: 100, currentWeight: 100 },
        { kind: 'appblb', blbId: 'lb-demo0002', groupId: 'sg-demo0001', weight: 30, currentWeight: 30 }
      ]);
      const log = world.lines.join('\n');
      for (const words of [
        'setting its load balancer weights to 0 first',
        'lb-demo0001: weight 100 → 0',
        'lb-demo0002/sg-demo0001: weight 0 → 30'
      ]) {
        expect(log).toContain(words);
      }
      const { phases } = oneOf(report);
      const draining = phases.findIndex(({ phase }) => phase === 'draining');
      expect(phases[draining]?.durationSeconds).toBeGreaterThanOrEqual(30);
      expect(phases.slice(draining).map(({ phase }) => phase)).toContain('sending');
      expect(phases.filter(({ phase }) => phase === 'draining')).toHaveLength(1);
      const writes = weightCallsOf(world);
      // Nothing is ever added or removed.
      expect(writes.map(({ operation }) => operation).toSorted()).toEqual([
        'UpdateAppBlbServerGroupRs',
        'UpdateAppBlbServerGroupRs',
        'UpdateBlbServer',
        'UpdateBlbServer'
      ]);
      for (const { operation, method, query, status } of writes) {
        expect({ method, status }).toEqual({ method: 'PUT', status: 200 });
        expect('update' in query).toBe(operation === 'UpdateBlbServer');
      }
    });
  });

  test.each([0, 300_000])('drainTime of %i ms passes before the rebuild is sent', async (drainMs) => {
    await onBriefStage({}, async (world) => {
      await world.run({ balancers: { ...balancers, drainMs } });
      const left = world.emulator.weightChanges.filter(({ to }) => to === 0).map(({ atMs }) => atMs);
      const [sentMs = 0] = sentAt(world);
      expect(left).toHaveLength(2);
      expect(sentMs - Math.max(...left)).toBeGreaterThanOrEqual(drainMs);
      expect(sentMs - Math.max(...left)).toBeLessThan(drainMs + 1_000);
    });
  });

  test('leaves after the backup, which takes its time with the traffic on', async () => {
    await onBriefStage({}, async (world) => {
      const report = await world.run({ balancers, backup: {} });
      expect(report.status).toBe('rebuilt');
      const calls = callsOf(world);
      expect(calls.indexOf('CreateImage')).toBeLessThan(calls.indexOf('UpdateBlbServer'));
      expect(calls.indexOf('UpdateBlbServer')).toBeLessThan(calls.indexOf('RebuildInstance'));
      const made = world.emulator.calls.find(({ operation }) => operation === 'CreateImage');
      const [left] = world.emulator.weightChanges;
      expect((left?.atMs ?? 0) - (made?.atMs ?? 0)).toBeGreaterThanOrEqual(20_000);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('on the image already: it is skipped, and its weights are not changed', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      expect((await world.run({ balancers, health })).status).toBe('skipped');
      expect(weightCallsOf(world)).toEqual([]);
    });
  });

  test('in a dry run nothing is changed; the plan names them', async () => {
    await onBriefStage({}, async (world) => {
      const report = await world.run({ balancers, dryRun: true });
      expect(report.status).toBe('planned');
      expect(weightCallsOf(world)).toEqual([]);
      expect(
        oneOf(report).balancers.map(({ blbId, weight, currentWeight: now }) => [blbId, weight, now])
      ).toEqual([
        ['lb-demo0001', 100, 100],
        ['lb-demo0002', 30, 30]
      ]);
    });
  });
});

describe('a weight of 0', () => {
  const zero = (blbId: string, groupId?: string) => ({
    blbId,
    ...(groupId === undefined ? {} : { groupId }),
    instanceId: 'i-demo0001',
    weight: 0
  });

  test('on one of them stays 0 and gets no call, and the other is left and rejoined', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setWeight(zero('lb-demo0001'));
      const report = await world.run({ balancers, health });
      expect(report.status).toBe('rebuilt');
      expect(callsOf(world)).not.toContain('UpdateBlbServer');
      expect(movesOf(world, 'i-demo0001')).toEqual(['lb-demo0002 30→0', 'lb-demo0002 0→30']);
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
      expect(oneOf(report).plan.warnings).toContain(
        'its weight on lb-demo0001 was 0 even before the run, and stays 0'
      );
      expect(oneOf(report).balancers).toContainEqual({
        kind: 'blb',
        blbId: 'lb-demo0001',
        weight: 0,
        currentWeight: 0
      });
    });
  });

  test('on all of them: no call and no drainTime', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setWeight(zero('lb-demo0001'));
      world.emulator.setWeight(zero('lb-demo0002', 'sg-demo0001'));
      const startMs = world.clock.wallMs();
      expect((await world.run({ balancers, pollIntervalMs: 5_000 })).status).toBe('rebuilt');
      expect(weightCallsOf(world)).toEqual([]);
      expect((sentAt(world)[0] ?? 0) - startMs).toBeLessThan(6_000);
    });
  });

  test('that comes between the plan and the leaving is the former weight', async () => {
    await onBriefStage({}, async (world) => {
      const report = await world.run({ balancers }, undefined, {
        planned: async () => world.emulator.setWeight({ ...zero('lb-demo0001'), weight: 17 })
      });
      expect(report.status).toBe('rebuilt');
      expect(movesOf(world, 'i-demo0001')).toContain('lb-demo0001 0→17');
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 17');
    });
  });
});

describe('several instances', () => {
  test.each([1, 2])(
    '%i at a time: each gets its own weights back, and those that leave together share a call for each pool',
    async (count) => {
      await onBriefStage({}, async (world) => {
        const report = await world.run({
          balancers,
          health,
          selection: bothDemos,
          rollout: maxUnavailable(count)
        });
        expect(report.status).toBe('rebuilt');
        expect(weightsIn(world)).toEqual(demoWeights);
        expect(movesOf(world, 'i-demo0002').toSorted()).toEqual([
          'lb-demo0001 0→50',
          'lb-demo0001 50→0',
          'lb-demo0002 0→70',
          'lb-demo0002 70→0'
        ]);
        expect(badReturns(world, ['m-web-2'])).toEqual([]);
        const unavailable = new Map<string, string>();
        for (const { instanceId, blbId, to } of world.emulator.weightChanges) {
          if (to === 0) unavailable.set(`${instanceId} on ${blbId}`, instanceId);
          else unavailable.delete(`${instanceId} on ${blbId}`);
          expect(new Set(unavailable.values()).size).toBeLessThanOrEqual(count);
        }
        expect(unavailable.size).toBe(0);
        const calls = weightCallsOf(world);
        expect(calls).toHaveLength(count === 1 ? 8 : 4);
        const first = calls
          .slice(0, 2)
          .map(({ operation, instanceIds }) => [operation, instanceIds.toSorted()]);
        const together = ['i-demo0001', 'i-demo0002'].slice(0, count);
        expect(first.toSorted()).toEqual([
          ['UpdateAppBlbServerGroupRs', together],
          ['UpdateBlbServer', together]
        ]);
      });
    }
  );

  test('a fleet of 25 in batches of 10: one call each way, and no instance is lost', async () => {
    await onBriefStage({ emulator: { world: fleetWorld(25) } }, async (world) => {
      const before = weightsIn(world);
      const report = await world.run({
        balancers: { blbIds: ['lb-demo0001'], drainMs: 30_000 },
        selection: { kind: 'tags', tags: [{ key: 'fleet', value: 'demo' }] },
        rollout: maxUnavailable(10, { pauseMs: 60_000 }),
        health
      });
      expect(report.status).toBe('rebuilt');
      expect(report.rollout.peakUnavailable).toBe(10);
      expect(weightsIn(world)).toEqual(before);
      expect(weightCallsOf(world).map(({ instanceIds }) => instanceIds.length)).toEqual([
        10, 10, 10, 10, 5, 5
      ]);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
      // Instances that leave together share their reads too.
      expect(callsOf(world).filter((name) => name === 'DescribeBlbServers')).toHaveLength(4);
    });
  });

  test('one of them is healthy and on the image: it keeps its traffic all the time', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setInstance('i-demo0002', { imageId: 'm-web-2' });
      const report = await world.run({ balancers, health, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.instances.map(({ status }) => status)).toEqual(['rebuilt', 'skipped']);
      expect(movesOf(world, 'i-demo0002')).toEqual([]);
    });
  });
});

describe('only a healthy instance gets traffic', () => {
  /** Probes that pass a while after each instance has come up again; notes what each saw. */
  function lateProbe(world: () => VirtualWorld, passesAfterMs: number) {
    const upSince = new Map<string, number>();
    const seen: { readonly host: string; readonly atMs: number; readonly healthy: boolean }[] = [];
    const probe: Probe = {
      async probe({ host }) {
        const { emulator, clock } = world();
        const id = host.endsWith('.11') ? 'i-demo0001' : 'i-demo0002';
        const isNew = emulator.instance(id).imageId === 'm-web-2';
        if (isNew && !upSince.has(host)) upSince.set(host, clock.wallMs());
        const sinceMs = clock.wallMs() - (upSince.get(host) ?? 0);
        const healthy = !isNew || sinceMs >= passesAfterMs;
        seen.push({ host, atMs: clock.wallMs(), healthy });
        return healthy ? passes : refuses;
      },
      hostKeys: async () => []
    };
    return { probe, seen };
  }

  test.each([0, 45_000, 200_000])('a check that passes %i ms late', async (lateMs) => {
    let stage: VirtualWorld | undefined;
    const here = (): VirtualWorld => {
      if (stage === undefined) throw new Error('no world yet');
      return stage;
    };
    const { probe, seen } = lateProbe(here, lateMs);
    await withBriefWorld({ probe }, async (world) => {
      stage = world;
      const report = await world.run({ balancers, health, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.status).toBe('rebuilt');
      const returns = world.emulator.weightChanges.filter(({ to }) => to > 0);
      expect(returns).toHaveLength(4);
      for (const { instanceId, atMs } of returns) {
        const host = instanceId === 'i-demo0001' ? '192.168.0.11' : '192.168.0.12';
        const before = seen.filter((one) => one.host === host && one.atMs <= atMs);
        const lastBad = before.findLast(({ healthy }) => !healthy)?.atMs ?? 0;
        const stretch = before.filter(({ atMs: at }) => at > lastBad && at > atMs - 60_000);
        expect(stretch.length).toBeGreaterThan(1);
        expect(atMs - (stretch[0]?.atMs ?? atMs)).toBeGreaterThanOrEqual(10_000);
      }
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
    });
  });

  test('unhealthy until the deadline: it stays at 0, and log and result say so', async () => {
    await onBriefStage({ script: () => refuses }, async (world) => {
      const report = await world.run({ balancers, health });
      const one = oneOf(report);
      expect(one).toMatchObject({ status: 'failed', failure: { reason: 'unhealthy' } });
      expect(movesOf(world, 'i-demo0001').toSorted()).toEqual(['lb-demo0001 100→0', 'lb-demo0002 30→0']);
      expect(one.balancers.map(({ weight, currentWeight: now }) => [weight, now])).toEqual([
        [100, 0],
        [30, 0]
      ]);
      expect(one.failure?.diskNote).toContain(
        'It gets no traffic: its weight is 0 on lb-demo0001 (was 100), lb-demo0002/sg-demo0001 (was 30).'
      );
      expect(one.failure?.remedy).toContain(
        'Once it is healthy, restore its weights: the job summary lists them.'
      );
    });
  });

  test.each(['Error', 'Expired'] as const)('ends in %s: it stays at 0', async (status) => {
    const faults = [{ on: 'RebuildInstance', play: { kind: 'endsIn', status } } as const];
    await onBriefStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ balancers, health }));
      expect(one.failure?.reason).toBe('status');
      expect(one.balancers.map(({ currentWeight: now }) => now)).toEqual([0, 0]);
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });

  test.each<[string, Partial<Behaviour>]>([
    ['the old status is shown for long', { staleRunningMs: 120_000 }],
    ['the image flips on acceptance', { imageIdFlips: 'accept', diskChanges: 'accept' }],
    ['the image flips at the end', { imageIdFlips: 'end', diskChanges: 'end' }],
    ['Stopped is on the way', { statuses: ['Stopping', 'Stopped', 'Starting'] }],
    [
      'the status never leaves',
      { statuses: [], diskChanges: 'end', imageIdFlips: 'end', rebuildMs: 120_000 }
    ],
    ['the disk takes its time', { diskStatusDuringRebuild: 'Creating', rebuildMs: 100_000 }],
    ['a stopped instance ends stopped', { stoppedInstance: 'endsStopped' }],
    ['reads of weights lag', { weightShowsMs: 5_000 }],
    ['balancers take one change at a time', { blbBusyMs: 2_000 }]
  ])('where %s', async (_, behaviour) => {
    await onBriefStage({ emulator: { behaviour } }, async (world) => {
      const rollout = maxUnavailable(2);
      const report = await world.run({ balancers, selection: bothDemos, rollout, timeoutMs: 420_000 });
      expect(report.status).toBe('rebuilt');
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
      expect(weightsIn(world)).toEqual(demoWeights);
      for (const { instanceId, to, atMs } of world.emulator.weightChanges) {
        if (to === 0) continue;
        const rebuild = world.emulator.rebuilds.find((one) => one.instanceId === instanceId);
        expect(atMs).toBeGreaterThanOrEqual(rebuild?.endsAtMs ?? Number.POSITIVE_INFINITY);
      }
    });
  });
});

describe('before the plan', () => {
  test('an unknown load balancer: no plan, and nothing is changed', async () => {
    await onBriefStage({}, async (world) => {
      const asked = { blbIds: ['lb-demo0001', 'lb-nothere1'], drainMs: 0 };
      const problems = await problemsOf(world.run({ balancers: asked }));
      expect(problems).toHaveLength(1);
      expect(problems[0]?.cause).toContain('lb-nothere1');
      expect(problems[0]?.cause).toContain('neither an ordinary nor an application load balancer');
      expect(weightCallsOf(world)).toEqual([]);
      expect(callsOf(world)).not.toContain('RebuildInstance');
    });
  });

  test('a load balancer with none of the targets: no plan', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setBalancer({ id: 'lb-other001', members: [{ instanceId: 'i-demo0002' }] });
      world.emulator.setBalancer({ id: 'lb-empty001', groups: [] });
      const blbIds = ['lb-demo0001', 'lb-other001', 'lb-empty001'];
      const problems = await problemsOf(world.run({ balancers: { blbIds, drainMs: 0 } }));
      expect(problems.map(({ cause }) => cause)).toEqual([
        'None of the instances is a member of the load balancer lb-other001.',
        'None of the instances is a member of the load balancer lb-empty001.'
      ]);
    });
  });

  test('reads of load balancers that are denied: no plan, and the remedy names the call', async () => {
    const faults = [
      { on: 'DescribeBlbServers', times: Number.POSITIVE_INFINITY, play: { kind: 'accessDenied' } } as const
    ];
    await onBriefStage({ emulator: { faults } }, async (world) => {
      const problems = await problemsOf(world.run({ balancers }));
      expect(textOf(problems)).toContain('the policy of the user permit DescribeBlbServers');
    });
  });

  test('an instance that is in none of them is warned of, and rebuilt without leaving any', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setBalancer({ id: 'lb-demo0001', members: [{ instanceId: 'i-demo0002', weight: 50 }] });
      const asked = { blbIds: ['lb-demo0001'], drainMs: 30_000 };
      const report = await world.run({ balancers: asked, selection: bothDemos });
      expect(oneOf(report, 'i-demo0001').plan.warnings).toEqual([
        'it is no member of the load balancer lb-demo0001, so it does not leave it'
      ]);
      expect(oneOf(report, 'i-demo0002').plan.warnings).toEqual([]);
      expect(report.status).toBe('rebuilt');
      expect(movesOf(world, 'i-demo0001')).toEqual([]);
      expect(movesOf(world, 'i-demo0002')).toEqual(['lb-demo0001 50→0', 'lb-demo0001 0→50']);
    });
  });

  test('an instance that is in one of two load balancers is warned of the other', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setBalancer({ id: 'lb-demo0001', members: [{ instanceId: 'i-demo0002', weight: 50 }] });
      const report = await world.run({ balancers, selection: bothDemos, dryRun: true });
      expect(oneOf(report, 'i-demo0001').plan.warnings).toEqual([
        'it is no member of the load balancer lb-demo0001, so it does not leave it'
      ]);
      expect(oneOf(report, 'i-demo0002').plan.warnings).toEqual([]);
    });
  });

  test('an instance that is in one of two load balancers leaves that one', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setBalancer({ id: 'lb-demo0001', members: [{ instanceId: 'i-demo0002', weight: 50 }] });
      const report = await world.run({ balancers, selection: bothDemos, rollout: maxUnavailable(2) });
      expect(report.status).toBe('rebuilt');
      expect(movesOf(world, 'i-demo0001')).toEqual(['lb-demo0002 30→0', 'lb-demo0002 0→30']);
      expect(oneOf(report, 'i-demo0001').balancers.map(({ blbId }) => blbId)).toEqual(['lb-demo0002']);
    });
  });

  test('an instance in several groups of one balancer leaves all of them', async () => {
    await onBriefStage({}, async (world) => {
      world.emulator.setBalancer({
        id: 'lb-demo0002',
        groups: [
          { id: 'sg-a', members: [{ instanceId: 'i-demo0001', weight: 5 }] },
          { id: 'sg-b', members: [{ instanceId: 'i-demo0001', weight: 6 }] },
          { id: 'sg-c', members: [{ instanceId: 'i-demo0002', weight: 7 }] }
        ]
      });
      const report = await world.run({ balancers: { blbIds: ['lb-demo0002'], drainMs: 1_000 } });
      expect(report.status).toBe('rebuilt');
      expect(movesOf(world, 'i-demo0001')).toEqual([
        'lb-demo0002 5→0',
        'lb-demo0002 6→0',
        'lb-demo0002 0→5',
        'lb-demo0002 0→6'
      ]);
    });
  });
});

describe('a load balancer whose read is refused during the read of another', () => {
  /** The number of reads under way; each takes three seconds of the virtual clock. */
  const play = (from: number): Promise<readonly [out: number, causes: string]> => {
    let out = 0;
    let stage: VirtualWorld | undefined;
    const wrapBalancers = (balancers: Balancers): Balancers => ({
      setWeights: (...call) => balancers.setWeights(...call),
      async listBackendServers(...call) {
        out += 1;
        try {
          if (call[0] === 'lb-demo0002') await stage?.clock.sleep(3_000, call[1]);
          return await balancers.listBackendServers(...call);
        } finally {
          out -= 1;
        }
      }
    });
    const faults: readonly Fault[] = [
      { on: 'DescribeBlbServers', from, times: 99, play: { kind: 'accessDenied' } }
    ];
    return onBriefStage({ wrapBalancers, emulator: { faults } }, async (world) => {
      stage = world;
      const run = world.run({ balancers });
      const told = from === 1 ? await problemsOf(run) : oneOf(await run).failure?.cause;
      return [out, textOf(told)];
    });
  };

  test.each([
    ['in the plan', 1],
    ['before the drain', 3]
  ])('%s: the run ends only once that read has ended', async (_, from) => {
    const [out, told] = await play(from);
    expect(told).toContain('AccessDenied');
    expect(out).toBe(0);
  });
});
