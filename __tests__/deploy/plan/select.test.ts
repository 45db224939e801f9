import { describe, expect, test } from '@jest/globals';
import { type Behaviour, behaviourValues } from '../../../emulator/world/behaviour.ts';
import { fleetWorld } from '../../../emulator/world/fleet.ts';
import type { InstanceState, Spec } from '../../../emulator/world/models.ts';
import type { Tag } from '../../../src/core/model/selection.ts';
import type { RunReport } from '../../../src/core/report/report.ts';
import { withBriefWorld } from '../../support/brief.ts';
import { countCalls, fleetIds } from '../../support/fleets.ts';
import { problemsOf, web } from '../../support/stage.ts';
import type { VirtualWorld } from '../../support/virtual.ts';

/** Tags in short: `app=web env=prod`. */
function tags(short: string): readonly Tag[] {
  return short
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => ({ key: one.slice(0, one.indexOf('=')), value: one.slice(one.indexOf('=') + 1) }));
}

function tagged(id: string, short: string, patch: Partial<InstanceState> = {}): Spec<InstanceState> {
  return web(id, { ...patch, tags: tags(short).map(({ key, value }) => ({ tagKey: key, tagValue: value })) });
}

const instances = [
  tagged('i-d', 'app=web env=prod'),
  tagged('i-b', 'app=web env=test'),
  tagged('i-a', 'app=web env=prod tier=1'),
  tagged('i-c', 'app=db env=prod'),
  tagged('i-e', ''),
  tagged('i-f', 'app=web:8 env=prod'),
  tagged('i-g', 'app=a,b env=prod'),
  tagged('i-h', 'app= env=prod')
];

const switches = behaviourValues.listTags;

/** A dry run over what carries the tags. */
function select(
  short: string,
  test: (world: VirtualWorld, run: Promise<RunReport>) => Promise<void>,
  behaviour: Partial<Behaviour> = {},
  more: readonly Spec<InstanceState>[] = []
): Promise<void> {
  const world = { instances: [...instances, ...more] };
  return withBriefWorld({ emulator: { world, behaviour } }, (stage) =>
    test(stage, stage.run({ selection: { kind: 'tags', tags: tags(short) }, dryRun: true }))
  );
}

function idsOf(report: RunReport): string {
  return report.instances.map(({ instanceId }) => instanceId).join(' ');
}

describe.each(switches)('a selection by tags, where lists show them: %s', (listTags) => {
  const byTags = (short: string) =>
    ({ selection: { kind: 'tags', tags: tags(short) }, dryRun: true }) as const;

  test('finds all that carry every one, by ID', async () => {
    await withBriefWorld({ emulator: { world: { instances }, behaviour: { listTags } } }, async (world) => {
      for (const [short, ids] of [
        ['app=web', 'i-a i-b i-d'],
        ['app=web env=prod', 'i-a i-d'],
        ['env=prod app=web tier=1', 'i-a'],
        ['env=prod', 'i-a i-c i-d i-f i-g i-h'],
        ['app=web:8', 'i-f'],
        ['app=a,b', 'i-g'],
        ['app=a,b env=prod', 'i-g'],
        ['app= env=prod', 'i-h']
      ] as const) {
        const report = await world.run(byTags(short));
        expect([short, idsOf(report), report.status]).toEqual([short, ids, 'planned']);
      }
    });
  });

  test('finds none, and says so by name', async () => {
    await withBriefWorld({ emulator: { world: { instances }, behaviour: { listTags } } }, async (world) => {
      for (const short of ['app=none', 'app=web env=none', 'app=db tier=1', 'app=b', 'app=8', 'tier=2']) {
        const [problem, ...others] = await problemsOf(world.run(byTags(short)));
        expect(others).toEqual([]);
        expect(problem?.cause).toBe(`No instance in the region carries ${short.replace(' ', ' and ')}.`);
        expect(problem?.remedy).toContain('instanceTag');
      }
      expect(world.emulator.rebuilds).toEqual([]);
    });
  });

  test.each(['Recycled', 'Deleted'])('leaves out what is %s, and says so', async (status) => {
    await select(
      'app=web env=prod',
      async (world, run) => {
        expect(idsOf(await run)).toBe('i-a i-d');
        expect(world.lines).toContain('Left out, because they are released: i-z');
      },
      { listTags },
      [tagged('i-z', 'app=web env=prod', { status })]
    );
  });

  test('finds none where all that carry them are released', async () => {
    await select(
      'app=old',
      async (_, run) =>
        expect((await problemsOf(run)).map(({ cause }) => cause)).toEqual([
          expect.stringContaining('app=old')
        ]),
      { listTags },
      [tagged('i-z', 'app=old', { status: 'Recycled' })]
    );
  });

  test('does not leave out an Expired one: the plan refuses it, and the run', async () => {
    await select(
      'app=web env=prod',
      async (_, run) => {
        const report = await run;
        expect(idsOf(report)).toBe('i-a i-d i-z');
        expect(report.instances.map(({ status }) => status)).toEqual(['notStarted', 'notStarted', 'failed']);
      },
      { listTags },
      [tagged('i-z', 'app=web env=prod', { status: 'Expired' })]
    );
  });
});

