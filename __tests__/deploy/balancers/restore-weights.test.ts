import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import { fleetWorld } from '../../../emulator/world/fleet.ts';
import type { BackendServer } from '../../../src/core/model/backend-server.ts';
import type { RunReport } from '../../../src/core/report/report.ts';
import type { InstanceRun } from '../../../src/core/run/instance-run.ts';
import { loweredIds } from '../../../src/core/run/left-for-post-step.ts';
import { annotationsOf } from '../../../src/core/summary/annotations.ts';
import { restoreWeights } from '../../../src/deploy/balancers/restore-weights.ts';
import type { Balancers } from '../../../src/ports/balancers.ts';
import type { RunRequest } from '../../../src/ports/request.ts';
import { rebuildOf, runOf, stateOf } from '../../core/run/runs.ts';
import { onBriefStage } from '../../support/brief.ts';
import {
  badReturns,
  bothBalancers,
  bothDemos,
  demoWeights,
  failureAs,
  maxUnavailable,
  playBalancers,
  playBcc,
  runningInstance,
  weightCallsOf,
  weightsIn
} from '../../support/ports.ts';
import { reported, stateBehind } from '../../support/reported.ts';
import { callsOf, health, newCancel, oneOf, passes, refuses, textOf } from '../../support/stage.ts';
import { noCancel, VirtualClock, type VirtualWorld } from '../../support/virtual.ts';

const balancers = bothBalancers;
const always = Number.POSITIVE_INFINITY;

/** What the post step does with a report. */
async function restore(world: VirtualWorld, report: RunReport): Promise<RunReport> {
  const { bcc, clock, lines } = world;
  const log = {
    info: (line: string) => lines.push(line),
    warning: (line: string) => lines.push(`warning: ${line}`),
    debug: () => undefined,
    group: <T>(_title: string, work: () => Promise<T>) => work()
  };
  const ports = { bcc, balancers: balancersOf(world), clock, log, cancel: noCancel };
  return reported(await restoreWeights(stateBehind(report), ports));
}

/** The client implements both ports; `VirtualWorld` types only one of them. */
function balancersOf({ bcc }: VirtualWorld): Balancers {
  if ('listBackendServers' in bcc && 'setWeights' in bcc) return bcc as typeof bcc & Balancers;
  throw new Error('the client sets no weights');
}

/** A run that is cancelled as soon as `when` holds. */
async function cancelledRun(
  world: VirtualWorld,
  when: (world: VirtualWorld) => boolean,
  request: Partial<RunRequest> = {}
): Promise<RunReport> {
  const { cancel, pull } = newCancel();
  world.clock.onSleep = () => {
    if (when(world)) pull();
  };
  const report = await world.run({ balancers, ...request }, cancel);
  world.clock.onSleep = () => undefined;
  expect(cancel.signal.aborted).toBe(true);
  return report;
}

const isDrained = (world: VirtualWorld): boolean => world.emulator.weightChanges.length === 2;
const isSent = ({ emulator }: VirtualWorld): boolean => emulator.rebuilds.length > 0;

/** The current weights of one instance in the report. */
function nowOf(report: RunReport, id = 'i-demo0001'): readonly number[] {
  return oneOf(report, id).balancers.map(({ currentWeight: now }) => now);
}

