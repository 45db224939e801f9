import { describe, expect, test } from '@jest/globals';
import { probeCommand } from '../../../src/core/health/guest/guest-command.ts';
import type { GuestRun } from '../../../src/core/health/guest/guest-run.ts';
import { CallError, CancelledError } from '../../../src/core/model/failure.ts';
import { GuestRuns } from '../../../src/health/assistant/guest-runs.ts';
import type { Assistant } from '../../../src/ports/assistant.ts';
import { VirtualClock } from '../../support/virtual.ts';

const command = probeCommand('linux');
const never = new AbortController().signal;

/** A service by hand: what it was asked, and what it says. */
function service(clock: VirtualClock, more: Partial<Assistant> = {}) {
  const calls: string[] = [];
  const runs = new Map<string, readonly string[]>();
  const note = (call: string): void => void calls.push(`${clock.nowMs()} ${call}`);
  const assistant: Assistant = {
    async getAgents(ids) {
      note(`agents ${ids.length}`);
      return new Map(ids.map((id) => [id, id.includes('off') ? 'offline' : 'online']));
    },
    async runCommand(_order, ids) {
      note(`run ${ids.length}`);
      const runId = `r-${runs.size}`;
      runs.set(runId, ids);
      return { runId };
    },
    async getRun(runId): Promise<GuestRun> {
      note(`read ${runId}`);
      const children = (runs.get(runId) ?? []).map((instanceId) => ({
        instanceId,
        state: 'SUCCESS',
        exitCode: 0,
        stdout: '',
        stderr: '',
        errorCode: '',
        failReason: ''
      }));
      return { runId, state: 'SUCCESS', children };
    },
    findRun: async () => undefined,
    ...more
  };
  return { calls, runs: new GuestRuns(assistant, clock, 2_000) };
}

describe('commands on one beat', () => {
  test('of 250 instances share their calls', async () => {
    const clock = new VirtualClock();
    const { calls, runs } = service(clock);
    const ids = Array.from({ length: 250 }, (_, index) => (index < 20 ? `i-off${index}` : `i-${index}`));
    const answers = await Promise.all(ids.map((id) => runs.execute(id, command, 60_000, never)));
    expect(answers.filter(({ kind }) => kind === 'agentOffline')).toHaveLength(20);
    expect(answers.filter(({ kind }) => kind === 'finished')).toHaveLength(230);
    expect(calls).toEqual([
      '0 agents 100',
      '0 agents 100',
      '0 agents 50',
      '0 run 100',
      '0 run 100',
      '0 run 30',
      '2000 read r-0',
      '2000 read r-1',
      '2000 read r-2'
    ]);
  });

  test('that come later wait for the next beat', async () => {
    const clock = new VirtualClock();
    const { calls, runs } = service(clock);
    const late = async (ms: number) => {
      await clock.sleep(ms, never);
      return runs.execute(`i-${ms}`, command, 60_000, never);
    };
    await Promise.all([late(0), late(500), late(1_900)]);
    expect(calls).toEqual([
      '0 agents 1',
      '0 run 1',
      '2000 read r-0',
      '2000 agents 2',
      '2000 run 2',
      '4000 read r-1'
    ]);
  });

  test('are given up in time, although a call is still out', async () => {
    const clock = new VirtualClock();
    const getRun: Assistant['getRun'] = async (_, signal) => {
      await clock.sleep(100_000, signal);
      throw new Error('never comes to that');
    };
    const { runs } = service(clock, { getRun });
    expect(await runs.execute('i-1', command, 7_000, never)).toEqual({
      kind: 'runLate',
      runId: 'r-0',
      state: ''
    });
    expect(clock.nowMs()).toBe(7_000);
    runs.dispose();
  });

  test('end with a cancel, at once and for all', async () => {
    const clock = new VirtualClock();
    const { runs } = service(clock, { getRun: async (runId) => ({ runId, state: 'RUNNING', children: [] }) });
    const cancel = new AbortController();
    const all = ['i-1', 'i-2'].map((id) => runs.execute(id, command, 60_000, cancel.signal));
    void clock.sleep(5_000, never).then(() => cancel.abort());
    for (const one of await Promise.allSettled(all)) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(CancelledError) });
    }
    expect(clock.nowMs()).toBe(5_000);
    await expect(runs.execute('i-1', command, 60_000, cancel.signal)).rejects.toBeInstanceOf(CancelledError);
    runs.dispose();
  });

  test('pass a fault of the program on to everybody', async () => {
    const clock = new VirtualClock();
    const getAgents: Assistant['getAgents'] = async () => {
      throw new TypeError('a bug');
    };
    const { runs } = service(clock, { getAgents });
    const all = ['i-1', 'i-2'].map((id) => runs.execute(id, command, 60_000, never));
    for (const one of await Promise.allSettled(all)) {
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    }
    await expect(runs.execute('i-3', command, 60_000, never)).rejects.toBeInstanceOf(TypeError);
  });

  test('a call that fails is an answer', async () => {
    const clock = new VirtualClock();
    const failure = {
      kind: 'denied',
      operation: 'CreateAction',
      target: '',
      message: 'no',
      attempts: 1
    } as const;
    const runCommand: Assistant['runCommand'] = async () => {
      throw new CallError(failure);
    };
    const { runs } = service(clock, { runCommand });
    expect(await runs.execute('i-1', command, 60_000, never)).toEqual({
      kind: 'assistantCall',
      isDenied: true,
      message: 'CreateAction: no'
    });
  });
});
