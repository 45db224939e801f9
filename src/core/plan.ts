import { type Decision, decide, type Task } from './decide.ts';
import type { Image } from './image.ts';
import type { Instance, Snapshot, SystemDisk } from './instance.ts';
import type { RebuildOrder } from './order.ts';

/** What was seen of one target before anything is decided. */
export interface Target {
  readonly task: Task;
  readonly instance: Instance;
  /** `undefined` where the API shows no system disk. */
  readonly disk: SystemDisk | undefined;
  /** The snapshots that a rebuild deletes. */
  readonly snapshots: readonly Snapshot[];
}

/** What would become of one target. */
export interface PlannedTarget extends Target {
  readonly decision: Decision;
}

/** What the run means to do; a value, which the log and the summary print and the run carries out. */
export interface Plan {
  readonly image: Image;
  readonly order: RebuildOrder;
  readonly targets: readonly PlannedTarget[];
}

/** Decides for every target. */
export function makePlan(image: Image, order: RebuildOrder, targets: readonly Target[]): Plan {
  return {
    image,
    order,
    targets: targets.map((target) => ({ ...target, decision: decide(target.instance, target.task) }))
  };
}

/** Whether some target must not be rebuilt; then nothing is sent for any of them. */
export function isRefused(plan: Plan): boolean {
  return plan.targets.some((target) => target.decision.action === 'refuse');
}
