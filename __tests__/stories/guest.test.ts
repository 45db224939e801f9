/** Checks from inside, by the emulator's Cloud Assistant: whole runs on a virtual clock. */
import { describe, expect, test } from '@jest/globals';
import { assistantValues } from '../../emulator/assistant/assistant-behaviour.ts';
import type { ScriptAnswer } from '../../emulator/assistant/scripts.ts';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { guestScriptOf } from '../../src/core/health/guest/guest-system.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { fleetIds, fleetRequest } from '../support/fleets.ts';
import { pairwise } from '../support/pairwise.ts';
import { newCancel, oneOf, problemsOf, textOf, web, writesOf } from '../support/stage.ts';
import { type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const script = '#!/bin/sh\n# wait\ncloud-init status --wait\n';
const healthy: ScriptAnswer = { pattern: 'cloud-init', stdout: 'status: done\n' };

/** Where a test does not care: a rebuild that outlasts the agent of the old system, and whose own comes online soon. */
const quick: Partial<Behaviour> = { rebuildMs: 20_000, agentStaleMs: 10_000, agentBootMs: 5_000 };

const inside = {
  checks: [{ kind: 'assistant' }],
  deadlineMs: 60_000,
  minHealthyTimeMs: 4_000
} as const satisfies RunRequest['health'];

const withScript: NonNullable<RunRequest['health']> = {
  ...inside,
  checks: [{ kind: 'assistant' }, { kind: 'guestScript', user: 'deploy' }],
  guestScript: guestScriptOf(script, 'deploy')
};

/** Where the service is slow, or has to be asked again. */
const patient = { deadlineMs: 300_000 };

interface Stage {
  readonly behaviour?: Partial<Behaviour>;
  readonly faults?: readonly Fault[];
  readonly scripts?: readonly ScriptAnswer[];
  readonly agentInImage?: boolean;
}

function onStage(stage: Stage, story: (world: VirtualWorld) => Promise<void>): Promise<void> {
  const { behaviour = {}, faults = [], scripts = [healthy], agentInImage = true } = stage;
  const images = [
    { id: 'm-web-1', name: 'web-1' },
    { id: 'm-web-2', name: 'web-2', agent: agentInImage }
  ];
  const world = { images, instances: [web('i-demo0001')] };
  return withVirtualWorld(
    { emulator: { world, behaviour: { ...quick, ...behaviour }, faults, scripts } },
    story
  );
}

function callsOf(world: VirtualWorld, name: string): number {
  return world.emulator.calls.filter(({ operation }) => operation === name).length;
}

describe('assistant://', () => {
  test('passes once the new system answers with a new boot ID and a short uptime', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({ health: inside });
      const one = oneOf(report);
      expect(one.failure).toBeUndefined();
      expect(report.status).toBe('rebuilt');
      expect(one.health?.checks).toEqual([{ check: 'assistant://', result: 'passes' }]);
      expect(one.health?.history.map(({ result }) => result)).toEqual([
        'assistant://: the agent of Cloud Assistant is not online',
        'passes'
      ]);
      expect(world.lines.join('\n')).toContain('read the boot IDs of 1 of 1 online agents');
      // The probe only reads.
      for (const { content } of world.emulator.runs) expect(content).toMatch(/^printf 'RB1 /);
    });
  });

  test('is online for long after the wipe: that proves nothing', async () => {
    await onStage(
      { behaviour: { agentStaleMs: 600_000, rebuildMs: 20_000, staleRunningMs: 0 } },
      async (world) => {
        const report = await world.run({ health: inside });
        expect(report.status).toBe('rebuilt');
        const [rebuild] = world.emulator.rebuilds;
        const proven = world.emulator.runs
          .filter(({ children }) => children.some(({ bootId }) => bootId !== ''))
          .slice(1);
        expect(proven.length).toBeGreaterThan(0);
        for (const run of proven) expect(run.createdMs).toBeGreaterThanOrEqual(rebuild?.endsAtMs ?? Infinity);
      }
    );
  });

  test('the agent never comes online: that is what the failure says', async () => {
    await onStage({ agentInImage: false, behaviour: { agentStaleMs: 0 } }, async (world) => {
      const one = oneOf(await world.run({ health: inside }));
      expect(one.failure).toMatchObject({ reason: 'noAgent' });
      expect(one.failure?.cause).toContain('agent did not come online within healthDeadline (1m 00s)');
      expect(one.failure?.remedy).toContain('in the image?');
      expect(one.disk).toBe('erased');
    });
  });

  test('an instance without an agent before is rebuilt too, and the plan warns', async () => {
    await onStage({}, async (world) => {
      const guest = { ...world.emulator.instance('i-demo0001').guest, hasAgent: false, hadAgent: false };
      world.emulator.setInstance('i-demo0001', { guest });
      const report = await world.run({ health: inside });
      expect(report.status).toBe('rebuilt');
      expect(oneOf(report).plan.warnings.join()).toContain('agent is not online now');
    });
  });

  test('the old system comes back instead of the new one: never green', async () => {
    await onStage({ behaviour: { agentBootMs: 0 } }, async (world) => {
      // The boot ID stays, as if the API showed a rebuild that never happened.
      const { guest } = world.emulator.instance('i-demo0001');
      const rebuilds = world.emulator.calls;
      const request = world.run({ health: inside }, undefined, {
        progressed: () => {
          if (rebuilds.some(({ operation }) => operation === 'RebuildInstance')) {
            const { status } = world.emulator.instance('i-demo0001');
            if (status === 'Running') world.emulator.setInstance('i-demo0001', { guest: { ...guest } });
          }
        }
      });
      const one = oneOf(await request);
      expect(one.status).toBe('failed');
      expect(one.failure?.reason).toBe('oldSystem');
      expect(one.failure?.cause).toContain('the old system answers');
    });
  });

  test('a system that is already on the image has to answer, and needs no proof', async () => {
    await onStage({}, async (world) => {
      world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      expect((await world.run({ health: inside })).status).toBe('skipped');
      expect(writesOf(world)).toEqual([]);
    });
  });

  test.each<[string, Partial<Behaviour>, readonly Fault[]]>([
    ['denied', {}, [{ on: 'BatchGetAgent', times: 99, play: { kind: 'accessDenied' } }]],
    ['not switched on', { assistantSwitchedOn: false }, []],
    ['refused with HTTP 200', { assistantSwitchedOn: false, assistantRefusals: 'http200' }, []],
    ['refused for commands only', {}, [{ on: 'CreateAction', times: 99, play: { kind: 'accessDenied' } }]]
  ])('%s: detected before anything is erased', async (_, behaviour, faults) => {
    await onStage({ behaviour, faults }, async (world) => {
      const [problem] = await problemsOf(world.run({ health: inside }));
      expect(problem?.cause).toContain('Cloud Assistant cannot be used');
      expect(problem?.remedy).toContain('switched on in the console');
      expect(writesOf(world)).toEqual([]);
    });
  });

  test.each<[string, Partial<Behaviour>]>([
    ['http200', { assistantRefusals: 'http200' }],
    ['log only', { outputIn: 'log' }],
    ['output only', { outputIn: 'output' }],
    ['left out', { agentMissing: 'leftOut' }],
    ['refused while offline', { runOnOffline: 'refused', agentStaleMs: 0 }],
    ['pending while offline', { runOnOffline: 'pending', agentStaleMs: 200_000, rebuildMs: 20_000 }],
    ['slow', { runDelayMs: 8_000, runMs: 10_000 }],
    ['Content-MD5', { contentMd5: 'checked' }]
  ])('passes where the service is %s', async (_, behaviour) => {
    await onStage({ behaviour }, async (world) => {
      const report = await world.run({ health: { ...withScript, ...patient } });
      expect(report.instances[0]?.failure).toBeUndefined();
      expect(report.status).toBe('rebuilt');
    });
  });

  test.each<[string, readonly Fault[]]>([
    ['a run that is stuck in PENDING', [{ on: 'CreateAction', from: 2, play: { kind: 'runStuck' } }]],
    ['an agent that is lost in mid-run', [{ on: 'CreateAction', from: 2, play: { kind: 'agentLost' } }]],
    [
      'HTTP 200 with success: false',
      [{ on: 'CreateAction', from: 2, play: { kind: 'softError', code: 'InternalError' } }]
    ],
    [
      'reads that fail',
      [{ on: 'GetActionRun', from: 2, times: 6, play: { kind: 'error', status: 500, code: 'InternalError' } }]
    ]
  ])('asks again after %s', async (_, faults) => {
    await onStage({ faults }, async (world) => {
      expect((await world.run({ health: { ...inside, ...patient } })).status).toBe('rebuilt');
    });
  });
});