describe('after a cancel during the drain', () => {
  test('the report has the disk as untouched and the weights that are to be restored', async () => {
    await onBriefStage({}, async (world) => {
      const report = await cancelledRun(world, isDrained, { health });
      const one = oneOf(report);
      expect(one).toMatchObject({
        status: 'notStarted',
        disk: 'untouched',
        failure: { reason: 'cancelled' }
      });
      expect(one.balancers).toEqual([
        { kind: 'blb', blbId: 'lb-demo0001', weight: 100, currentWeight: 0 },
        { kind: 'appblb', blbId: 'lb-demo0002', groupId: 'sg-demo0001', weight: 30, currentWeight: 0 }
      ]);
      expect(one.failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100)');
      expect(one.failure?.remedy).toContain('The post step of this action restores the weights');
      expect(callsOf(world)).not.toContain('RebuildInstance');
      expect(textOf(annotationsOf(stateBehind(report)))).toContain(
        'i-demo0001 on lb-demo0001: 0 instead of 100'
      );
    });
  });

  test('the weights are given back exactly, and the report then says so', async () => {
    await onBriefStage({}, async (world) => {
      const report = await restore(world, await cancelledRun(world, isDrained));
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(nowOf(report)).toEqual([100, 30]);
      expect(badReturns(world, ['m-web-1'])).toEqual([]);
      expect(textOf(annotationsOf(stateBehind(report)))).not.toContain('instead of');
      expect(world.lines.join('\n')).toContain('i-demo0001: weight on lb-demo0001 restored to 100');
    });
  });

  test.each<[string, Parameters<VirtualWorld['emulator']['setInstance']>[1]]>([
    ['it was stopped', { status: 'Stopped' }],
    ['it is in Error', { status: 'Error' }],
    ['it is changing', { status: 'Starting' }],
    ['it is on another image', { imageId: 'm-web-2' }]
  ])('not where %s meanwhile', async (_, patch) => {
    await onBriefStage({}, async (world) => {
      const cancelled = await cancelledRun(world, isDrained);
      world.emulator.setInstance('i-demo0001', patch);
      const report = await restore(world, cancelled);
      expect(report).toEqual(cancelled);
      expect(weightCallsOf(world)).toHaveLength(2);
      expect(world.lines.at(-1)).toMatch(
        /^warning: Weights are not restored: i-demo0001 is \w+ on m-web-\d$/
      );
    });
  });

  test('not where it is gone', async () => {
    await onBriefStage({}, async (world) => {
      const cancelled = await cancelledRun(world, isDrained);
      world.emulator.removeInstance('i-demo0001');
      expect(await restore(world, cancelled)).toEqual(cancelled);
      expect(weightCallsOf(world)).toHaveLength(2);
      expect(world.lines.at(-1)).toContain('i-demo0001 could not be read');
    });
  });

  test('the restoring of one balancer fails: the other one is restored, and the report shows both', async () => {
    const denied = { on: 'UpdateBlbServer', from: 2, times: always, play: { kind: 'accessDenied' } } as const;
    await onBriefStage({ emulator: { faults: [denied] } }, async (world) => {
      const report = await restore(world, await cancelledRun(world, isDrained));
      expect(nowOf(report)).toEqual([0, 30]);
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
      expect(world.lines.join('\n')).toContain('not restored: i-demo0001 (UpdateBlbServer lb-demo0001');
    });
  });

  test('twice is once', async () => {
    await onBriefStage({}, async (world) => {
      const restored = await restore(world, await cancelledRun(world, isDrained));
      expect(await restore(world, restored)).toEqual(restored);
      expect(weightCallsOf(world)).toHaveLength(4);
    });
  });

  test('a fleet takes one list and one call for each pool', async () => {
    await onBriefStage({ emulator: { world: fleetWorld(12) } }, async (world) => {
      const before = weightsIn(world);
      const cancelled = await cancelledRun(world, ({ emulator }) => emulator.weightChanges.length === 12, {
        balancers: { blbIds: ['lb-demo0001'], drainMs: 30_000 },
        selection: { kind: 'tags', tags: [{ key: 'fleet', value: 'demo' }] },
        rollout: maxUnavailable(12)
      });
      const known = world.emulator.calls.length;
      await restore(world, cancelled);
      expect(world.emulator.calls.slice(known).map(({ operation }) => operation)).toEqual([
        'ListInstanceByIds',
        'UpdateBlbServer'
      ]);
      expect(weightsIn(world)).toEqual(before);
    });
  });
});

test('a cancel while the weights are being set to 0: those that may be at 0 are restored', async () => {
  const faults: readonly Fault[] = [
    { on: 'UpdateBlbServer', times: 3, play: { kind: 'reset', when: 'after' } }
  ];
  await onBriefStage({ emulator: { faults } }, async (world) => {
    // The first answer is lost; the client waits before it asks again, and is cut off there.
    const report = await cancelledRun(world, ({ emulator }) =>
      emulator.calls.some(({ operation, fault }) => operation === 'UpdateBlbServer' && fault !== undefined)
    );
    expect(oneOf(report)).toMatchObject({ disk: 'untouched', status: 'notStarted' });
    expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    expect(oneOf(report).balancers).toContainEqual({
      kind: 'blb',
      blbId: 'lb-demo0001',
      weight: 100,
      currentWeight: 0
    });
    await restore(world, report);
    expect(weightsIn(world)).toEqual(demoWeights);
  });
});

