import { afterEach, describe, expect, test } from '@jest/globals';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import { createAssistant } from '../../src/bce/assistant-client.ts';
import { type BccClient, createBccClient } from '../../src/bce/client.ts';
import { probeCommand, scriptCommand } from '../../src/core/health/guest/guest-command.ts';
import { guestScriptOf } from '../../src/core/health/guest/guest-system.ts';
import { CallError, type FailureKind } from '../../src/core/model/failure.ts';
import { Secret } from '../../src/core/model/secret.ts';
import type { Assistant } from '../../src/ports/assistant.ts';

const never = new AbortController().signal;
const open: { close(): Promise<void>; dispose(): void }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) {
    one.dispose();
    await one.close();
  }
});

function clientOf(endpoint: string, { credentials }: Pick<Emulator, 'credentials'>): BccClient {
  return createBccClient({
    endpoint: new URL(endpoint),
    credentials,
    userAgent: 'test',
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    sleep: async () => undefined,
    random: () => 0,
    mask: () => undefined,
    debug: () => undefined
  });
}

async function start(options: EmulatorOptions = {}): Promise<{ assistant: Assistant; emulator: Emulator }> {
  const behaviour = { runDelayMs: 0, runMs: 0, ...options.behaviour };
  const emulator = await startEmulator({ ...options, behaviour, strict: true });
  const client = clientOf(emulator.endpoint, emulator);
  open.push({ close: () => emulator.close(), dispose: () => client.dispose() });
  const scripts = new Map([['i-demo0001', new Secret('#!/bin/sh\nTOKEN=hunter2-of-one\n')]]);
  return { assistant: createAssistant(client, ['s3cret'], (id) => scripts.get(id)), emulator };
}

async function kindOf(call: Promise<unknown>): Promise<FailureKind | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof CallError ? error.failure.kind : undefined)
  );
}

const order = { command: probeCommand('linux'), nonce: 'abc' };

describe('Cloud Assistant', () => {
  test('asks for agents, runs a command, and reads what it said', async () => {
    const { assistant, emulator } = await start();
    expect(await assistant.getAgents(['i-demo0001', 'i-nobody'], never)).toEqual(
      new Map([
        ['i-demo0001', 'online'],
        ['i-nobody', 'offline']
      ])
    );
    const { runId } = await assistant.runCommand(order, ['i-demo0001', 'i-demo0002'], never);
    const run = await assistant.getRun(runId, never);
    expect(run.state).toBe('SUCCESS');
    expect(
      run.children.map(({ instanceId, exitCode, stdout }) => [instanceId, exitCode, stdout.slice(0, 13)])
    ).toEqual([
      ['i-demo0001', 0, 'RB1 nonce=abc'],
      ['i-demo0002', 0, 'RB1 nonce=abc']
    ]);
    expect(await assistant.findRun('abc', Date.now() - 60_000, never)).toBe(runId);
    expect(await assistant.findRun('abd', Date.now() - 60_000, never)).toBeUndefined();
    expect(emulator.calls.every(({ status }) => status === 200)).toBe(true);
  });

  test('sends a script as it is, and hides secrets in what it says', async () => {
    const scripts = [{ pattern: 'whoami', exitCode: 2, stdout: 'I am s3cret\n', stderr: 's3cret!' }];
    const { assistant, emulator } = await start({ scripts });
    const command = scriptCommand(guestScriptOf('whoami "$1"\n', 'deploy'), 'linux', 60_000);
    const { runId } = await assistant.runCommand({ command, nonce: 'n' }, ['i-demo0001'], never);
    const [child] = (await assistant.getRun(runId, never)).children;
    expect(child).toMatchObject({ exitCode: 2, state: 'FAILED', stdout: 'I am ***\n', stderr: '***!' });
    expect(emulator.runs[0]?.action).toMatchObject({
      type: 'COMMAND',
      timeoutSecond: 60,
      command: { type: 'SHELL', content: 'whoami "$1"\n', user: 'deploy', workDir: '/', scope: 'INDIVIDUAL' }
    });
  });

  test('hides the lines of the script that an instance had before, in what this instance says', async () => {
    const scripts = [{ pattern: 'whoami', stdout: '+ TOKEN=hunter2-of-one\nroot\n' }];
    const { assistant } = await start({ scripts });
    const command = scriptCommand(guestScriptOf('whoami\n', 'root'), 'linux', 60_000);
    const spec = { command, nonce: 'n' };
    const { runId } = await assistant.runCommand(spec, ['i-demo0001', 'i-demo0002'], never);
    for (const _again of [1, 2]) {
      const { children } = await assistant.getRun(runId, never);
      expect(children.map(({ stdout }) => stdout)).toEqual([
        '+ ***\nroot\n',
        '+ TOKEN=hunter2-of-one\nroot\n'
      ]);
    }
  });

  test.each([true, false])('a refusal with the status of success is one (%s)', async (isSoft) => {
    const assistantRefusals = isSoft ? 'http200' : 'status';
    const { assistant } = await start({ behaviour: { assistantSwitchedOn: false, assistantRefusals } });
    expect(await kindOf(assistant.getAgents(['i-demo0001'], never))).toBe('denied');
    expect(await kindOf(assistant.runCommand(order, ['i-demo0001'], never))).toBe('denied');
  });

  test('a lost answer is reported, and nothing is sent again', async () => {
    const faults = [{ on: 'CreateAction', play: { kind: 'reset', when: 'after' } }] as const;
    const { assistant, emulator } = await start({ faults });
    expect(await kindOf(assistant.runCommand(order, ['i-demo0001'], never))).toBe('ambiguous');
    expect(emulator.runs).toHaveLength(1);
  });

  test('an answer that is none is no run', async () => {
    const faults = [{ on: 'CreateAction', play: { kind: 'garbage' } }] as const;
    const { assistant } = await start({ faults });
    expect(await kindOf(assistant.runCommand(order, ['i-demo0001'], never))).toBe('malformed');
  });

  test('nothing is sent for no instance, for more than 100, and for an empty ID', async () => {
    const { assistant, emulator } = await start();
    const many = Array.from({ length: 101 }, (_, index) => `i-${index}`);
    for (const ids of [[], many, ['']]) {
      expect(await kindOf(assistant.getAgents(ids, never))).toBe('invalid');
      expect(await kindOf(assistant.runCommand(order, ids, never))).toBe('invalid');
    }
    expect(emulator.calls).toEqual([]);
  });

  test('no script goes over plain HTTP, but to the loopback interface', async () => {
    const credentials = { accessKeyId: 'a'.repeat(32), secretAccessKey: 'b'.repeat(32) };
    for (const endpoint of ['http://bcc.bj.baidubce.com', 'http://gateway.example:8080']) {
      const client = clientOf(endpoint, { credentials });
      const error = await createAssistant(client, [], () => undefined)
        .runCommand(order, ['i-demo0001'], never)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CallError);
      expect(String(error)).toContain('only over HTTPS');
      client.dispose();
    }
  });
});
