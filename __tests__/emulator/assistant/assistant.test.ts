import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../emulator/faults/faults.ts';
import type { Behaviour } from '../../../emulator/world/behaviour.ts';
import { type Bench, withBench } from '../client.ts';

const first = 'i-demo0001';
const echo =
  'printf \'RB1 nonce=%s boot=%s up=%s\\n\' n1 "$(cat /proc/sys/kernel/random/boot_id)" "$(cut -d\' \' -f1 /proc/uptime)"\n';

async function agentOf({ send }: Bench, id = first): Promise<string | undefined> {
  const { json } = await send('POST', '/v1/ca/agent/batch', { hosts: [{ instanceId: id }] });
  const { result }: Partial<typeof json> = json;
  return result?.[0]?.state;
}

async function run({ send }: Bench, content = echo, more: object = {}): Promise<string> {
  const action = { type: 'COMMAND', timeoutSecond: 60, command: { type: 'SHELL', content }, ...more };
  const { json } = await send('POST', '/v1/ca/action', {
    execution: 'RUN',
    action,
    targets: [{ instanceType: 'BCC', instanceId: first }]
  });
  const { result }: Partial<typeof json> = json;
  return result?.runId ?? '';
}

async function childOf({ send }: Bench, id: string, query = '&withLog=true') {
  const { json } = await send('GET', `/v1/ca/actionRun?id=${id}${query}`);
  return { ...json.result.children[0], runState: json.result.state };
}

describe('agents', () => {
  test('stay online for a while after the wipe, go offline, and come back after the boot', async () => {
    const behaviour = { agentStaleMs: 30_000, agentBootMs: 15_000, staleRunningMs: 0, rebuildMs: 60_000 };
    await withBench({ behaviour }, async (bench) => {
      expect(await agentOf(bench)).toBe('ONLINE');
      await bench.rebuild(first);
      const seen: (string | undefined)[] = [];
      for (const ms of [29_000, 2_000, 30_000, 13_000, 2_000]) {
        bench.clock.advance(ms);
        seen.push(await agentOf(bench));
      }
      expect(seen).toEqual(['ONLINE', 'OFFLINE', 'OFFLINE', 'OFFLINE', 'ONLINE']);
    });
  });

  test('never come back from an image without one', async () => {
    const world = { images: [{ id: 'm-web-1' }, { id: 'm-bare', agent: false }], instances: [{ id: first }] };
    await withBench({ world, behaviour: { agentStaleMs: 0, rebuildMs: 1_000 } }, async (bench) => {
      await bench.rebuild(first, 'm-bare');
      bench.clock.advance(600_000);
      expect(await agentOf(bench)).toBe('OFFLINE');
    });
  });

  test.each<[Behaviour['agentMissing'], string | undefined, number]>([
    ['OFFLINE', 'OFFLINE', 200],
    ['leftOut', undefined, 200],
    ['refused', undefined, 404]
  ])('of nobody are %s', async (agentMissing, state, status) => {
    await withBench({ behaviour: { agentMissing } }, async (bench) => {
      expect(await agentOf(bench, 'i-nobody')).toBe(state);
      expect(bench.emulator.calls.at(-1)?.status).toBe(status);
    });
  });

  test('are listed for at most 100 instances', async () => {
    await withBench({}, async ({ send }) => {
      const hosts = Array.from({ length: 101 }, (_, index) => ({ instanceId: `i-${index}` }));
      expect((await send('POST', '/v1/ca/agent/batch', { hosts })).status).toBe(400);
    });
  });
});

