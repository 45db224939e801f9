/** Twenty-four instances through the real bundle in real time: cancelled in the middle, and run again. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../emulator/server.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { MainStep } from '../../scripts/runner.ts';
import type { InstanceReport } from '../../src/core/report/report.ts';
import { onEmulator, type Played, type Scene } from './scene.ts';

const count = 24;
const maxUnavailable = 12;
const ids = Array.from({ length: count }, (_, index) => `i-fleet${String(index + 1).padStart(5, '0')}`);

const scene: Scene = {
  withPost: true,
  world: fleetWorld(count),
  // Long enough that each still goes on when the post step looks for it; one that is over keeps the job open for 3 minutes.
  behaviour: { staleRunningMs: 300, rebuildMs: 10_000, rebuildSpread: 0.4 },
  inputs: {
    instanceId: '',
    instanceTag: 'fleet=demo\napp=web',
    maxUnavailable: String(maxUnavailable),
    canary: '2',
    requestsPerSecond: '50',
    blbId: 'lb-demo0001',
    drainTime: '1s',
    timeout: '60s'
  }
};

interface Story {
  readonly first: Played;
  readonly second: Played;
  /** Rebuilds that were accepted, by the end of each run. */
  readonly accepted: readonly [number, number];
  /** Rebuild calls that came after the signal. */
  readonly sentAfterSignal: number;
  readonly rebuiltIds: readonly string[];
  readonly weights: ReadonlyMap<string, number>;
  readonly weightsBetween: ReadonlyMap<string, number>;
}

let story: Story;

function weightsOf(emulator: Emulator): ReadonlyMap<string, number> {
  const own = emulator.weights().filter(({ instanceId }) => ids.includes(instanceId));
  return new Map(own.map(({ instanceId, weight }) => [instanceId, weight]));
}

beforeAll(async () => {
  story = await onEmulator(scene, async (run, emulator) => {
    let signalled = false;
    let sentAfterSignal = 0;
    const strike = (step: MainStep): void => {
      signalled = true;
      step.cancel();
    };
    const first = await run({
      onCall({ operation }, step) {
        const isRebuild = operation === 'RebuildInstance' || operation === 'RebuildBatchInstance';
        if (signalled && isRebuild) sentAfterSignal += 1;
        const isMiddle = isRebuild && !signalled && emulator.rebuilds.length >= count / 2;
        if (isMiddle && step !== undefined) setTimeout(() => signalled || strike(step), 500);
      }
    });
    const acceptedFirst = emulator.rebuilds.length;
    const weightsBetween = weightsOf(emulator);
    const second = await run({ onCall: () => undefined });
    return {
      first,
      second,
      accepted: [acceptedFirst, emulator.rebuilds.length] as const,
      sentAfterSignal,
      rebuiltIds: emulator.rebuilds.map(({ instanceId }) => instanceId),
      weights: weightsOf(emulator),
      weightsBetween
    };
  });
});

describe('a fleet that is cancelled in the middle', () => {
  test('ends red and at once, and begins nothing new', () => {
    const { first, sentAfterSignal, accepted } = story;
    expect(first.main).toMatchObject({ exitCode: 1, stderr: '' });
    expect(sentAfterSignal).toBe(0);
    expect(accepted[0]).toBeGreaterThanOrEqual(count / 2);
    expect(accepted[0]).toBeLessThan(count);
    expect(first.report?.rollout).toMatchObject({
      maxUnavailable: maxUnavailable,
      stopped: { reason: 'cancelled' }
    });
  });

  test('names the state of every instance', () => {
    const instances = story.first.report?.instances ?? [];
    expect(instances.map(({ instanceId }) => instanceId).toSorted()).toEqual(ids);
    const of = (status: string): number => instances.filter((one) => one.status === status).length;
    expect(of('rebuilt') + of('inProgress') + of('notStarted')).toBe(count);
    expect(of('rebuilt') + of('inProgress')).toBe(story.accepted[0]);
    expect(of('inProgress')).toBeGreaterThan(0);
    expect(of('inProgress')).toBeLessThanOrEqual(maxUnavailable);
  });

  test('shows at most ten annotations, and all of it in the summary', () => {
    const { first } = story;
    expect(first.annotations.length).toBeGreaterThan(0);
    expect(first.annotations.length).toBeLessThanOrEqual(10);
    for (const id of ids) expect(first.summary).toContain(id);
  });

  test('gives back the weights of what was not erased, and names those that it cannot give back', () => {
    const instances = story.first.report?.instances ?? [];
    const isLeft = ({ status }: InstanceReport): boolean => status === 'inProgress';
    for (const one of instances) {
      expect([one.instanceId, story.weightsBetween.get(one.instanceId)]).toEqual([
        one.instanceId,
        isLeft(one) ? 0 : 100
      ]);
      expect(one.balancers).toMatchObject([{ blbId: 'lb-demo0001', weight: 100 }]);
    }
    // The summary is written after the restoring, so it lists exactly those that are left.
    const left = instances.filter(isLeft);
    expect(story.first.summary).toContain(`Load balancer weights to restore: ${left.length}\n`);
    expect(story.first.summary).toContain('backendserver?update');
  });
});

describe('the run after it', () => {
  test('is green, and waits for what was under way', () => {
    const { second } = story;
    expect(second.main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.outputs).toMatchObject({ status: 'rebuilt', changed: 'true' });
    const statuses = new Set(second.report?.instances.map(({ status }) => status));
    expect([...statuses].toSorted()).toEqual(['rebuilt', 'skipped']);
  });

  test('leaves every instance rebuilt exactly once, and never more unavailable than allowed', () => {
    expect(story.rebuiltIds.toSorted()).toEqual(ids);
    expect(story.accepted[1]).toBe(count);
    expect(story.second.report?.rollout.peakUnavailable).toBeLessThanOrEqual(maxUnavailable);
    expect(story.first.report?.rollout.peakUnavailable).toBeLessThanOrEqual(maxUnavailable);
  });

  test('gives every instance its weight back but for those that the first run named, and says so', () => {
    expect(story.second.annotations).toMatchObject([
      { level: 'warning', title: 'Weight 0 since before this run' }
    ]);
    expect(story.second.summary).toContain('The weight was 0 before this run and stays 0');
    const left = (story.first.report?.instances ?? []).filter(({ status }) => status === 'inProgress');
    for (const id of ids) {
      const isLeft = left.some(({ instanceId }) => instanceId === id);
      expect([id, story.weights.get(id)]).toEqual([id, isLeft ? 0 : 100]);
    }
  });
});

test('all calls together keep to requestsPerSecond', async () => {
  const perSecond = 3;
  const { calls } = await onEmulator(
    {
      ...scene,
      isTimed: true,
      withPost: false,
      world: fleetWorld(12),
      inputs: { ...scene.inputs, dryRun: 'true', rollback: 'true', requestsPerSecond: String(perSecond) }
    },
    (run) => run()
  );
  const times = calls.map(({ atMs }) => atMs);
  const spanSeconds = (Math.max(...times) - Math.min(...times)) / 1_000;
  expect(calls.length).toBeGreaterThan(12);
  // What may leave at once, and then so many a second; a little room for the clock of the machine.
  expect(calls.length).toBeLessThanOrEqual(perSecond + perSecond * (spanSeconds + 0.5));
});
