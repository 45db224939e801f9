/** What the plan needs to know of one target: snapshots, image to roll back to, host keys, health, load balancers. */

import { groupBy } from '../../core/group-by.ts';
import type { AgentState } from '../../core/health/guest/guest-run.ts';
import { resolveChecks } from '../../core/health/resolve-checks.ts';
import { describeUnhealthy, type HostKey } from '../../core/health/unhealthy.ts';
import type { BackendServer } from '../../core/model/backend-server.ts';
import { statusKind } from '../../core/model/bcc-status.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import type { Snapshot } from '../../core/model/instance.ts';
import { decide, isOnImage, type Task } from '../../core/plan/decide.ts';
import type { Target } from '../../core/plan/plan.ts';
import type { RollbackImage } from '../../core/plan/preflight.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { allDone } from '../calls/all-done.ts';
import { withMissingFacts } from '../calls/missing-facts.ts';
import { orCallError } from '../calls/or-call-error.ts';
import { probeOnce } from '../health/await-healthy.ts';

/** What the reads of a target need of the world, and what was read for all of them at once. */
export interface TargetReads extends Pick<Ports, 'bcc' | 'probe' | 'cancel' | 'secrets'> {
  /** By disk or instance ID, or why they could not be read; `undefined` where each target's own are to be read. */
  readonly snapshots: ReadonlyMap<string, readonly Snapshot[]> | CallError | undefined;
  /** Of all load balancers of the run; `undefined` where it names none. */
  readonly backendServers: readonly BackendServer[] | undefined;
  /** `undefined` where no check looks from inside. */
  readonly agents: ReadonlyMap<string, AgentState> | undefined;
  /** Whether there are others, so that it matters who is unavailable to begin with. */
  readonly isFleet: boolean;
}

/** How long the SSH host keys of now may take, in milliseconds; a server that shows none stops nothing. */
const hostKeysMs = 5_000;

/**
 * Gives the function that makes a target of a first observation.
 *
 * @throws (that function) CallError when a read fails, CancelledError on abort
 */
export function createTargets(
  request: RunRequest,
  image: Image,
  reads: TargetReads
): (observation: Observation) => Promise<Target> {
  const backendServers =
    reads.backendServers && groupBy(reads.backendServers, ({ instanceId }) => instanceId);
  const images = new Map<string, Promise<RollbackImage>>();
  const rollbackImage = (imageId: string): Promise<RollbackImage> => {
    const known = images.get(imageId) ?? rollbackImageOf(request, image, imageId, reads);
    images.set(imageId, known);
    return known;
  };
  return async (read) => {
    const { bcc, cancel, secrets } = reads;
    const task = taskOf(request, image, read.instance.id);
    const observation = await withMissingFacts(read, task, reads);
    const { instance, disk } = observation;
    const runsOnIt = isOnImage(decide(instance, task));
    const [lost, back, oldScript, oldHostKeys, unhealthy] = await allDone([
      disk && !runsOnIt ? snapshotsOrWhy(disk.id, instance.id, reads) : { snapshots: [] },
      runsOnIt ? ({ kind: 'notAsked' } as const) : rollbackImage(instance.imageId),
      request.rollback && !runsOnIt ? bcc.getUserData(instance.id, cancel.signal) : undefined,
      runsOnIt ? undefined : hostKeysOf(request, observation, reads),
      runsOnIt ? undefined : unhealthyNow(request, observation, reads)
    ]);
    if (oldScript !== undefined) secrets.keepScript(instance.id, oldScript);
    return {
      task,
      instance,
      disk: disk ?? undefined,
      ...lost,
      circumstances: {
        confirmName: request.confirmName,
        checks: request.health?.checks,
        blbIds: request.balancers?.blbIds,
        rollbackImage: back
      },
      backendServers: backendServers && (backendServers.get(instance.id) ?? []),
      oldHostKeys,
      agent: runsOnIt ? undefined : reads.agents?.get(instance.id),
      unhealthy
    };
  };
}

/** The snapshots only inform the plan, so a run that may not read them goes on with a warning. */
async function snapshotsOrWhy(
  diskId: string,
  instanceId: string,
  { snapshots, bcc, cancel }: TargetReads
): Promise<Pick<Target, 'snapshots' | 'snapshotsProblem'>> {
  const own = snapshots ?? (await orCallError(bcc.listSnapshots(diskId, cancel.signal)));
  if (own instanceof CallError) {
    return { snapshots: [], snapshotsProblem: describeFailure(own.failure) };
  }
  if ('length' in own) return { snapshots: own };
  // The API takes an instance's ID for that of its system disk, and may show either.
  return { snapshots: [...(own.get(diskId) ?? []), ...(own.get(instanceId) ?? [])] };
}

async function rollbackImageOf(
  request: RunRequest,
  image: Image,
  previousId: string,
  { bcc, cancel }: TargetReads
): Promise<RollbackImage> {
  if (!request.rollback) return { kind: 'notAsked' };
  if (request.backup !== undefined) return { kind: 'backup' };
  if (previousId === image.id) return { kind: 'image', image };
  try {
    return { kind: 'image', image: await bcc.getImage(previousId, cancel.signal) };
  } catch (error) {
    if (error instanceof CallError && error.failure.kind === 'notFound') return { kind: 'missing' };
    throw error;
  }
}

async function hostKeysOf(
  request: RunRequest,
  observation: Observation,
  { probe, cancel: { signal } }: TargetReads
): Promise<readonly HostKey[] | undefined> {
  const resolved = resolveChecks(request.health?.checks ?? [], observation.instance);
  if (!resolved.ok || request.dryRun) return undefined;
  const checks = resolved.checks.flatMap((check) => (check.kind === 'ssh' ? [check] : []));
  if (checks.length === 0) return undefined;
  const keys = await Promise.all(
    checks.map((check) => probe.hostKeys(check, { signal, timeoutMs: hostKeysMs }))
  );
  return keys.flat();
}

/** Why a Running instance of a fleet does not pass its checks even now. A single target is spared the probes. */
async function unhealthyNow(
  request: RunRequest,
  { instance }: Observation,
  reads: TargetReads
): Promise<string | undefined> {
  if (!reads.isFleet || statusKind(instance.status) !== 'up') return undefined;
  const results = await probeOnce(request, instance, reads);
  const failed = results.flatMap(({ check, result }) =>
    result.healthy ? [] : [`${check} fails: ${describeUnhealthy(result.reason)}`]
  );
  return failed.length === 0 ? undefined : failed.join('; ');
}

function taskOf(request: RunRequest, image: Image, instanceId: string): Task {
  const { force, allowProtected, wait, timeoutMs, pollIntervalMs, selection } = request;
  const loginKind = request.options.login.kind;
  const backup = request.backup !== undefined;
  const drain = request.balancers !== undefined;
  return {
    instanceId,
    image,
    loginKind,
    force,
    allowProtected,
    backup,
    drain,
    wait,
    timeoutMs,
    pollIntervalMs,
    ...(selection.kind === 'tags' ? { selectedBy: selection.tags } : {})
  };
}
