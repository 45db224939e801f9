/** The first reads of a run, from which the plan is made. Nothing here changes anything. */

import { groupBy } from '../../core/group-by.ts';
import { quotaLeft } from '../../core/images/backup.ts';
import type { BackendServer } from '../../core/model/backend-server.ts';
import { CallError } from '../../core/model/failure.ts';
import { decide, isOnImage } from '../../core/plan/decide.ts';
import { makePlan, type Plan, type Target } from '../../core/plan/plan.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { allDone } from '../calls/all-done.ts';
import { mapWithConcurrency } from '../calls/map-with-concurrency.ts';
import { orCallError } from '../calls/or-call-error.ts';
import { readAgents, scriptProblems } from '../health/guest-agents.ts';
import { resolveImage } from '../images/resolve-image.ts';
import { select } from './select.ts';
import { problemOf, SurveyError, type SurveyProblem } from './survey-error.ts';
import { createTargets } from './survey-instance.ts';

/** The plan, and the observations it was made from. */
export interface Survey {
  readonly plan: Plan;
  /** By instance id, each with the system disk. */
  readonly observations: ReadonlyMap<string, Observation>;
}

/** How many targets are surveyed side by side; more where there are many, because most of the time is waiting. */
const width = { few: 4, many: 16 };

/** From so many targets on, lists of everything cost fewer calls than a call for each. */
const many = 10;

/**
 * Observes the image and every target, and decides.
 *
 * @throws SurveyError with all problems when any read failed, CancelledError on abort
 */
export async function survey(request: RunRequest, ports: Ports): Promise<Survey> {
  const { bcc, cancel } = ports;
  const { signal } = cancel;
  const problems: SurveyProblem[] = [];
  const collect = <T>(read: Promise<T>): Promise<T | undefined> =>
    read.catch((error: unknown) => {
      if (signal.aborted) throw error;
      if (error instanceof SurveyError) problems.push(...error.problems);
      else if (error instanceof CallError) problems.push(problemOf(error.failure, request.region));
      else throw error;
      return undefined;
    });
  // An image that is still being created may be waited for, and the observations must not be that old.
  const image = await collect(resolveImage(request, ports));
  const [customImages, observations, backendServers] = await Promise.all([
    request.backup === undefined ? undefined : collect(bcc.listImages({ imageType: 'Custom' }, signal)),
    collect(select(request, ports)),
    collect(backendServersOf(request, ports))
  ]);
  if (image === undefined || observations === undefined || problems.length > 0)
    throw new SurveyError(problems);
  problems.push(...unusedBalancers(request, observations, backendServers ?? []));
  const ids = observations.map(({ instance }) => instance.id);
  problems.push(...scriptProblems(request, image));
  const agents = await collect(readAgents(ids, ports));
  const snapshots =
    observations.length > many ? await orCallError(bcc.listSnapshots(undefined, signal)) : undefined;
  if (problems.length > 0) throw new SurveyError(problems);
  const targetOf = createTargets(request, image, {
    ...ports,
    snapshots:
      snapshots instanceof CallError
        ? snapshots
        : snapshots && groupBy(snapshots, ({ volumeId }) => volumeId),
    backendServers,
    agents,
    isFleet: observations.length > 1
  });
  const targets = await mapWithConcurrency(
    observations,
    observations.length > many ? width.many : width.few,
    (observation) => collect(targetOf(observation))
  );
  const known = targets.filter((target) => target !== undefined);
  if (problems.length > 0) throw new SurveyError(problems);
  const counted = customImages === undefined ? known : withQuota(known, quotaLeft(customImages));
  const how = { settings: request.rollout, rollback: request.rollback, scriptWarning: request.scriptWarning };
  const plan = makePlan(image, request.options, counted, how);
  problems.push(...tooManyWithoutWait(request, plan));
  if (problems.length > 0) throw new SurveyError(problems);
  // With what was asked of the detail calls since.
  const completed = observations.map((one, place) => ({
    ...one,
    instance: known[place]?.instance ?? one.instance
  }));
  return { plan, observations: new Map(completed.map((one) => [one.instance.id, one])) };
}

async function backendServersOf(
  { balancers: asked }: RunRequest,
  { balancers, cancel }: Ports
): Promise<readonly BackendServer[] | undefined> {
  if (asked === undefined) return undefined;
  const backendServers = await allDone(
    asked.blbIds.map((blbId) => balancers.listBackendServers(blbId, cancel.signal))
  );
  return backendServers.flat();
}

/** A load balancer that none of the targets is in was named by mistake. */
function unusedBalancers(
  { balancers }: RunRequest,
  observations: readonly Observation[],
  backendServers: readonly BackendServer[]
): readonly SurveyProblem[] {
  const ids = new Set(observations.map(({ instance }) => instance.id));
  const held = new Set(
    backendServers.filter(({ instanceId }) => ids.has(instanceId)).map(({ blbId }) => blbId)
  );
  const empty = (balancers?.blbIds ?? []).filter((blbId) => !held.has(blbId));
  return empty.map((blbId) => ({
    cause: `None of the instances is a member of the load balancer ${blbId}.`,
    remedy: 'Check blbId, or take it out.'
  }));
}

/** Each target that is erased before it takes one image of the quota. */
function withQuota(targets: readonly Target[], quota: number): readonly Target[] {
  let imagesLeft = quota;
  return targets.map((target) => {
    const { instance, task, circumstances } = target;
    const counted = { ...target, circumstances: { ...circumstances, imagesLeft } };
    if (!isOnImage(decide(instance, task))) imagesLeft -= 1;
    return counted;
  });
}

/** Without a wait no slot becomes free again, so there may be no more rebuilds than slots. */
function tooManyWithoutWait({ wait }: RunRequest, { rollout }: Plan): readonly SurveyProblem[] {
  const count = rollout.members.filter(({ kind }) => kind === 'work').length;
  if (wait || count <= rollout.maxUnavailable) return [];
  return [
    {
      cause: `wait is false, and ${count} instances are to be rebuilt, but maxUnavailable allows only ${rollout.maxUnavailable} to be unavailable at once.`,
      remedy: 'Set wait to true, or raise maxUnavailable.'
    }
  ];
}
