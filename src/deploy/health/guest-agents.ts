/** What is asked of Cloud Assistant before anything is erased, so that a check that can never pass is found out then. */

import type { AgentState } from '../../core/health/guest/guest-run.ts';
import { guestSystem } from '../../core/health/guest/guest-system.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import { erases } from '../../core/plan/decide.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { orCallError } from '../calls/or-call-error.ts';
import { SurveyError, type SurveyProblem } from '../plan/survey-error.ts';

const remedy =
  'Is Cloud Assistant switched on in the console for this account? May the user use it (CAFullControlAccessPolicy)? Else take assistant:// and guestScript out.';

/** A script for a shell can never pass where PowerShell runs it, which would be found out after the erasing. */
export function scriptProblems({ health }: RunRequest, image: Image): readonly SurveyProblem[] {
  if (
    health?.guestScript?.hasShebang !== true ||
    guestSystem({ osName: `${image.osType} ${image.osName}` }) !== 'windows'
  )
    return [];
  const cause = `guestScript begins with #!, and ${image.id} is an image of Windows, where PowerShell runs it.`;
  return [{ cause, remedy: 'Write guestScript in PowerShell, or give another image.' }];
}

/**
 * The agents of all instances, a read; `undefined` where no check looks from inside.
 *
 * @throws SurveyError when they cannot be read, CancelledError on abort
 */
export async function readAgents(
  instanceIds: readonly string[],
  { guests, cancel }: Pick<Ports, 'guests' | 'cancel'>
): Promise<ReadonlyMap<string, AgentState> | undefined> {
  return guests && orProblem(guests.getAgents(instanceIds, cancel.signal));
}

/**
 * The plan with the boot IDs of now, of those that are to be rebuilt and whose agent is online. They are taken from the
 * inside by a probe that writes nothing; one that does not answer in time goes without.
 *
 * @throws SurveyError when the service does not let us run commands, CancelledError on abort
 */
export async function withBootIds(
  plan: Plan,
  { guests, log, cancel }: Pick<Ports, 'guests' | 'log' | 'cancel'>
): Promise<Plan> {
  const asked = plan.targets.filter(({ decision, agent }) => erases(decision) && agent === 'online');
  if (guests === undefined || asked.length === 0) return plan;
  const instances = asked.map(({ instance }) => instance);
  const bootIds = await orProblem(guests.getBootIds(instances, cancel.signal));
  log.info(`Cloud Assistant: read the boot IDs of ${bootIds.size} of ${asked.length} online agents`);
  const targets = plan.targets.map((target) => ({ ...target, oldBootId: bootIds.get(target.instance.id) }));
  return { ...plan, targets };
}

async function orProblem<T>(call: Promise<T>): Promise<T> {
  const end = await orCallError(call);
  if (!(end instanceof CallError)) return end;
  const cause = `Cloud Assistant cannot be used: ${describeFailure(end.failure)}.`;
  throw new SurveyError([{ cause, remedy }]);
}
