/** The first reads of a run, from which the plan is made. Nothing here changes anything. */

import type { HostKey } from '../core/health/reason.ts';
import { resolveCheck } from '../core/health/resolve.ts';
import { CallError } from '../core/model/failure.ts';
import type { Image } from '../core/model/image.ts';
import { customImageQuota, quotaLeft } from '../core/plan/backup.ts';
import { decide, type Task } from '../core/plan/decide.ts';
import { makePlan, type Plan, type Target } from '../core/plan/plan.ts';
import type { WayBack } from '../core/plan/preflight.ts';
import type { Sight } from '../core/rebuild/state.ts';
import type { Probe } from './heal.ts';
import { look } from './look.ts';
import { mapSome } from './map-some.ts';
import type { Bcc } from './ports.ts';
import type { RunRequest } from './request.ts';
import { type ImagePorts, resolveImage } from './resolve-image.ts';
import { problemOf, SurveyError, type SurveyProblem } from './survey-error.ts';

/** The plan, and the looks it was made from. */
export interface Survey {
  readonly plan: Plan;
  /** By instance id, each with the system disk. */
  readonly sights: ReadonlyMap<string, Sight>;
}

/** What the survey needs of the world. */
export interface SurveyPorts extends ImagePorts {
  readonly probe: Probe;
}

/** How many instances are looked at side by side; a few, so that a long list does not run into the rate limit. */
const sideBySide = 4;

/** How long the SSH host keys of now may take, in milliseconds; a server that shows none stops nothing. */
const hostKeysMs = 5_000;

/**
 * Looks at the image and at every target, and decides.
 *
 * @throws SurveyError with all problems when any read failed, CancelledError on abort
 */
export async function survey(request: RunRequest, ports: SurveyPorts, signal: AbortSignal): Promise<Survey> {
  const problems: SurveyProblem[] = [];
  const collect = <T>(read: Promise<T>): Promise<T | undefined> =>
    read.catch((error: unknown) => {
      if (signal.aborted) throw error;
      if (error instanceof SurveyError) problems.push(...error.problems);
      else if (error instanceof CallError) problems.push(problemOf(error.failure));
      else throw error;
      return undefined;
    });
  const [image, customImages, sights] = await Promise.all([
    collect(resolveImage(request, ports, signal)),
    request.backup === undefined ? undefined : collect(ports.bcc.listImages({ imageType: 'Custom' }, signal)),
    mapSome(request.instanceIds, sideBySide, (id) => collect(look(id, true, ports, signal)))
  ]);
  const seen = sights.filter((sight) => sight !== undefined);
  if (image === undefined || problems.length > 0) throw new SurveyError(problems);
  const imagesLeft = customImages === undefined ? undefined : quotaLeft(customImages);
  const targets = await mapSome(seen, sideBySide, (sight) =>
    collect(targetOf(request, image, sight, { ...ports, signal }))
  );
  const known = targets.filter((target) => target !== undefined);
  if (problems.length > 0) throw new SurveyError(problems);
  const counted = known.map((target, index) => withQuota(target, imagesLeft, known.slice(0, index)));
  return {
    plan: makePlan(image, { ...request.order, imageId: image.id }, counted),
    sights: new Map(seen.map((sight) => [sight.instance.id, sight]))
  };
}

/** Each target before this one that is to be erased takes an image of its own out of the quota. */
function withQuota(target: Target, imagesLeft: number | undefined, before: readonly Target[]): Target {
  if (imagesLeft === undefined) return target;
  const taken = before.filter(
    ({ instance, task }) => !['skip', 'start'].includes(decide(instance, task).action)
  );
  return { ...target, circumstances: { ...target.circumstances, imagesLeft: imagesLeft - taken.length } };
}

async function targetOf(
  request: RunRequest,
  image: Image,
  sight: Sight,
  ports: SurveyPorts & { readonly signal: AbortSignal }
): Promise<Target> {
  const { instance, disk } = sight;
  const { bcc, signal } = ports;
  const task = taskOf(request, image, instance.id);
  const action = decide(instance, task).action;
  const runsOnIt = action === 'skip' || action === 'start';
  const [snapshots, wayBack, oldUserData, oldHostKeys] = await Promise.all([
    disk && !runsOnIt ? bcc.listSnapshots(disk.id, signal) : [],
    runsOnIt ? ({ kind: 'notAsked' } as const) : wayBackOf(request, image, instance.imageId, bcc, signal),
    request.rollback && !runsOnIt ? bcc.getUserData(instance.id, signal) : undefined,
    runsOnIt ? undefined : hostKeysOf(request, sight, ports)
  ]);
  return {
    task,
    instance,
    disk: disk ?? undefined,
    snapshots,
    circumstances: {
      confirmName: request.confirmName,
      health: request.health?.check,
      wayBack,
      imageQuota: customImageQuota
    },
    oldUserData,
    oldHostKeys
  };
}

async function wayBackOf(
  request: RunRequest,
  image: Image,
  previousId: string,
  bcc: Bcc,
  signal: AbortSignal
): Promise<WayBack> {
  if (!request.rollback) return { kind: 'notAsked' };
  if (request.backup !== undefined) return { kind: 'backup' };
  if (previousId === image.id) return { kind: 'image', image };
  try {
    return { kind: 'image', image: await bcc.getImage(previousId, signal) };
  } catch (error) {
    if (error instanceof CallError && error.failure.kind === 'notFound') return { kind: 'missing' };
    throw error;
  }
}

async function hostKeysOf(
  request: RunRequest,
  sight: Sight,
  ports: SurveyPorts & { readonly signal: AbortSignal }
): Promise<readonly HostKey[] | undefined> {
  if (request.health?.check.kind !== 'ssh' || request.dryRun) return undefined;
  const resolved = resolveCheck(request.health.check, sight.instance);
  if (!resolved.ok) return undefined;
  return ports.probe.hostKeys(resolved.check, { signal: ports.signal, timeoutMs: hostKeysMs });
}

function taskOf(request: RunRequest, image: Image, instanceId: string): Task {
  const { force, allowProtected, wait, timeoutMs, pollIntervalMs } = request;
  const loginKind = request.order.login.kind;
  const backup = request.backup !== undefined;
  return { instanceId, image, loginKind, force, allowProtected, backup, wait, timeoutMs, pollIntervalMs };
}