describe('a system', () => {
  test('has another boot and a new uptime after a rebuild and after a restart', async () => {
    await withBench(
      { behaviour: { rebuildMs: 10_000, staleRunningMs: 0, powerMs: 5_000, agentBootMs: 0 } },
      async (bench) => {
        const answer = async (): Promise<string> => {
          const id = await run(bench);
          bench.clock.advance(2_000);
          return (await childOf(bench, id)).output.stdout;
        };
        const boots = [await answer()];
        await bench.rebuild(first);
        bench.clock.advance(20_000);
        boots.push(await answer());
        await bench.send('PUT', `/v2/instance/${first}?reboot`);
        bench.clock.advance(8_000);
        boots.push(await answer());
        const facts = boots.map((line) => /^RB1 nonce=n1 boot=(\S+) up=(\S+)\n$/.exec(line) ?? []);
        expect(new Set(facts.map(([, boot]) => boot)).size).toBe(3);
        // From the boot to the start of the command.
        expect(facts.slice(1).map(([, , up]) => up)).toEqual(['10.50', '3.50']);
      }
    );
  });
});

describe('a run', () => {
  test('is PENDING, RUNNING, and over', async () => {
    await withBench({ behaviour: { runDelayMs: 1_000, runMs: 1_000 } }, async (bench) => {
      const id = await run(bench);
      expect(id).toMatch(/^r-\w{16}$/);
      const states = [(await childOf(bench, id)).state];
      bench.clock.advance(1_500);
      states.push((await childOf(bench, id)).state);
      bench.clock.advance(1_500);
      const { state, runState, output, log } = await childOf(bench, id);
      expect([...states, state, runState]).toEqual(['PENDING', 'RUNNING', 'SUCCESS', 'SUCCESS']);
      expect(output).toMatchObject({ exitCode: 0, isTruncated: false });
      expect(log).toBe(output.stdout);
      expect((await childOf(bench, id, '')).log).toBeUndefined();
    });
  });

  test.each<[Behaviour['exitState']]>([['FAILED'], ['SUCCESS']])(
    'with an exit code is %s',
    async (exitState) => {
      const scripts = [{ pattern: 'nginx', exitCode: 3, stdout: `${'x'.repeat(5_000)}` }];
      await withBench({ scripts, behaviour: { exitState } }, async (bench) => {
        const id = await run(bench, 'systemctl is-active nginx');
        bench.clock.advance(5_000);
        const child = await childOf(bench, id);
        expect(child).toMatchObject({ state: exitState, output: { exitCode: 3, isTruncated: true } });
        expect(child.output.stdout).toHaveLength(4_096);
      });
    }
  );

  test.each<[Behaviour['runOnOffline'], string]>([
    ['failed', 'FAILED'],
    ['pending', 'PENDING']
  ])('for an agent that is offline is %s', async (runOnOffline, state) => {
    await withBench({ behaviour: { runOnOffline, agentStaleMs: 0 } }, async (bench) => {
      bench.emulator.setInstance(first, { status: 'Stopped' });
      const id = await run(bench);
      bench.clock.advance(10_000);
      expect((await childOf(bench, id)).state).toBe(state);
      bench.clock.advance(60_000);
      expect((await childOf(bench, id)).state).toBe('FAILED');
    });
  });

  test('for an agent that is offline may be refused', async () => {
    await withBench({ behaviour: { runOnOffline: 'refused', agentStaleMs: 0 } }, async (bench) => {
      bench.emulator.setInstance(first, { status: 'Stopped' });
      expect(await run(bench)).toBe('');
      expect(bench.emulator.runs).toEqual([]);
    });
  });

  test.each<[string, readonly Fault[], string]>([
    ['agentLost', [{ on: 'CreateAction', play: { kind: 'agentLost' } }], 'RUNNING'],
    ['runStuck', [{ on: 'CreateAction', play: { kind: 'runStuck' } }], 'PENDING']
  ])('with the fault %s does not end', async (_, faults, state) => {
    await withBench({ faults }, async (bench) => {
      const id = await run(bench);
      bench.clock.advance(30_000);
      expect((await childOf(bench, id)).state).toBe(state);
    });
  });

  test('that a rebuild cuts off fails by its time-out', async () => {
    await withBench({ behaviour: { runMs: 10_000, staleRunningMs: 0, rebuildMs: 1_000 } }, async (bench) => {
      const id = await run(bench);
      bench.clock.advance(2_000);
      await bench.rebuild(first);
      bench.clock.advance(20_000);
      expect((await childOf(bench, id)).state).toBe('RUNNING');
      bench.clock.advance(60_000);
      expect(await childOf(bench, id)).toMatchObject({ state: 'FAILED', errorCode: 'Timeout' });
    });
  });

  test('is listed, the newest first, with its description where the service shows it', async () => {
    for (const runListShowsAction of [true, false]) {
      await withBench({ behaviour: { runListShowsAction } }, async (bench) => {
        const ids = [
          await run(bench, echo, { description: 'one' }),
          await run(bench, echo, { description: 'two' })
        ];
        const { json } = await bench.send('POST', '/v1/ca/actionRun/list', {
          pageNo: 1,
          pageSize: 10,
          startTime: 1
        });
        expect(json.result.data.map(({ id }) => id)).toEqual(ids.toReversed());
        expect(json.result.data[0].action.description).toBe(runListShowsAction ? 'two' : undefined);
      });
    }
  });

  test('of a saved command; and its log', async () => {
    await withBench({}, async (bench) => {
      const action = { type: 'COMMAND', name: 'say', command: { type: 'SHELL', content: echo } };
      const saved = await bench.send('POST', '/v1/ca/action', { execution: 'SAVE', action });
      const { actionId } = saved.json.result;
      expect(saved.json.result.runId).toBeUndefined();
      const targets = [{ instanceId: first }];
      const begun = await bench.send('POST', '/v1/ca/actionRun', { action: { ref: actionId }, targets });
      bench.clock.advance(5_000);
      const { id } = await childOf(bench, begun.json.result.runId);
      const asked = { runId: begun.json.result.runId, childId: id };
      const log = await bench.send('POST', '/v1/ca/log', { ...asked, cursor: 0 });
      expect(log.json.result.logs[0].msg).toContain('RB1 nonce=n1');
      const after = await bench.send('POST', '/v1/ca/log', { ...asked, cursor: log.json.result.nextCursor });
      expect(after.json.result).toMatchObject({
        logs: [],
        nextCursor: log.json.result.nextCursor,
        state: 'SUCCESS'
      });
    });
  });
});

