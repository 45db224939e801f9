/**
 * Whole runs with checks from inside, on random switches and faults, on a virtual clock: whatever the agents show, a run is
 * never green on the old system.
 */
import { expect, test } from '@jest/globals';
import { assistantValues } from '../../emulator/assistant/assistant-behaviour.ts';
import type { Fault, Play } from '../../emulator/faults/faults.ts';
import type { Emulator } from '../../emulator/server.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { guestScriptOf } from '../../src/core/health/guest/guest-system.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { createDice, type Dice } from '../support/cloud/dice.ts';
import { caseCount, firstSeed } from '../support/random-cases.ts';
import { web } from '../support/stage.ts';
import { withVirtualWorld } from '../support/virtual.ts';

const cases = caseCount(10, 'GUEST_CASES');
const seed = firstSeed();
const ids = ['i-demo0001', 'i-demo0002', 'i-demo0003'];
const script = 'systemctl is-active nginx';

function drawBehaviour(dice: Dice): Partial<Behaviour> {
  const assistant = Object.entries(assistantValues)
    // An account without Cloud Assistant ends before anything is sent, as a story of its own shows.
    .filter(([name]) => name !== 'assistantSwitchedOn')
    .map(([name, values]) => [name, dice.pick([...values])]);
  return {
    ...Object.fromEntries(assistant),
    // On the same side of the deadlines and of the rebuilds below as the usual values are of longer ones.
    agentStaleMs: dice.pick([30_000, 0, 300_000]),
    agentBootMs: dice.pick([8_000, 0, 60_000]),
    staleRunningMs: dice.pick([0, 7_000, 30_000]),
    statuses: dice.pick([['Starting'], ['Stopping', 'Stopped', 'Starting'], ['Rebuilding']]),
    rebuildMs: dice.pick([10_000, 35_000, 90_000]),
    imageIdFlips: dice.pick(['accept', 'start', 'end'] as const),
    diskReplaced: dice.pick(['newId', 'newCreateTime', 'unchanged'] as const)
  };
}

function drawFaults(dice: Dice): readonly Fault[] {
  const plays: readonly (readonly [string, Play])[] = [
    ['CreateAction', { kind: 'reset', when: 'after' }],
    ['CreateAction', { kind: 'reset', when: 'before' }],
    ['CreateAction', { kind: 'garbage' }],
    ['CreateAction', { kind: 'runStuck' }],
    ['CreateAction', { kind: 'agentLost' }],
    ['CreateAction', { kind: 'softError', code: 'InternalError' }],
    ['GetActionRun', { kind: 'error', status: 500, code: 'InternalError' }],
    ['GetActionRun', { kind: 'softError', code: 'NoSuchObject' }],
    ['BatchGetAgent', { kind: 'throttle' }],
    ['BatchGetAgent', { kind: 'garbage' }],
    ['RebuildInstance', { kind: 'reset', when: 'after' }]
  ];
  const some = Array.from({ length: dice.int(0, 4) }, (): Fault => {
    const [on, play] = dice.pick(plays);
    return { on, from: dice.int(1, 6), times: dice.int(1, 3), play };
  });
  // The API shows all of a rebuild, and the old system goes on: the worst that a check from inside can meet.
  const ghosts = ids
    .filter(() => dice.chance(0.25))
    .flatMap((instanceId): Fault[] =>
      ['RebuildInstance', 'RebuildBatchInstance'].map((on) => ({
        on,
        instanceId,
        times: 99,
        play: { kind: 'ghost' }
      }))
    );
  return [...some, ...ghosts];
}

