/** What the tests of fleets share: a rollout by hand, and fleets on the emulator with a count of unavailable instances. */

import type { Fault } from '../../emulator/faults/faults.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import type { MemberTask } from '../../src/core/rollout/member.ts';
import type {
  Outcome,
  Rollout,
  RolloutCommand,
  RolloutEvent,
  RolloutTask
} from '../../src/core/rollout/rollout-state.ts';
import { beginRollout, stepRollout } from '../../src/core/rollout/step-rollout.ts';
import type { Cancel } from '../../src/ports/cancel.ts';
import type { Probe } from '../../src/ports/probe.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { type VirtualOptions, type VirtualWorld, withVirtualWorld } from './virtual.ts';

/** How work may end. */
export const outcomes = {
  succeeded: { result: 'succeeded', isUnavailable: false, canRollBack: true },
  /** Found on the image, or adopted: this run did not erase it. */
  skipped: { result: 'succeeded', isUnavailable: false, canRollBack: false },
  /** Erased, and can be rolled back. */
  broken: { result: 'failed', isUnavailable: true, canRollBack: true },
  /** Its state is unknown. */
  lost: { result: 'failed', isUnavailable: true, canRollBack: false },
  /** Nothing was done to it. */
  refused: { result: 'failed', isUnavailable: false, canRollBack: false },
  /** The rollout had stopped before its rebuild was sent. */
  withdrawn: { result: 'withdrawn', isUnavailable: false, canRollBack: false },
  cut: { result: 'cancelled', isUnavailable: true, canRollBack: false }
} as const satisfies Readonly<Record<string, Outcome>>;

/** Members in short: `a` is to be rebuilt, `-a` is unavailable at first, `?a` is only checked. */
export function membersOf(short: string): readonly MemberTask[] {
  return short
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      id: word.replace(/^[?-]/, ''),
      kind: word.startsWith('?') ? 'check' : 'work',
      isUnavailable: word.startsWith('-')
    }));
}

/** A rollout that a test drives by hand; each step returns the commands as text, such as `begin a`. */
export class Game {
  rollout: Rollout;
  nowMs = 0;
  readonly first: readonly string[];

  constructor(short: string, patch: Partial<Omit<RolloutTask, 'members'>> = {}) {
    const members = membersOf(short);
    const usual = { maxUnavailable: 1, canary: 0, pauseMs: 0, maxFailures: 0, rollback: false };
    const [rollout, commands] = beginRollout({ ...usual, ...patch, members }, this.nowMs);
    this.rollout = rollout;
    this.first = commands.map(wordsOf);
  }

  /** The work on some of them ends, one after another in the same moment. */
  ends(ids: string, how: keyof typeof outcomes = 'succeeded'): readonly string[] {
    const outcome = outcomes[how];
    return ids.split(' ').flatMap((id) => this.#step({ type: 'ended', id, outcome, atMs: this.nowMs }));
  }

  rollbackEnded(
    ids: string,
    result: 'rolledBack' | 'rollbackFailed' | 'cancelled' = 'rolledBack'
  ): readonly string[] {
    return ids.split(' ').flatMap((id) =>
      this.#step({
        type: 'rollbackEnded',
        id,
        result,
        isUnavailable: result !== 'rolledBack',
        atMs: this.nowMs
      })
    );
  }

  woke(atMs: number): readonly string[] {
    this.nowMs = atMs;
    return this.#step({ type: 'woke', atMs });
  }

  cancel(): readonly string[] {
    return this.#step({ type: 'cancelled', atMs: this.nowMs });
  }

  /** The states, such as `a:succeeded b:waiting`. */
  get states(): string {
    return [...this.rollout.members.values()].map(({ id, state }) => `${id}:${state}`).join(' ');
  }

  #step(event: RolloutEvent): readonly string[] {
    const [rollout, commands] = stepRollout(this.rollout, event);
    this.rollout = rollout;
    return commands.map(wordsOf);
  }
}