describe('blanks at the ends of tags', () => {
  const blank = (id: string, key: string, value: string): Spec<InstanceState> =>
    web(id, { tags: [{ tagKey: key, tagValue: value }] });

  test('do not count where no instance carries exactly what is asked for', async () => {
    const more = [blank('i-x', 'role ', 'api '), blank('i-y', 'role ', 'api ')];
    await select(
      'role=api',
      async (world, run) => {
        expect(idsOf(await run)).toBe('i-x i-y');
        expect(world.lines).toContain('The tags are spelled "role "="api ", with blanks at the ends');
      },
      {},
      more
    );
  });

  test('do not keep the instance from being rebuilt', async () => {
    const world = { instances: [blank('i-x', 'role ', 'api ')] };
    await withBriefWorld({ emulator: { world } }, async (stage) => {
      const report = await stage.run({ selection: { kind: 'tags', tags: tags('role=api') } });
      expect(report.status).toBe('rebuilt');
    });
  });

  test('count where one does', async () => {
    const more = [blank('i-x', 'role', 'api '), blank('i-y', 'role', 'api')];
    await select('role=api', async (_, run) => expect(idsOf(await run)).toBe('i-y'), {}, more);
  });

  test('make the selection ambiguous if instances differ in them', async () => {
    const more = [blank('i-x', 'role', 'api '), blank('i-y', 'role', ' api')];
    await select(
      'role=api',
      async (world, run) => {
        const [problem] = await problemsOf(run);
        expect(problem?.cause).toContain('several: "role"="api ", "role"=" api"');
        expect(world.emulator.rebuilds).toEqual([]);
      },
      {},
      more
    );
  });
});

describe('the calls of a selection', () => {
  test('are pages of a thousand, and none for a single instance', async () => {
    await withBriefWorld({ emulator: { world: fleetWorld(1_050) } }, async (world) => {
      const selection = { kind: 'tags', tags: tags('fleet=demo app=web') } as const;
      const report = await world.run({ selection, dryRun: true });
      expect(report.instances.map(({ instanceId }) => instanceId)).toEqual(fleetIds(1_050));
      expect(countCalls(world, 'ListInstances')).toBe(2);
      expect(countCalls(world, 'GetInstance')).toBe(0);
      expect(countCalls(world, 'ListVolumes')).toBe(2);
      expect(world.emulator.calls.length).toBeLessThan(8);
    });
  });

  test('where lists show no tags, are one more for each that is listed, and no more', async () => {
    await select(
      'app=web env=prod',
      async (world, run) => {
        await run;
        // All but i-e carry one of the two.
        expect(countCalls(world, 'GetInstance')).toBe(7);
        expect(countCalls(world, 'ListInstances')).toBe(1);
      },
      { listTags: false }
    );
  });

  test('that fail are reported, and a partial list is not used', async () => {
    await withBriefWorld(
      { emulator: { world: { instances }, behaviour: { listTags: false } } },
      async (world) => {
        world.emulator.addFault({
          on: 'GetInstance',
          instanceId: 'i-d',
          times: 99,
          play: { kind: 'accessDenied' }
        });
        const run = world.run({ selection: { kind: 'tags', tags: tags('app=web') }, dryRun: true });
        expect((await problemsOf(run)).map(({ cause }) => cause)).toEqual([
          expect.stringContaining('GetInstance i-d')
        ]);
      }
    );
  });
});

test('a run by tags rebuilds what they select, and nothing else', async () => {
  await withBriefWorld({ emulator: { world: { instances } } }, async (world) => {
    const report = await world.run({ selection: { kind: 'tags', tags: tags('app=web env=prod') } });
    expect(report.status).toBe('rebuilt');
    expect(world.emulator.rebuilds.map(({ instanceId }) => instanceId)).toEqual(['i-a', 'i-d']);
  });
});

describe('a selection by ids', () => {
  test.each([
    [1, { GetInstance: 1, ListInstanceByIds: 0, ListVolumes: 1 }],
    [2, { GetInstance: 0, ListInstanceByIds: 1, ListVolumes: 2 }],
    [4, { GetInstance: 0, ListInstanceByIds: 1, ListVolumes: 4 }],
    [5, { GetInstance: 0, ListInstanceByIds: 1, ListVolumes: 1 }],
    [100, { GetInstance: 0, ListInstanceByIds: 1, ListVolumes: 1 }],
    [150, { GetInstance: 0, ListInstanceByIds: 2, ListVolumes: 1 }]
  ])('of %i takes these calls: %j', async (count, expected) => {
    await withBriefWorld({ emulator: { world: fleetWorld(count) } }, async (world) => {
      const ids = fleetIds(count);
      const report = await world.run({ selection: { kind: 'ids', ids }, dryRun: true });
      expect(report.instances.map(({ instanceId }) => instanceId)).toEqual(ids);
      const counted = Object.keys(expected).map((name) => [name, countCalls(world, name)]);
      expect(Object.fromEntries(counted)).toEqual(expected);
    });
  });

  test('of two, one of which is unknown: it is named in the words of the single read', async () => {
    await withBriefWorld({ emulator: { world: fleetWorld(2) } }, async (world) => {
      const ids = [...fleetIds(1), 'i-nobody01'];
      const problems = await problemsOf(world.run({ selection: { kind: 'ids', ids } }));
      expect(problems.map(({ cause }) => cause)).toEqual([
        expect.stringMatching(/GetInstance i-nobody01: .*HTTP 404/)
      ]);
    });
  });
});