describe('refusals', () => {
  test.each<[Behaviour['assistantRefusals'], number]>([
    ['status', 403],
    ['http200', 200]
  ])('of an account that has not switched it on, as %s', async (assistantRefusals, status) => {
    await withBench({ behaviour: { assistantSwitchedOn: false, assistantRefusals } }, async ({ send }) => {
      const reply = await send('POST', '/v1/ca/agent/batch', { hosts: [{ instanceId: first }] });
      expect(reply.status).toBe(status);
      expect(reply.json).toMatchObject({ code: 'OptInRequired', ...(status === 200 && { success: false }) });
    });
  });

  test('of a Content-MD5 that does not match, if it is checked', async () => {
    for (const contentMd5 of ['checked', 'ignored'] as const) {
      await withBench({ behaviour: { contentMd5 } }, async ({ send }) => {
        const headers = { 'content-md5': 'AAAA' };
        const reply = await send(
          'POST',
          '/v1/ca/agent/batch',
          { hosts: [{ instanceId: first }] },
          { headers }
        );
        expect(reply.status).toBe(contentMd5 === 'checked' ? 400 : 200);
      });
    }
  });

  test.each([
    [{ execution: 'DO', action: {} }],
    [{ execution: 'RUN', action: { type: 'FILE_UPLOAD' } }],
    [{ execution: 'RUN', action: { type: 'COMMAND', command: { type: 'PYTHON', content: 'x' } } }],
    [{ execution: 'RUN', action: { type: 'COMMAND', command: { type: 'SHELL', content: '' } } }],
    [
      { execution: 'RUN', action: { type: 'COMMAND', command: { type: 'SHELL', content: 'x' } }, targets: [] }
    ],
    [
      {
        execution: 'RUN',
        action: { type: 'COMMAND', command: { type: 'SHELL', content: 'x' } },
        targetSelectorType: 'ALL_INSTANCES'
      }
    ]
  ])('of %j', async (body) => {
    await withBench({}, async ({ send, emulator }) => {
      expect((await send('POST', '/v1/ca/action', body)).status).toBe(400);
      expect(emulator.runs).toEqual([]);
    });
  });
});