function wordsOf(command: RolloutCommand): string {
  switch (command.type) {
    case 'begin':
      return `begin ${command.id}`;
    case 'rollBack':
      return `back ${command.id}`;
    case 'pause':
      return `pause ${command.untilMs}`;
    case 'end':
      return 'end';
  }
}

/** The IDs of the first so many instances of `fleetWorld`, or of those from one number to another. */
export function fleetIds(to: number, from = 1): readonly string[] {
  return Array.from(
    { length: to - from + 1 },
    (_, index) => `i-fleet${String(from + index).padStart(5, '0')}`
  );
}

/** A request for these instances; `rollout` holds what is not usual about it. */
export function fleetRequest(
  ids: readonly string[],
  maxUnavailable: number,
  rollout: Partial<RunRequest['rollout']> = {}
): Pick<RunRequest, 'selection' | 'rollout'> {
  return {
    selection: { kind: 'ids', ids },
    rollout: {
      maxUnavailable: { kind: 'count', count: maxUnavailable },
      canary: 0,
      pauseMs: 0,
      maxFailures: 0,
      ...rollout
    }
  };
}

/** A fault for the rebuild calls that name one instance: once for each of the operations. */
export function faultsOn(
  instanceId: string,
  play: Fault['play'],
  operations: readonly string[] = ['RebuildInstance', 'RebuildBatchInstance']
): readonly Fault[] {
  return operations.map((on) => ({ on, instanceId, play }));
}

/** A probe that asks `hasSucceeded` about the instance of `fleetWorld` that it is sent to. */
export function probeOf(hasSucceeded: (id: string) => boolean): Probe {
  return {
    async probe(check) {
      const number = 'host' in check ? Number(check.host.split('.').at(-1)) : 0;
      return hasSucceeded(fleetIds(number, number)[0] ?? '')
        ? { healthy: true }
        : { healthy: false, reason: { kind: 'refused' } };
    },
    hostKeys: async () => []
  };
}

/**
 * Counts, whenever the run starts to wait, how many of the instances do not serve: those that are
 * not Running, and those that were sent into a rebuild although they do not show it yet. Gives the most so far.
 */
export function watchUnavailable({ emulator, clock }: VirtualWorld, ids: readonly string[]): () => number {
  let most = 0;
  clock.onSleep = () => {
    const nowMs = clock.wallMs();
    const unavailable = new Set(ids.filter((id) => emulator.instance(id).status !== 'Running'));
    for (const { instanceId, endsAtMs } of emulator.rebuilds)
      if (endsAtMs > nowMs) unavailable.add(instanceId);
    most = Math.max(most, unavailable.size);
  };
  return () => most;
}

/** A cancel that comes at the first wait after so many milliseconds. */
export function cancelAt({ clock }: VirtualWorld, atMs: number): Cancel {
  const controller = new AbortController();
  clock.onSleep = () => {
    if (clock.nowMs() >= atMs) controller.abort();
  };
  return { signal: controller.signal, writes: controller.signal };
}

/** Who was rebuilt, in the order in which the service took it; once for each time. */
export function rebuiltIds({ emulator }: VirtualWorld): readonly string[] {
  return emulator.rebuilds.map(({ instanceId }) => instanceId);
}

/** The states of a report in short, such as `rebuilt rebuilt failed`. */
export function statusesOf(report: RunReport): string {
  return report.instances.map(({ status }) => status).join(' ');
}

/** How often an operation was called. */
export function countCalls({ emulator }: VirtualWorld, operation: string): number {
  return emulator.calls.filter((call) => call.operation === operation).length;
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A world with so many instances besides the demo's, and their IDs. */
export function onFleet<T>(
  count: number,
  test: (world: VirtualWorld, ids: readonly string[]) => Promise<T>,
  options: VirtualOptions = {}
): Promise<T> {
  const emulator = { world: fleetWorld(count), ...options.emulator };
  return withVirtualWorld({ ...options, emulator }, (world) => test(world, fleetIds(count)));
}