describe('guestScript', () => {
  test('runs as its user, after the proof, and never before', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({ health: withScript });
      expect(report.status).toBe('rebuilt');
      expect(oneOf(report).health?.checks).toEqual([
        { check: 'assistant://', result: 'passes' },
        { check: 'guestScript', result: 'passes' }
      ]);
      const scripts = world.emulator.runs.filter(({ content }) => content === script);
      expect(scripts.length).toBeGreaterThan(0);
      const [rebuild] = world.emulator.rebuilds;
      for (const { createdMs, action } of scripts) {
        expect(createdMs).toBeGreaterThan(rebuild?.endsAtMs ?? Infinity);
        expect(action['command']).toMatchObject({ user: 'deploy', type: 'SHELL', workDir: '/' });
        expect(action['timeoutSecond']).toBe(60);
      }
    });
  });

  test('is asked again until it ends with 0', async () => {
    const scripts: ScriptAnswer[] = [
      { pattern: 'cloud-init', fromUptimeMs: 20_000, stdout: 'status: done\n' },
      { pattern: 'cloud-init', exitCode: 2, stdout: 'status: running\n' }
    ];
    await onStage({ scripts }, async (world) => {
      const report = await world.run({ health: withScript });
      expect(report.status).toBe('rebuilt');
      expect(oneOf(report).health?.history.map(({ result }) => result.replace(/ \(run.*/, ''))).toContain(
        'guestScript: the script ended with exit code 2'
      );
    });
  });

  test.each<Behaviour['exitState']>(['FAILED', 'SUCCESS'])(
    'fails with its last lines in the log, where the state is %s',
    async (exitState) => {
      const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
      const stdout = `${lines.join('\n')}\n::error::x ##[set-env] hunter2 \u001b[31m`;
      const scripts = [{ pattern: 'cloud-init', exitCode: 3, stdout, stderr: 'on stderr' }];
      await onStage({ scripts, behaviour: { exitState } }, async (world) => {
        const report = await world.run({ health: withScript });
        const one = oneOf(report);
        expect(one.failure).toMatchObject({ reason: 'guestScript' });
        expect(one.failure?.cause).toContain('the script ended with exit code 3');
        const log = world.lines.filter((line) => line.startsWith('| '));
        expect(log).toHaveLength(20);
        expect(log.at(-1)).toBe('| on stderr');
        expect(log.at(-2)).toBe('| ::error::x ##[set-env] *** \\u{1b}[31m');
        expect(log[0]).toBe('| line 13');
        // Neither the script nor what it says is in the result.
        expect(textOf(report)).not.toContain('cloud-init');
        expect(textOf(report)).not.toContain('line 30');
      });
    }
  );

  test('a dry run sends nothing into the guest, and says what would be', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({ health: withScript, dryRun: true });
      expect(report.status).toBe('planned');
      expect(world.emulator.runs).toEqual([]);
      expect(world.lines.join('\n')).toContain(
        'run by Cloud Assistant as deploy once the system is proven to be new; first line: cloud-init status --wait'
      );
      expect(oneOf(report).plan.steps.join()).toContain('assistant:// and guestScript (as deploy) must pass');
      expect(textOf(report)).not.toContain('cloud-init');
    });
  });

  test('after a lost answer the run is looked up, and the script is not sent twice', async () => {
    const faults: Fault[] = [{ on: 'CreateAction', from: 3, play: { kind: 'reset', when: 'after' } }];
    await onStage({ faults }, async (world) => {
      const report = await world.run({ health: { ...withScript, minHealthyTimeMs: 0 } });
      expect(report.status).toBe('rebuilt');
      expect(callsOf(world, 'ActionRunList')).toBe(1);
      expect(world.emulator.runs.filter(({ content }) => content === script)).toHaveLength(1);
    });
  });

  test.each<Partial<Behaviour>>([{ runListShowsAction: false }, {}])(
    'a run whose answer was lost and that was not accepted is sent again: %j',
    async (behaviour) => {
      const faults: Fault[] = [{ on: 'CreateAction', from: 3, play: { kind: 'reset', when: 'before' } }];
      await onStage({ faults, behaviour }, async (world) => {
        const report = await world.run({ health: { ...withScript, minHealthyTimeMs: 0 } });
        expect(report.status).toBe('rebuilt');
        expect(callsOf(world, 'ActionRunList')).toBe(3);
        expect(world.emulator.runs.filter(({ content }) => content === script)).toHaveLength(1);
      });
    }
  );

  test('is rolled back like any check, and proven again', async () => {
    const scripts = [{ pattern: 'cloud-init', imageId: 'm-web-2', exitCode: 1 }, healthy];
    await onStage({ scripts }, async (world) => {
      const report = await world.run({ health: withScript, rollback: true });
      expect(report.status).toBe('rolledBack');
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-web-1');
    });
  });

  test('on Windows it is PowerShell, and root is the user of the agent', async () => {
    const images = [
      { id: 'm-web-1', name: 'web-1' },
      {
        id: 'm-web-2',
        name: 'web-2',
        osType: 'windows' as const,
        osName: 'Windows Server',
        osVersion: '2022'
      }
    ];
    const world = { images, instances: [web('i-demo0001')] };
    const health = { ...withScript, guestScript: guestScriptOf('Get-Service W3SVC', 'root') };
    const scripts = [{ pattern: 'Get-Service' }];
    await withVirtualWorld({ emulator: { world, behaviour: quick, scripts } }, async (virtual) => {
      const report = await virtual.run({ health });
      expect(report.status).toBe('rebuilt');
      const last = virtual.emulator.runs.at(-1)?.action;
      expect(last?.['command']).toMatchObject({ type: 'POWERSHELL' });
      expect(last?.['command']).not.toHaveProperty('user');
    });
  });
});