test('additional values of the Python SDK are ignored: nulls, empty texts, userId', async () => {
  await withBench({}, async ({ send }) => {
    const command = {
      type: 'SHELL',
      content: 'true',
      scope: 'INDIVIDUAL',
      parameters: null,
      user: 'root',
      workDir: '/'
    };
    const reply = await send('POST', '/v1/ca/action', {
      execution: 'RUN',
      action: { type: 'COMMAND', ref: '', id: '', command },
      parameters: null,
      targetSelector: null,
      targetSelectorType: null,
      targets: [{ instanceType: 'BCC', instanceId: first }],
      userId: ''
    });
    expect(reply.json).toMatchObject({
      code: 'success',
      success: true,
      result: { runId: expect.any(String) }
    });
  });
});

describe('what the pages leave open', () => {
  test.each([
    ['success', 'success'],
    ['SUCCESS', 'SUCCESS'],
    ['absent', undefined]
  ] as const)('assistantCode=%s', async (assistantCode, code) => {
    await withBench({ behaviour: { assistantCode } }, async ({ send }) => {
      const reply = await send('POST', '/v1/ca/agent/batch', { hosts: [{ instanceId: first }] });
      expect(reply.json.code).toBe(code);
      expect(reply.json.success).toBe(true);
    });
  });

  test.each([
    [0, 200],
    [16_384, 400]
  ])('commandBytes=%i', async (commandBytes, status) => {
    await withBench({ behaviour: { commandBytes } }, async (bench) => {
      await run(bench, `: ${'x'.repeat(16_383)}`);
      expect(bench.emulator.calls.at(-1)?.status).toBe(status);
      await run(bench, 'x'.repeat(16_384));
      expect(bench.emulator.calls.at(-1)?.status).toBe(200);
    });
  });

  test.each([
    ['absent', undefined],
    ['partial', { exitCode: 0, stdout: 'so far' }]
  ] as const)('outputWhileRunning=%s', async (outputWhileRunning, shown) => {
    const scripts = [{ pattern: 'check', stdout: 'so far', exitCode: 3 }];
    const behaviour = { outputWhileRunning, runDelayMs: 0, runMs: 1_000 };
    await withBench({ scripts, behaviour }, async (bench) => {
      const id = await run(bench, 'check');
      bench.clock.advance(500);
      const running = await childOf(bench, id);
      expect(running.state).toBe('RUNNING');
      if (shown === undefined) expect(running.output).toBeUndefined();
      else expect(running.output).toMatchObject(shown);
      bench.clock.advance(1_000);
      expect(await childOf(bench, id)).toMatchObject({ state: 'FAILED', output: { exitCode: 3 } });
    });
  });

  test.each([
    ['staysRunning', 'RUNNING'],
    ['fails', 'FAILED']
  ] as const)('runAtWipe=%s', async (runAtWipe, state) => {
    const behaviour = { runAtWipe, runDelayMs: 0, runMs: 5_000, staleRunningMs: 0 };
    await withBench({ behaviour }, async (bench) => {
      const id = await run(bench);
      bench.clock.advance(1_000);
      await childOf(bench, id);
      await bench.rebuild(first);
      bench.clock.advance(6_000);
      expect((await childOf(bench, id)).state).toBe(state);
    });
  });
});
