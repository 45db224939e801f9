/** The first reads of a run, from which the plan is made. Nothing here changes anything. */
import type { Task } from '../core/decide.ts';
import { CallError, type CallFailure } from '../core/failure.ts';
import type { Image } from '../core/image.ts';
import { makePlan, type Plan, type Target } from '../core/plan.ts';
import type { Sight } from '../core/rebuild/state.ts';
import { look } from './look.ts';
import type { Bcc, Clock } from './ports.ts';
import type { RunRequest } from './request.ts';

/** Some of the first reads failed for good; `failures` has every one of them. */
export class SurveyError extends Error {
  readonly failures: readonly CallFailure[];

  constructor(failures: readonly CallFailure[], options?: ErrorOptions) {
    super(`${failures.length} of the first reads failed`, options);
    this.name = 'SurveyError';
    this.failures = failures;
  }
}

/** The plan, and the looks it was made from. */
export interface Survey {
  readonly plan: Plan;
  /** By instance id, each with the system disk. */
  readonly sights: ReadonlyMap<string, Sight>;
}

/** How many instances are looked at side by side; a few, so that a long list does not run into the rate limit. */
const sideBySide = 4;

/**
 * Looks at the image and at every target, and decides.
 *
 * @throws SurveyError with all failures when any read failed, CancelledError on abort
 */
export async function survey(
  request: RunRequest,
  ports: { readonly bcc: Bcc; readonly clock: Clock },
  signal: AbortSignal
): Promise<Survey> {
  const failures: CallFailure[] = [];
  const collect = <T>(read: Promise<T>): Promise<T | undefined> =>
    read.catch((error: unknown) => {
      if (!(error instanceof CallError) || signal.aborted) throw error;
      failures.push(error.failure);
      return undefined;
    });
  const [image, sights] = await Promise.all([
    collect(ports.bcc.getImage(request.imageId, signal)),
    mapSome(request.instanceIds, sideBySide, (id) => collect(look(id, true, ports, signal)))
  ]);
  const seen = sights.filter((sight) => sight !== undefined);
  if (image === undefined || failures.length > 0) throw new SurveyError(failures);
  const targets = await mapSome(seen, sideBySide, (sight) =>
    collect(targetOf(request, image, sight, ports.bcc, signal))
  );
  const known = targets.filter((target) => target !== undefined);
  if (failures.length > 0) throw new SurveyError(failures);
  return {
    plan: makePlan(image, { ...request.order, imageId: image.id }, known),
    sights: new Map(seen.map((sight) => [sight.instance.id, sight]))
  };
}

async function targetOf(
  request: RunRequest,
  image: Image,
  sight: Sight,
  bcc: Bcc,
  signal: AbortSignal
): Promise<Target> {
  const { instance, disk } = sight;
  const runsOnIt = instance.imageId === image.id && !request.force;
  const snapshots = disk && !runsOnIt ? await bcc.listSnapshots(disk.id, signal) : [];
  return { task: taskOf(request, image, instance.id), instance, disk: disk ?? undefined, snapshots };
}

function taskOf(request: RunRequest, image: Image, instanceId: string): Task {
  const { force, allowProtected, wait, timeoutMs, pollIntervalMs } = request;
  return {
    instanceId,
    image,
    loginKind: request.order.login.kind,
    force,
    allowProtected,
    wait,
    timeoutMs,
    pollIntervalMs
  };
}

/** Maps with at most `width` calls out at a time; the order of the results is that of the items. */
async function mapSome<T, R>(items: readonly T[], width: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