describe('a guarded run', () => {
  const failing: ScriptAnswer = { pattern: 'cloud-init', exitCode: 1 };

  test.each([
    [healthy, 100],
    [failing, 0]
  ])('gets no traffic before the script has passed: %j', async (answer, weight) => {
    const world = {
      instances: [web('i-demo0001', { imageId: 'm-web-1' })],
      balancers: [{ id: 'lb-1', members: [{ instanceId: 'i-demo0001', weight: 100 }] }]
    };
    const options = { world, behaviour: quick, scripts: [{ ...answer, fromUptimeMs: 0 }] };
    await withVirtualWorld({ emulator: options }, async (virtual) => {
      const balancers = { blbIds: ['lb-1'], drainMs: 0 };
      const report = await virtual.run({ health: withScript, balancers });
      expect(report.status).toBe(weight === 0 ? 'failed' : 'rebuilt');
      expect(virtual.emulator.weights()).toMatchObject([{ weight }]);
      const firstPass = virtual.emulator.runs.find(({ content }) => content === script)?.createdMs ?? 0;
      const back = virtual.emulator.weightChanges.filter(({ to }) => to > 0);
      for (const { atMs } of back) expect(atMs).toBeGreaterThan(firstPass);
    });
  });

  test('keeps the next instance from starting', async () => {
    const world = { instances: [web('i-demo0001'), web('i-demo0002')] };
    await withVirtualWorld({ emulator: { world, behaviour: quick, scripts: [failing] } }, async (virtual) => {
      const selection = { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] } as const;
      const report = await virtual.run({ selection, health: withScript });
      expect(report.instances.map(({ status }) => status)).toEqual(['failed', 'notStarted']);
      expect(writesOf(virtual)).toEqual(['RebuildInstance']);
    });
  });

  test('that is cancelled sends no more scripts', async () => {
    await onStage({ scripts: [failing] }, async (world) => {
      const { cancel, pull } = newCancel();
      let sent = 0;
      world.clock.onSleep = () => {
        const count = world.emulator.runs.filter(({ content }) => content === script).length;
        if (count === 2 && !cancel.signal.aborted) {
          sent = world.emulator.runs.length;
          pull();
        }
      };
      const one = oneOf(await world.run({ health: withScript }, cancel));
      expect(one.failure?.reason).toBe('cancelled');
      expect(world.emulator.runs).toHaveLength(sent);
    });
  });

  test('of an instance that is on the image already erases nothing, whatever the script says', async () => {
    await onStage({ scripts: [failing] }, async (world) => {
      world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      const one = oneOf(await world.run({ health: withScript, rollback: true }));
      expect(one).toMatchObject({ status: 'failed', disk: 'untouched', failure: { reason: 'guestScript' } });
      expect(writesOf(world)).toEqual([]);
    });
  });

  test('with a script for a shell on Windows is refused before anything is erased', async () => {
    const images = [{ id: 'm-web-1' }, { id: 'm-web-2', osType: 'windows' as const }];
    const world = { images, instances: [web('i-demo0001')] };
    await withVirtualWorld({ emulator: { world } }, async (virtual) => {
      const [problem] = await problemsOf(virtual.run({ health: withScript }));
      expect(problem?.cause).toContain('guestScript begins with #!');
      expect(writesOf(virtual)).toEqual([]);
    });
  });

  test('whose script never ends fails because of the script, not of the service', async () => {
    const scripts = [{ pattern: 'cloud-init', ms: 3_600_000 }];
    await onStage({ scripts }, async (world) => {
      const one = oneOf(await world.run({ health: { ...withScript, deadlineMs: 150_000 } }));
      expect(one.failure?.reason).toBe('guestScript');
      expect(one.failure?.cause).toMatch(/run r-\w+ is RUNNING and did not end in time/);
      const waits = world.lines.filter((line) => line.includes('still waiting to be healthy after'));
      expect(waits).toHaveLength(2);
      expect(waits[0]).toContain('after 1m 00s, 1m 30s left; last: assistant://: the agent');
    });
  });

  test('whose last round the deadline ends keeps the result of the round before', async () => {
    const scripts = [{ pattern: 'cloud-init', exitCode: 5, ms: 20_000 }];
    await onStage({ scripts, behaviour: { runDelayMs: 8_000 } }, async (world) => {
      const one = oneOf(await world.run({ health: { ...withScript, deadlineMs: 100_000 } }));
      expect(one.failure?.cause).toContain('exit code 5');
    });
  });
});