test('a cancel while the load balancers are read: nothing is held', async () => {
  await onBriefStage({}, async (world) => {
    const { cancel, pull } = newCancel();
    const report = await world.run({ balancers }, cancel, {
      progressed: (make) => {
        if (oneOf(make()).phases.some(({ phase }) => phase === 'draining')) pull();
      }
    });
    expect(nowOf(report)).toEqual([100, 30]);
    expect(weightCallsOf(world)).toEqual([]);
  });
});

describe('after a cancel that comes when it is erased', () => {
  const isRunningAnew = ({ emulator }: VirtualWorld): boolean => {
    const { status, imageId } = emulator.instance('i-demo0001');
    return status === 'Running' && imageId === 'm-web-2';
  };

  test.each<[string, (world: VirtualWorld) => boolean]>([
    ['while nothing shows yet', isSent],
    ['in the middle', ({ emulator }) => emulator.instance('i-demo0001').status === 'Starting']
  ])('%s: nothing is given back, and it is named', async (_, when) => {
    await onBriefStage({}, async (world) => {
      const cancelled = await cancelledRun(world, when, { health });
      expect(oneOf(cancelled)).toMatchObject({ status: 'inProgress', disk: 'erased' });
      expect(nowOf(cancelled)).toEqual([0, 0]);
      expect(oneOf(cancelled).failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100)');
      expect(oneOf(cancelled).failure?.remedy).toContain('restore its weights: the job summary lists them');
      expect(await restore(world, cancelled)).toEqual(cancelled);
      expect(weightCallsOf(world)).toHaveLength(2);
    });
  });

  test('during the health check: it is not known to be healthy, so it stays at 0', async () => {
    await onBriefStage({ script: () => refuses }, async (world) => {
      const cancelled = await cancelledRun(
        world,
        () => isRunningAnew(world) && world.clock.nowMs() > 300_000,
        { health }
      );
      expect(nowOf(cancelled)).toEqual([0, 0]);
      expect(await restore(world, cancelled)).toEqual(cancelled);
    });
  });

  test('with the answer to the rebuild lost: whether it is erased is not known, so it stays at 0', async () => {
    const faults = [{ on: 'RebuildInstance', play: { kind: 'reset', when: 'after' } } as const];
    await onBriefStage({ emulator: { faults } }, async (world) => {
      const cancelled = await cancelledRun(world, isSent);
      expect(oneOf(cancelled).disk).not.toBe('untouched');
      expect(await restore(world, cancelled)).toEqual(cancelled);
    });
  });

  test('a re-run takes 0 as its weight, as the page says', async () => {
    await onBriefStage({}, async (world) => {
      await cancelledRun(world, isSent, { health });
      expect((await world.run({ balancers, health })).status).not.toBe('failed');
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });
});

test('of two, the one that drains is given back and the one that is erased is not', async () => {
  // Each is in a load balancer of its own, and that of the second is locked for some seconds.
  const locked = { kind: 'error', status: 409, code: 'LastOperationNotFinished' } as const;
  const faults = [{ on: 'UpdateBlbServer', times: 3, play: locked } as const];
  await onBriefStage({ emulator: { faults } }, async (world) => {
    world.emulator.setBalancer({ id: 'lb-demo0001', members: [{ instanceId: 'i-demo0002', weight: 50 }] });
    const members = [{ instanceId: 'i-demo0001', weight: 30 }];
    world.emulator.setBalancer({ id: 'lb-demo0002', groups: [{ id: 'sg-demo0001', members }] });
    const request = { selection: bothDemos, rollout: maxUnavailable(2) };
    const cancelled = await cancelledRun(world, isSent, request);
    expect(cancelled.instances.map(({ disk }) => disk)).toEqual(['erased', 'untouched']);
    expect(cancelled.instances.map(({ instanceId }) => nowOf(cancelled, instanceId))).toEqual([[0], [0]]);
    const report = await restore(world, cancelled);
    expect(report.instances.map(({ instanceId }) => nowOf(report, instanceId))).toEqual([[0], [50]]);
    expect(weightsIn(world)).toEqual(['lb-demo0001 i-demo0002 50', 'lb-demo0002 i-demo0001 0']);
    expect(badReturns(world, ['m-web-1'])).toEqual([]);
  });
});

// Until the call is answered the report kept for the post step says `untouched`, and the service still shows Running;
// only the phase shows it.
test('a run that is killed during the rebuild call: the weights stay at 0', async () => {
  let latest: (() => RunReport) | undefined;
  let kept: RunReport | undefined;
  const { cancel, pull } = newCancel();
  const onCall = ({ operation }: { readonly operation: string }): void => {
    if (operation !== 'RebuildInstance') return;
    kept = latest?.();
    pull();
  };
  await onBriefStage({ emulator: { onCall } }, async (world) => {
    await world.run({ balancers }, cancel, {
      progressed: (report) => {
        latest = report;
      }
    });
    if (kept === undefined) throw new Error('nothing was kept');
    expect(oneOf(kept).phases.at(-1)?.phase).toBe('sending');
    expect(world.emulator.rebuilds).toHaveLength(1);
    await restore(world, kept);
    expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
  });
});

describe('an instance that is known to be healthy', () => {
  test('weights that could not be restored in the run are restored by the post step', async () => {
    const denied = { on: 'UpdateBlbServer', from: 2, times: 1, play: { kind: 'accessDenied' } } as const;
    await onBriefStage({ script: () => passes, emulator: { faults: [denied] } }, async (world) => {
      const failed = await world.run({ balancers, health });
      expect(oneOf(failed).failure?.reason).toBe('rejoin');
      expect(nowOf(failed)).toEqual([0, 30]);
      const report = await restore(world, failed);
      expect(nowOf(report)).toEqual([100, 30]);
      expect(weightsIn(world)).toEqual(demoWeights);
      expect(badReturns(world, ['m-web-2'])).toEqual([]);
    });
  });

  test('an unhealthy one is not', async () => {
    await onBriefStage({ script: () => refuses }, async (world) => {
      const failed = await world.run({ balancers, health });
      expect(await restore(world, failed)).toEqual(failed);
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
    });
  });
});

describe('a cancel when an instance is known to be healthy', () => {
  const isRejoining = ({ emulator }: VirtualWorld): boolean =>
    emulator.calls.filter(({ operation }) => operation === 'UpdateBlbServer').length >= 2;

  const isLeavingAgain = ({ emulator }: VirtualWorld): boolean =>
    emulator.weightChanges.filter(({ instanceId }) => instanceId === 'i-demo0001').length >= 6;

  test('while it rejoins: the post step gives the weights back', async () => {
    const oops = { kind: 'error', status: 500, code: 'InternalError' } as const;
    const faults = [{ on: 'UpdateBlbServer', from: 2, times: 3, play: oops } as const];
    await onBriefStage({ emulator: { faults } }, async (world) => {
      const cancelled = await cancelledRun(world, isRejoining, { health });
      const one = oneOf(cancelled);
      expect(one).toMatchObject({ status: 'failed', disk: 'erased', failure: { reason: 'rejoin' } });
      expect(one.health?.healthy).toBe(true);
      expect(one.failure?.cause).toContain('could not be restored: the run was cancelled.');
      expect(one.failure?.remedy).toContain('The post step of this action restores the weights');
      expect(weightsIn(world)).toContain('lb-demo0001 i-demo0001 0');
      await restore(world, cancelled);
      expect(weightsIn(world)).toEqual(demoWeights);
    });
  });

  test('while it leaves again to be rolled back: it is named, with its weights and a cause of whole sentences', async () => {
    const error = { kind: 'endsIn', status: 'Error' } as const;
    const faults = [{ on: 'RebuildInstance', instanceId: 'i-demo0002', play: error } as const];
    await onBriefStage({ emulator: { faults } }, async (world) => {
      const request = { selection: bothDemos, rollback: true };
      const cancelled = await cancelledRun(world, isLeavingAgain, request);
      const one = oneOf(cancelled, 'i-demo0001');
      expect(one).toMatchObject({ status: 'failed', failure: { reason: 'cancelled' } });
      expect(one.failure?.diskNote).toContain('its weight is 0 on lb-demo0001 (was 100)');
      expect(world.emulator.rebuilds.filter(({ instanceId }) => instanceId === 'i-demo0001')).toHaveLength(1);
      expect(one.failure?.cause).toContain('. Cancelled before its rollback.');
    });
  });
});

describe('by hand', () => {
  function newScene(answers: { readonly status?: string; readonly imageId?: string } = {}) {
    const clock = new VirtualClock();
    const { bcc: plain, calls } = playBcc(clock);
    const see = (id: string) => runningInstance(id, answers);
    const bcc = {
      ...plain,
      getInstance: async (id: string, signal: AbortSignal) => {
        await plain.getInstance(id, signal);
        return see(id);
      },
      listInstances: async (ids: readonly string[], signal: AbortSignal) =>
        new Map([...(await plain.listInstances(ids, signal)).keys()].map((id) => [id, see(id)]))
    };
    const played = playBalancers(clock);
    const lines: string[] = [];
    const log = {
      info: (line: string) => lines.push(line),
      warning: (line: string) => lines.push(line),
      debug: () => undefined,
      group: <T>(_title: string, work: () => Promise<T>) => work()
    };
    const ports = { bcc, balancers: played.balancers, clock, log, cancel: noCancel };
    return { ports, calls, lines, changes: played.changes };
  }

  const server = (instanceId: string, weight: number, patch: Partial<BackendServer> = {}): BackendServer => ({
    kind: 'blb',
    blbId: 'lb-1',
    instanceId,
    weight,
    ...patch
  });

  /** An instance that nothing was done to but to lower its weights. */
  function loweredRun(
    id: string,
    backendServers: readonly BackendServer[],
    patch: Partial<InstanceRun> = {}
  ): InstanceRun {
    return runOf(
      {
        heldWeights: backendServers.map((one) => ({ server: one, state: 'held' })),
        cancelled: true,
        ...patch
      },
      id
    );
  }

  test.each([
    ['m-old', 40],
    ['m-new', 0]
  ])('one that nothing was done to and is seen on %s', async (imageId, weight) => {
    const { ports, changes } = newScene({ imageId });
    const state = await restoreWeights(stateOf([loweredRun('i-1', [server('i-1', 40)])]), ports);
    expect(changes.map(({ weights }) => weights)).toEqual(
      weight === 0 ? [] : [[{ instanceId: 'i-1', weight: 40 }]]
    );
    expect(nowOf(reported(state), 'i-1')).toEqual([weight]);
  });

  test('a state with nothing lowered costs no call', async () => {
    const { ports, calls } = newScene();
    const state = stateOf([runOf({ heldWeights: [{ server: server('i-1', 40), state: 'returned' }] })]);
    expect(await restoreWeights(state, ports)).toBe(state);
    expect(calls).toEqual([]);
  });

  test('only lowered weights are set, those of several instances by one call a pool', async () => {
    const { ports, changes } = newScene({ imageId: 'm-old' });
    const backendServers = (id: string, weight: number) => [
      server(id, weight),
      server(id, weight, { kind: 'appblb', blbId: 'lb-3', groupId: 'sg-1' })
    ];
    const kept = { server: server('i-1', 7, { blbId: 'lb-2' }), state: 'returned' } as const;
    const first = loweredRun('i-1', backendServers('i-1', 10));
    const state = stateOf([
      { ...first, heldWeights: [...first.heldWeights, kept] },
      loweredRun('i-2', backendServers('i-2', 20)),
      loweredRun('i-3', backendServers('i-3', 30), { rebuild: rebuildOf(), cancelled: false })
    ]);
    const restored = await restoreWeights(state, ports);
    const both = [
      { instanceId: 'i-1', weight: 10 },
      { instanceId: 'i-2', weight: 20 }
    ];
    expect(changes.map(({ pool, weights }) => [pool.blbId, weights])).toEqual([
      ['lb-1', both],
      ['lb-3', both]
    ]);
    expect(loweredIds(restored)).toEqual(['i-3']);
    expect(restored.instances[2]).toBe(state.instances[2]);
  });

  test('a read that is denied changes nothing, with one warning', async () => {
    const { ports, lines, changes } = newScene();
    const denied = async (): Promise<never> => {
      throw failureAs('denied');
    };
    const bcc = { ...ports.bcc, getInstance: denied, listInstances: denied };
    const state = stateOf(['i-1', 'i-2'].map((id) => loweredRun(id, [server(id, 40)])));
    expect(await restoreWeights(state, { ...ports, bcc })).toEqual(state);
    expect(lines).toEqual(['Weights are not restored: i-1 could not be read; i-2 could not be read']);
    expect(changes).toEqual([]);
  });

  test('a cancel ends it', async () => {
    const { ports } = newScene({ imageId: 'm-old' });
    const gone = new AbortController();
    gone.abort();
    const cancel = { signal: gone.signal, writes: gone.signal };
    // What was restored before it is known all the same, so the state is given and not thrown away.
    const after = await restoreWeights(stateOf([loweredRun('i-1', [server('i-1', 40)])]), {
      ...ports,
      cancel
    });
    expect(loweredIds(after)).toEqual(['i-1']);
  });
});