function drawRequest(dice: Dice, count: number): Partial<RunRequest> {
  const checks: NonNullable<RunRequest['health']>['checks'] = [{ kind: 'assistant' }];
  const times = { deadlineMs: dice.pick([30_000, 80_000]), minHealthyTimeMs: dice.pick([0, 5_000, 10_000]) };
  const isScript = dice.chance(0.6);
  return {
    selection: { kind: 'ids', ids: ids.slice(0, count) },
    rollout: {
      maxUnavailable: { kind: 'count', count: dice.int(1, count) },
      canary: dice.chance(0.3) ? 1 : 0,
      pauseMs: 0,
      maxFailures: dice.int(0, 2)
    },
    rollback: dice.chance(0.4),
    pollIntervalMs: dice.pick([1_000, 5_000, 15_000]),
    health: isScript
      ? {
          checks: [...checks, { kind: 'guestScript', user: 'root' }],
          guestScript: guestScriptOf(script, 'root'),
          ...times
        }
      : { checks, ...times }
  };
}

/** Whether the system inside was booted after the last rebuild that was accepted, and answered a probe of this run. */
function isNew(emulator: Emulator, id: string): boolean {
  const { guest } = emulator.instance(id);
  const accepted =
    emulator.rebuilds.findLast(({ instanceId }) => instanceId === id)?.acceptedAtMs ?? Infinity;
  const isProbed = emulator.runs.some(({ children }) =>
    children.some(
      ({ instanceId, bootId, output }) =>
        instanceId === id && bootId === guest.bootId && output?.exitCode === 0
    )
  );
  return guest.upSinceMs !== undefined && guest.upSinceMs > accepted && isProbed;
}

test(
  'a run is green only if the new system has answered',
  async () => {
    const ends = new Map<string, number>();
    for (let run = 0; run < cases; run += 1) {
      const dice = createDice(seed * 100_000 + run);
      const count = dice.int(1, 3);
      const images = [
        { id: 'm-web-1', name: 'web-1' },
        { id: 'm-web-2', name: 'web-2', agent: dice.chance(0.9) }
      ];
      const options = {
        behaviour: drawBehaviour(dice),
        faults: drawFaults(dice),
        world: { images, instances: ids.map((id) => web(id)) },
        scripts: [
          {
            pattern: 'nginx',
            exitCode: 3,
            fromUptimeMs: 0,
            imageId: dice.chance(0.2) ? 'm-web-2' : 'm-none'
          },
          { pattern: 'nginx', fromUptimeMs: dice.pick([0, 10_000, 45_000]), stdout: 'active\n' },
          { pattern: 'nginx', exitCode: 3, stdout: 'inactive\n' }
        ]
      };
      await withVirtualWorld({ emulator: options, random: () => dice.next() }, async (world) => {
        const report = await world.run(drawRequest(dice, count));
        for (const one of report.instances) {
          ends.set(one.failure?.reason ?? one.status, (ends.get(one.failure?.reason ?? one.status) ?? 0) + 1);
          const isGreen = one.status === 'rebuilt' || one.status === 'rolledBack';
          const told = { case: run, id: one.instanceId, status: one.status };
          if (isGreen)
            expect({ ...told, isNew: isNew(world.emulator, one.instanceId) }).toEqual({
              ...told,
              isNew: true
            });
          else if (one.status === 'skipped')
            expect(world.emulator.instance(one.instanceId).imageId).toBe('m-web-2');
        }
        expect(JSON.stringify(report)).not.toContain(script);
        expect(world.lines.filter((line) => line.includes(script) && !line.includes('first line'))).toEqual(
          []
        );
      }).catch((error: unknown) => {
        // A baseline that is refused for good ends the run before anything is sent.
        if (error instanceof Error && error.name === 'SurveyError')
          ends.set('survey', (ends.get('survey') ?? 0) + 1);
        else throw error;
      });
    }
    // All kinds of ends must have occurred, or the runs prove little.
    const seen = [...ends.keys()];
    if (cases >= 30)
      expect(seen).toEqual(expect.arrayContaining(['rebuilt', 'oldSystem', 'noAgent', 'guestScript']));
  },
  Math.max(120_000, cases * 2_000)
);