describe('every pair of the switches', () => {
  const { assistantSwitchedOn: _, ...switches } = assistantValues;
  const cases = pairwise({
    ...switches,
    // The agent of the old system is shown for no time, for a part of the longer rebuild, and for long after either.
    agentStaleMs: [30_000, 0, 200_000],
    // That of the new one comes soon, at once, and later than the shorter rebuild takes.
    agentBootMs: [15_000, 0, 25_000],
    rebuildMs: [20_000, 40_000]
  }) as readonly Partial<Behaviour>[];

  test.each(cases.map((behaviour, index) => [index, behaviour] as const))(
    'case %i succeeds',
    async (_index, behaviour) => {
      await onStage({ behaviour }, async (world) => {
        const report = await world.run({ health: { ...withScript, ...patient } });
        expect({ behaviour, failure: report.instances[0]?.failure }).toEqual({
          behaviour,
          failure: undefined
        });
        expect(report.status).toBe('rebuilt');
      });
    }
  );
});

describe('a fleet that no single call can hold, with a script', () => {
  test('stays within two calls a tick, and one for every group', async () => {
    const ids = fleetIds(120);
    const health = { ...withScript, ...patient };
    const scripts = [healthy];
    await withVirtualWorld({ emulator: { world: fleetWorld(120), scripts } }, async (world) => {
      const report = await world.run({ ...fleetRequest(ids, 120), health });
      expect(report.status).toBe('rebuilt');
      const ofAssistant = world.emulator.calls.filter(({ path }) => path.startsWith('/v1/ca/'));
      const ticks = new Map<number, typeof ofAssistant>();
      for (const call of ofAssistant) ticks.set(call.atMs, [...(ticks.get(call.atMs) ?? []), call]);
      const moments = [...ticks.keys()].toSorted((one, other) => one - other);
      for (const [index, atMs] of moments.entries()) {
        const calls = ticks.get(atMs) ?? [];
        expect(calls.filter(({ operation }) => operation === 'BatchGetAgent').length).toBeLessThanOrEqual(2);
        const groups = calls.filter(({ operation }) => operation !== 'BatchGetAgent');
        // Each of them is for another run.
        expect(new Set(groups.map(({ query, requestId }) => query['id'] ?? requestId)).size).toBe(
          groups.length
        );
        expect(groups.length).toBeLessThanOrEqual(4);
        const next = moments[index + 1];
        if (next !== undefined && index > 3) expect(next - atMs).toBeGreaterThanOrEqual(1_999);
      }
      // Two groups, of 100 and of 20, each proven and asked a few times.
      expect(ofAssistant.length).toBeLessThan(120);
    });
  }, 60_000);
});
