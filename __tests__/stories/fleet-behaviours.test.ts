/**
 * Random fleets on random services: with every behaviour, no more are erased at once than may be unavailable,
 * none is erased twice by one rebuild, and what is reported as rebuilt runs on the image.
 */
import { expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { RebuildRecord } from '../../emulator/http/records.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { fleetIds, randomFrom } from '../support/fleets.ts';
import { longerThanSearchMs, quickValues, variedTimeoutMs } from '../support/quick-service.ts';
import { caseCount, firstSeed } from '../support/random-cases.ts';
import { freshMs, showsBy } from '../support/shows-by.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const ids = fleetIds(7);

/** Replicas with no more lag than the action can detect, and snapshot schedules. */
const values = {
  ...quickValues,
  replicaLagMs: [0, 0, 3_000, 15_000],
  snapshotEveryMs: [0, ...quickValues.snapshotEveryMs]
} as const;

interface Case {
  readonly behaviour: Behaviour;
  readonly faults: readonly Fault[];
  readonly statuses: Readonly<Record<string, string>>;
  readonly rollback: boolean;
  readonly rollout: RunRequest['rollout'];
}

function randomCase(random: () => number): Case {
  const of = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const behaviour = Object.fromEntries(
    Object.entries(values).map(([name, values]) => [name, values[Math.floor(random() * values.length)]])
  ) as unknown as Behaviour;
  const instanceId = ids[Math.floor(random() * ids.length)] ?? '';
  const on = of(['RebuildInstance', 'RebuildBatchInstance']);
  const faults: readonly Fault[] = of<readonly Fault[]>([
    [],
    [],
    [{ on, play: { kind: 'reset', when: of(['before', 'after']) } }],
    [{ on, play: { kind: 'error', status: 500, code: 'InternalError', when: of(['before', 'after']) } }],
    [{ on, play: { kind: 'cutBody' } }],
    [{ on: 'RebuildBatchInstance', times: 99, play: { kind: 'accessDenied' } }],
    [{ on, instanceId, play: { kind: 'endsIn', status: of(['Error', 'Recycled']) } }],
    [{ on, instanceId, play: { kind: 'wrongImage', imageId: 'm-ubuntu22' } }],
    [{ on, instanceId, play: { kind: 'stuck', status: 'Starting' } }],
    [{ on, instanceId, play: { kind: 'lostRebuild' } }],
    [
      {
        on: 'RebuildBatchInstance',
        play: { kind: 'partialBatch', count: of([0, 1, 3]), status: of([403, 409, 429]), code: 'Refused' }
      }
    ],
    [
      { on, play: { kind: 'reset', when: of(['before', 'after']) } },
      {
        on: '*',
        during: { since: 'rebuild', fromMs: of([0, 5_000]), forMs: of([20_000, longerThanSearchMs]) },
        play: { kind: 'error', status: 503, code: 'ServiceUnavailable' }
      }
    ],
    [{ on: '*', from: 8, times: 8, play: { kind: 'throttle', shape: behaviour.throttle } }]
  ]);
  const statuses = Object.fromEntries(
    ids.filter(() => random() < 0.2).map((id) => [id, of(['Stopped', 'Error'])])
  );
  return {
    behaviour,
    faults,
    statuses,
    rollback: random() < 0.4,
    rollout: {
      maxUnavailable: { kind: 'count', count: of([1, 2, 3, 7]) },
      canary: of([0, 0, 1, 2]),
      pauseMs: of([0, 0, 90_000]),
      maxFailures: of([0, 1, 7])
    }
  };
}

/**
 * The rebuilds of one instance onto one image of which the second was right, because no observation could show the first:
 * its answer was lost, and nothing of it had shown. README.md says so.
 */
function isUnknowable({ behaviour, faults }: Case, rebuilds: readonly RebuildRecord[]): boolean {
  const [first, second, third] = rebuilds;
  const isLost = faults.some(({ play }) => ['reset', 'error', 'partialBatch'].includes(play.kind));
  const mayBeLost = isLost || behaviour.throttle.status === 503;
  if (!mayBeLost || first === undefined || second === undefined || third !== undefined) return false;
  const outageMs = Math.max(0, ...faults.map(({ during }) => (during?.fromMs ?? 0) + (during?.forMs ?? 0)));
  const observer = { knowsDisk: true, isOtherImage: true, blindUntilMs: first.acceptedAtMs + outageMs };
  return !showsBy(behaviour, first, observer, second.acceptedAtMs - freshMs);
}

/**
 * Whether nothing of the last rebuild had shown when the run was done with its instance. The one before it has the same
 * image and has replaced the disk already, so that only a status could tell.
 */
function isHidden(
  { behaviour }: Case,
  last: RebuildRecord | undefined,
  phase: RunReport['instances'][number]['phases'][number] | undefined
): boolean {
  if (last === undefined || phase === undefined) return false;
  const endedAtMs = Date.parse(phase.startedAt) + 1_000 * phase.durationSeconds;
  const observer = { knowsDisk: false, isOtherImage: false, blindUntilMs: last.acceptedAtMs };
  return !showsBy(behaviour, last, observer, endedAtMs - freshMs);
}

/** Whether it runs; a schedule may take a snapshot of it by now. */
function isUp(status: string): boolean {
  return status === 'Running' || status === 'SnapshotProcessing';
}

function problemsOf(one: Case, report: RunReport, { emulator, clock }: VirtualWorld): readonly string[] {
  const problems: string[] = [];
  const unknowable = new Set<string>();
  const { rebuilds } = emulator;
  for (const id of ids) {
    for (const imageId of ['m-web-1', 'm-web-2']) {
      const those = rebuilds.filter((each) => each.instanceId === id && each.requestedImageId === imageId);
      if (those.length < 2) continue;
      if (isUnknowable(one, those)) unknowable.add(id);
      else problems.push(`${id} was erased ${those.length} times for ${imageId}`);
    }
    const { status, disk, phases = [] } = report.instances.find(({ instanceId }) => instanceId === id) ?? {};
    const own = rebuilds.filter(({ instanceId }) => instanceId === id);
    const now = emulator.instance(id);
    const wanted = status === 'rebuilt' ? 'm-web-2' : status === 'rolledBack' ? 'm-web-1' : undefined;
    const isDone = isUp(now.status) && (own.at(-1)?.endsAtMs ?? Number.POSITIVE_INFINITY) <= clock.wallMs();
    const isExcused = unknowable.has(id) && isHidden(one, own.at(-1), phases.at(-1));
    if (wanted !== undefined && !(isDone && now.imageId === wanted) && !isExcused) {
      problems.push(`${id} is called ${status}, and is ${now.status} on ${now.imageId}`);
    }
    if (own.length > 0 && (status === 'notStarted' || disk === 'untouched'))
      problems.push(`${id} is called ${status}`);
  }
  for (const { acceptedAtMs } of rebuilds) {
    const count = rebuilds.filter(
      (each) => each.acceptedAtMs <= acceptedAtMs && each.endsAtMs > acceptedAtMs
    ).length;
    if (count > report.rollout.maxUnavailable) problems.push(`${count} were being rebuilt at once`);
  }
  const isClean =
    one.faults.length === 0 &&
    one.behaviour.callsPerSecond === 0 &&
    one.behaviour.statuses.length > 0 &&
    one.behaviour.replicaLagMs + one.behaviour.snapshotEveryMs === 0;
  const mayStop =
    Object.values(one.statuses).includes('Stopped') && one.behaviour.stoppedInstance === 'refused';
  if (isClean && !mayStop && report.status !== 'rebuilt')
    problems.push(`everything succeeded, and the run is ${report.status}`);
  return problems;
}

async function check(seed: number): Promise<void> {
  const one = randomCase(randomFrom(seed));
  const { behaviour, faults, statuses, rollback, rollout } = one;
  const emulator = { world: fleetWorld(ids.length), behaviour, faults };
  const request = { selection: { kind: 'ids', ids }, timeoutMs: variedTimeoutMs } as const;
  await withVirtualWorld({ emulator, request, requestsPerSecond: 5 }, async (world) => {
    for (const [id, status] of Object.entries(statuses)) world.emulator.setInstance(id, { status });
    const report = await world.run({ ...request, rollback, rollout });
    const problems = problemsOf(one, report, world);
    if (problems.length === 0) return;
    const told = report.instances.map(({ instanceId, status, failure }) =>
      [instanceId, status, failure?.cause].join(' ')
    );
    throw new Error(
      [
        `SEED=${seed}`,
        ...problems,
        JSON.stringify(one),
        ...told,
        JSON.stringify(world.emulator.rebuilds)
      ].join('\n')
    );
  });
}

test('random fleets over random services', async () => {
  const seed = firstSeed();
  const failures: string[] = [];
  for (let count = 0; count < caseCount(8); count += 1) {
    await check(seed + count).catch((error: unknown) => failures.push(String(error)));
  }
  expect(failures).toEqual([]);
}, 600_000);
