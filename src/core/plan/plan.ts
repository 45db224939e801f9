import type { AgentState } from '../health/guest/guest-run.ts';
import type { HostKey } from '../health/unhealthy.ts';
import type { BackendServer } from '../model/backend-server.ts';
import type { Image } from '../model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../model/instance.ts';
import type { PublicOptions } from '../model/rebuild-spec.ts';
import type { RolloutTask } from '../rollout/rollout-state.ts';
import type { RolloutSettings } from '../rollout/settings.ts';
import { type Decision, decide, isOnImage, type Task } from './decide.ts';
import { type Circumstances, refusalsBefore, warningsBefore } from './preflight.ts';
import { planRollout } from './rollout-order.ts';

/** What was seen of one target before anything is decided. */
export interface Target {
  readonly task: Task;
  readonly instance: Instance;
  /** `undefined` where the API shows no system disk. */
  readonly disk: SystemDisk | undefined;
  /** The snapshots that a rebuild deletes. */
  readonly snapshots: readonly Snapshot[];
  /** Why they could not be read; a rebuild deletes them all the same. */
  readonly snapshotsProblem?: string | undefined;
  readonly circumstances: Circumstances;
  /** Why it is not healthy although it is Running, in words; only known where several are taken and a check is given. */
  readonly unhealthy?: string | undefined;
  /** Its backend servers on the load balancers of the run, with their weights of now. */
  readonly backendServers?: readonly BackendServer[] | undefined;
  /** The SSH host keys of now, read where a check must tell the new system from the old. */
  readonly oldHostKeys?: readonly HostKey[] | undefined;
  /** Whether its Cloud Assistant agent is online; only known where a check looks from inside. */
  readonly agent?: AgentState | undefined;
  /** The boot of now, read where a check looks from inside and the agent was online. */
  readonly oldBootId?: string | undefined;
}

/** A target with what is decided about it. */
export interface PlannedTarget extends Target {
  readonly decision: Decision;
  readonly warnings: readonly string[];
}

/** What the run means to do; a value, which the log and the summary print and the run carries out. */
export interface Plan {
  readonly image: Image;
  readonly options: PublicOptions;
  readonly targets: readonly PlannedTarget[];
  readonly rollout: RolloutTask;
}

/** Decides for every target, and in which order they are taken. */
export function makePlan(
  image: Image,
  options: PublicOptions,
  targets: readonly Target[],
  how: {
    readonly settings: RolloutSettings;
    readonly rollback: boolean;
    /** Why the first-boot script will probably not run, if something speaks against it. */
    readonly scriptWarning?: string | undefined;
  }
): Plan {
  const planned = targets.map((target) => planTarget(target, how.scriptWarning));
  return { image, options, targets: planned, rollout: planRollout(planned, how) };
}

function planTarget(target: Target, scriptWarning: string | undefined): PlannedTarget {
  const { task, instance, disk, circumstances } = target;
  const decision = decide(instance, task);
  const mayErase = !isOnImage(decision);
  const refusals = [
    ...(decision.action === 'refuse' ? decision.refusals : []),
    ...refusalsBefore(task, instance, disk, circumstances, mayErase)
  ];
  return {
    ...target,
    task: plannedTask(target, decision),
    decision: refusals.length > 0 ? { action: 'refuse', refusals } : decision,
    warnings: [
      ...(mayErase ? warningsBefore(task, instance) : []),
      ...(mayErase && scriptWarning !== undefined ? [scriptWarning] : []),
      ...targetWarnings(target)
    ]
  };
}

const offlineWarning =
  'its Cloud Assistant agent is not online now: the image must bring the agent, or no check from inside can pass';

/** The task as it is carried out: it knows what it was decided on. */
function plannedTask({ task, instance, disk }: Target, { action }: Decision): Task {
  const { name, imageId, status } = instance;
  const planned = { name, imageId, status, diskId: disk?.id, tags: task.selectedBy ?? [] };
  return { ...task, planned, ...(action === 'skip' ? { checkOnly: true } : {}) };
}

/** The warning of a target that is not healthy before the run. */
export function unavailableNote({ unhealthy }: Pick<Target, 'unhealthy'>): string | undefined {
  return unhealthy === undefined
    ? undefined
    : `not healthy even before the run, so it counts as unavailable and goes first: ${unhealthy}`;
}

/** What a person should know of what was read of a target. */
function targetWarnings(target: Target): readonly string[] {
  const { backendServers = [], circumstances, snapshotsProblem, agent } = target;
  const absent = (circumstances.blbIds ?? []).filter(
    (asked) => !backendServers.some(({ blbId }) => blbId === asked)
  );
  return [
    snapshotsProblem && `its snapshots could not be read, and a rebuild deletes them: ${snapshotsProblem}`,
    unavailableNote(target),
    ...absent.map((blbId) => `it is no member of the load balancer ${blbId}, so it does not leave it`),
    ...backendServers
      .filter(({ weight }) => weight === 0)
      .map(({ blbId }) => `its weight on ${blbId} was 0 even before the run, and stays 0`),
    agent === 'offline' ? offlineWarning : undefined
  ].filter((warning) => warning !== undefined);
}

/** Whether some target must not be rebuilt; then nothing is sent for any of them. */
export function isRefused(plan: Plan): boolean {
  return plan.targets.some((target) => target.decision.action === 'refuse');
}
