/** What the tests of whole runs share: a probe by script, an eye on the calls, and parts of worlds. */
import type { ImageState, InstanceState, Spec } from '../../emulator/world/models.ts';
import type { HostKey, ProbeResult } from '../../src/core/health/unhealthy.ts';
import type { InstanceReport, RunReport } from '../../src/core/report/report.ts';
import { SurveyError, type SurveyProblem } from '../../src/deploy/plan/survey-error.ts';
import type { Cancel } from '../../src/ports/cancel.ts';
import type { Probe } from '../../src/ports/probe.ts';
import { type VirtualOptions, type VirtualWorld, withVirtualWorld } from './virtual.ts';

/** What a probe finds; `sinceMs` is virtual time since the first probe. */
export type ProbeScript = (sinceMs: number, world: VirtualWorld) => ProbeResult;

/** A good probe. */
export const passes: ProbeResult = { healthy: true };

/** A bad one. */
export const refuses: ProbeResult = { healthy: false, reason: { kind: 'refused' } };

/** A check of a port; scripted probes ignore it. */
export const tcpCheck = { kind: 'tcp', hostPattern: '{internalIp}', port: 22 } as const;

/** The usual health check of a request. */
export const health = { checks: [tcpCheck], deadlineMs: 300_000, minHealthyTimeMs: 10_000 } as const;

/** The images of the emulator's own world, to which a test adds its own. */
export const demoImages: readonly Spec<ImageState>[] = [
  { id: 'm-web-1', name: 'web-1' },
  { id: 'm-web-2', name: 'web-2', createTime: '2026-02-10T08:00:00Z' },
  { id: 'm-ubuntu22', name: '22.04 LTS amd64 (64bit)', type: 'System' }
];

/** An instance like the emulator's first one. */
export function web(id: string, patch: Partial<InstanceState> = {}): Spec<InstanceState> {
  return { id, name: `${id}-name`, imageId: 'm-web-1', internalIp: '192.168.0.11', ...patch };
}

/** Custom images that belong to somebody else. */
export function foreignImages(count: number): readonly Spec<ImageState>[] {
  return Array.from({ length: count }, (_, index) => ({ id: `m-foreign${index}`, name: `foreign-${index}` }));
}

/** A world whose probes play a script; `seen` has the virtual time of each since the first. */
export async function onStage<T>(
  options: VirtualOptions & { readonly script?: ProbeScript; readonly hostKeys?: readonly HostKey[] },
  test: (world: VirtualWorld, seen: readonly number[]) => Promise<T>
): Promise<T> {
  let stage: VirtualWorld | undefined;
  let firstMs: number | undefined;
  const seen: number[] = [];
  const { script = () => passes } = options;
  const probe: Probe = {
    async probe() {
      if (stage === undefined) throw new Error('a probe before the world');
      const nowMs = stage.clock.nowMs();
      firstMs ??= nowMs;
      seen.push(nowMs - firstMs);
      return script(nowMs - firstMs, stage);
    },
    hostKeys: async () => options.hostKeys ?? []
  };
  return withVirtualWorld({ probe, ...options }, async (world) => {
    stage = world;
    return test(world, seen);
  });
}

/** The names of all calls so far. */
export function callsOf({ emulator }: VirtualWorld): readonly string[] {
  return emulator.calls.map(({ operation }) => operation);
}

const writing: ReadonlySet<string> = new Set([
  'RebuildInstance',
  'RebuildBatchInstance',
  'StartInstance',
  'StopInstance',
  'RebootInstance',
  'CreateImage',
  'DeleteImage'
]);

/** The names of the calls that change something. */
export function writesOf(world: VirtualWorld): readonly string[] {
  return callsOf(world).filter((name) => writing.has(name));
}

/** The report of the only instance, or of the one with this id. */
export function oneOf(report: RunReport, id = report.instances[0]?.instanceId): InstanceReport {
  const found = report.instances.find(({ instanceId }) => instanceId === id);
  if (found === undefined) throw new Error(`no report of ${id}`);
  return found;
}

/** Every word of a report or a log, to look for what must or must not be in it. */
export function textOf(thing: unknown): string {
  return JSON.stringify(thing);
}

/** The problems of a run that comes to no plan. */
export async function problemsOf(run: Promise<RunReport>): Promise<readonly SurveyProblem[]> {
  try {
    await run;
  } catch (error) {
    if (error instanceof SurveyError) return error.problems;
    throw error;
  }
  throw new Error('the run came to a plan');
}

/** A cancel that a test can trigger; writes under way are given up at once too. */
export function newCancel(): { readonly cancel: Cancel; pull(): void } {
  const controller = new AbortController();
  return {
    cancel: { signal: controller.signal, writes: controller.signal },
    pull: () => controller.abort()
  };
}
