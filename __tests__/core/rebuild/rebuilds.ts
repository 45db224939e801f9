/** Rebuilds by hand: a script of observations and answers is fed to the reducer, without clock, loop or network. */

import type { CallFailure, FailureKind } from '../../../src/core/model/failure.ts';
import type { Image } from '../../../src/core/model/image.ts';
import type { Instance, SystemDisk } from '../../../src/core/model/instance.ts';
import type { Task } from '../../../src/core/plan/decide.ts';
import type {
  Observation,
  RebuildCommand,
  RebuildEvent,
  RebuildState,
  Step
} from '../../../src/core/rebuild/rebuild-state.ts';
import { begin, step } from '../../../src/core/rebuild/step-rebuild.ts';

export const image: Image = {
  id: 'm-new',
  name: 'web-2',
  type: 'Custom',
  osType: 'linux',
  osName: 'Ubuntu',
  osVersion: '22.04',
  osArch: 'amd64',
  createTime: '2026-02-10T08:00:00Z',
  status: 'Available',
  minDiskGb: 20
};

export const instance: Instance = {
  id: 'i-1',
  name: 'web',
  status: 'Running',
  imageId: 'm-old',
  imageName: 'web-1',
  imageType: 'Custom',
  osName: 'Ubuntu',
  osVersion: '20.04',
  osArch: 'amd64',
  zoneName: 'cn-bj-a',
  spec: 'bcc.g5.c2m8',
  publicIp: '203.0.113.1',
  internalIp: '192.168.0.1',
  keypairId: '',
  deletionProtection: false
};

export const disk: SystemDisk = {
  id: 'v-old',
  createTime: '2026-01-01T00:00:00Z',
  sizeInGB: 40,
  snapshotNum: 1,
  status: 'InUse'
};

export function taskOf(patch: Partial<Task> = {}): Task {
  return {
    instanceId: 'i-1',
    image,
    loginKind: 'adminPass',
    force: false,
    allowProtected: false,
    backup: false,
    drain: false,
    wait: true,
    timeoutMs: 1_200_000,
    pollIntervalMs: 5_000,
    ...patch
  };
}

export function failureOf(kind: FailureKind, patch: Partial<CallFailure> = {}): CallFailure {
  return { kind, operation: 'RebuildInstance', target: 'i-1', message: 'no', attempts: 1, ...patch };
}

/** What the instance shows at a moment. */
export interface Shown {
  readonly status?: string;
  readonly imageId?: string;
  readonly disk?: Partial<SystemDisk> | null;
}

/** A service by a script: what it shows at each second, and how it answers. */
export interface Script {
  readonly show: (atMs: number) => Shown;
  readonly send?: (atMs: number, count: number) => RebuildEvent;
  readonly start?: (atMs: number) => RebuildEvent;
  readonly backup?: (atMs: number) => RebuildEvent;
  readonly observe?: (atMs: number) => RebuildEvent | undefined;
  /** By how much an observation comes too late, for the process was suspended. */
  readonly delay?: (atMs: number) => number;
}

/** A rebuild that has ended, and all its commands. */
export interface PlayedRebuild {
  readonly rebuild: RebuildState;
  readonly commands: readonly RebuildCommand[];
  /** The moments of the observations, in milliseconds. */
  readonly observedMs: readonly number[];
  readonly sends: readonly number[];
  readonly starts: readonly number[];
}

export function observationOf(atMs: number, shown: Shown, withDisk: boolean, isFresh = false): Observation {
  const { status = 'Running', imageId = 'm-old' } = shown;
  const seen = { ...instance, status, imageId, imageName: imageId };
  const shownDisk = shown.disk === null ? null : { ...disk, ...shown.disk };
  return { atMs, answeredAtMs: atMs, isFresh, instance: seen, ...(withDisk ? { disk: shownDisk } : {}) };
}

/** The observation that the plan was made by: an interval before the beginning, on a shared connection. */
export function plannedOf(shown: Shown = {}): Observation {
  return observationOf(-5_000, shown, true);
}

/**
 * Plays a rebuild against a script. Observations come exactly on their beat.
 *
 * @param planned what the plan saw; the same as is seen at first unless given, `null` for nothing
 */
export function playRebuild(task: Task, script: Script, planned?: Observation | null): PlayedRebuild {
  const commands: RebuildCommand[] = [];
  const observedMs: number[] = [];
  const sends: number[] = [];
  const starts: number[] = [];
  let nowMs = 0;
  const before = planned === undefined ? plannedOf(script.show(0)) : (planned ?? undefined);
  let [rebuild, command]: Step = begin(task, nowMs, before);
  for (let count = 0; command.type !== 'end'; count += 1) {
    if (count > 5_000) throw new Error('the rebuild does not end');
    commands.push(command);
    let event: RebuildEvent;
    if (command.type === 'observe') {
      nowMs = Math.max(nowMs, command.dueMs);
      nowMs += script.delay?.(nowMs) ?? 0;
      observedMs.push(nowMs);
      event = script.observe?.(nowMs) ?? {
        type: 'observed',
        observation: observationOf(nowMs, script.show(nowMs), command.withDisk, command.fresh)
      };
    } else if (command.type === 'send') {
      sends.push(nowMs);
      event = script.send?.(nowMs, sends.length) ?? { type: 'accepted', atMs: nowMs, requestId: 'r-1' };
    } else if (command.type === 'backup') {
      event = script.backup?.(nowMs) ?? { type: 'prepared', atMs: nowMs };
      if ('atMs' in event) nowMs = event.atMs;
    } else {
      starts.push(nowMs);
      event = script.start?.(nowMs) ?? { type: 'startAccepted', atMs: nowMs, requestId: 'r-2' };
    }
    [rebuild, command] = step(rebuild, event);
  }
  return { rebuild, commands, observedMs, sends, starts };
}

/** How a rebuild ended, in one word: of a failure its reason. */
export function reasonOf({ rebuild: { ending } }: PlayedRebuild): string {
  return ending?.kind === 'failed' ? ending.reason.kind : (ending?.kind ?? 'none');
}

/** A script of stretches: each shows its value until its end. */
export function stretches(...parts: readonly (readonly [untilMs: number, shown: Shown])[]): Script {
  return { show: (atMs) => (parts.find(([untilMs]) => atMs < untilMs) ?? parts.at(-1))?.[1] ?? {} };
}
