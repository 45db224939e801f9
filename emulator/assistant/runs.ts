import { randomBytes } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { isObject, type JsonObject } from '../http/json.ts';
import { agentState } from './guest.ts';
import type { ChildRun, GuestRun } from './guest-run.ts';
import { answerScript } from './scripts.ts';

/** A random ID in the service's format: a letter, a dash, and `length` characters. */
export function newId(letter: 'c' | 'd' | 'r', length: number): string {
  return `${letter}-${randomBytes(16)
    .toString('base64')
    .replace(/[^a-zA-Z0-9]/g, '')
    .padEnd(length, 'x')
    .slice(0, length)}`;
}

/** Starts a run, and schedules what happens on each instance. */
export function beginRun(call: Call, action: JsonObject, instanceIds: readonly string[]): GuestRun {
  const command: unknown = action['command'];
  const content = isObject(command) && typeof command['content'] === 'string' ? command['content'] : '';
  const seconds = action['timeoutSecond'];
  const timeoutMs = (typeof seconds === 'number' && seconds > 0 ? seconds : 60) * 1000;
  const children = instanceIds.map(
    (instanceId): ChildRun => ({
      id: newId('d', 12),
      instanceId,
      state: 'PENDING',
      finishedMs: undefined,
      output: undefined,
      soFar: undefined,
      errorCode: '',
      failReason: '',
      bootId: ''
    })
  );
  const run: GuestRun = { id: newId('r', 16), action, content, createdMs: call.nowMs, children };
  call.memory.runs.push(run);
  for (const child of children) planChild(call, run, child, timeoutMs);
  return run;
}

function planChild(call: Call, run: GuestRun, child: ChildRun, timeoutMs: number): void {
  const { behaviour, nowMs, world, memory } = call;
  const plays = call.faults.world(child.instanceId).map(({ kind }) => kind);
  if (plays.includes('runStuck')) return;
  const later = (atMs: number, apply: (atMs: number) => void): void =>
    world.plan({ atMs, owner: run.id, apply: () => apply(atMs) });
  const guestOf = () => world.at(nowMs).instances.get(child.instanceId);
  const target = guestOf();
  if (target === undefined || agentState(target.guest, nowMs, behaviour) !== 'ONLINE') {
    if (behaviour.runOnOffline === 'failed') fail(child, nowMs, 'AgentOffline', 'The agent is offline.');
  } else {
    later(nowMs + behaviour.runDelayMs, (startMs) => {
      const instance = guestOf();
      const { bootId = '', upSinceMs } = instance?.guest ?? {};
      // The agent was shown as online, but the system is down: the command waits until its timeout.
      if (instance === undefined || upSinceMs === undefined || child.state !== 'PENDING') return;
      child.state = 'RUNNING';
      child.bootId = bootId;
      if (plays.includes('agentLost')) return;
      const facts = {
        instanceId: child.instanceId,
        imageId: instance.imageId,
        bootId,
        uptimeMs: startMs - upSinceMs
      };
      const output = answerScript(memory.scripts, run.content, facts);
      child.soFar = { ...output, exitCode: 0 };
      later(startMs + (output.ms ?? behaviour.runMs), (endMs) => {
        const now = guestOf()?.guest;
        if (child.state !== 'RUNNING') return;
        if (now?.bootId !== bootId || now.upSinceMs === undefined) {
          if (behaviour.runAtWipe === 'fails') fail(child, endMs, 'AgentLost', 'The agent went off line.');
          return;
        }
        child.output = output;
        child.state = output.exitCode === 0 || behaviour.exitState === 'SUCCESS' ? 'SUCCESS' : 'FAILED';
        child.finishedMs = endMs;
      });
    });
  }
  later(nowMs + timeoutMs, (atMs) => {
    if (child.state === 'PENDING' || child.state === 'RUNNING') {
      fail(child, atMs, 'Timeout', `It did not end within ${timeoutMs / 1000} seconds.`);
    }
  });
}

function fail(child: ChildRun, atMs: number, errorCode: string, failReason: string): void {
  Object.assign(child, { state: 'FAILED', finishedMs: atMs, errorCode, failReason });
}

/** The state of a run, derived from its children. */
export function stateOf({ children }: GuestRun): string {
  const states = children.map(({ state }) => state);
  if (states.every((state) => state === 'PENDING')) return 'PENDING';
  if (states.some((state) => state === 'PENDING' || state === 'RUNNING')) return 'RUNNING';
  if (!states.includes('FAILED')) return 'SUCCESS';
  return states.includes('SUCCESS') ? 'PARTIAL_FAILED' : 'FAILED';
}
