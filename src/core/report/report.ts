/** The form of the output `result`. No secret is in it. */

import type { Pool } from '../model/backend-server.ts';
import type { Instance, Snapshot } from '../model/instance.ts';
import type { Decision } from '../plan/decide.ts';
import type { DiskState } from '../rebuild/ending.ts';
import type { StopReason } from '../rollout/stop-reason.ts';
import type { InstanceStatus, RunStatus } from '../run/instance-status.ts';
import type { InstanceFailure } from './instance-failure.ts';

/** One instance in the result; times are ISO 8601, UTC, stretches are seconds. */
export interface InstanceReport {
  readonly instanceId: string;
  readonly name: string;
  readonly status: InstanceStatus;
  readonly disk: DiskState;
  /** The rebuild was already under way when this run came, and was waited for. */
  readonly adopted: boolean;
  readonly publicIp: string;
  readonly internalIp: string;
  readonly before: InstanceAtTime;
  /** As last seen; absent where nothing was seen after the plan. */
  readonly after?: InstanceAtTime | undefined;
  /** What a rebuild of it erases, or has erased. */
  readonly erases: {
    readonly systemDiskId: string;
    readonly sizeInGB: number;
    readonly snapshots: readonly Pick<Snapshot, 'id' | 'name' | 'createTime'>[];
  };
  readonly phases: readonly {
    readonly phase: string;
    readonly startedAt: string;
    readonly durationSeconds: number;
  }[];
  /** Every change of status or image that was seen, with the seconds since the work on the instance began. */
  readonly statusHistory: readonly {
    readonly status: string;
    readonly imageId: string;
    readonly at: string;
    readonly seconds: number;
  }[];
  /** Of the writes: rebuild and start. */
  readonly requestIds: readonly string[];
  readonly durationSeconds: number;
  readonly plan: PlanReport;
  /** The image that was made of the old system disk. */
  readonly backup?: { readonly imageId: string; readonly imageName: string } | undefined;
  /** The outcome of the health check, and every change on the way to it. */
  readonly health?: HealthReport | undefined;
  /** Its membership of the load balancers of the run, with the former and the current weight. */
  readonly balancers: readonly BalancerReport[];
  /** The rollback that was made after a failure. */
  readonly rollback?:
    | { readonly imageId: string; readonly ok: boolean; readonly problem?: string | undefined }
    | undefined;
  /** Lines of a known_hosts file, as first seen after the rebuild; nobody has verified them. */
  readonly knownHosts: readonly string[];
  /** The lines of `with:` that put the instance back. */
  readonly restoreWith: readonly string[];
  /** Why it failed; what was seen on the way there is a part of the cause. */
  readonly failure?: Omit<InstanceFailure, 'observed'> | undefined;
}

/** What the plan said of it, in words. */
export interface PlanReport {
  /** What was to be done. */
  readonly action: Decision['action'];
  readonly description: string;
  /** Status, zone, specification, image and system at the time of the plan. */
  readonly current: string;
  /** What else is done: backup, health check, rollback. */
  readonly steps: readonly string[];
  readonly warnings: readonly string[];
  readonly login: string;
  readonly userData: string;
}

/** A backend server of a load balancer. */
export interface BalancerReport extends Pool {
  /** The weight that it had before the run. */
  readonly weight: number;
  /** The weight that it has now, as far as is known; another one than `weight` is still to be restored. */
  readonly currentWeight: number;
}

/** How a health check went. */
export interface HealthReport {
  readonly healthy: boolean;
  readonly durationSeconds: number;
  /** From Running to the deadline. */
  readonly deadlineSeconds: number;
  /** What was asked, with placeholders filled and queries left out, and what each check found last. */
  readonly checks: readonly { readonly check: string; readonly result: string }[];
  readonly history: readonly { readonly seconds: number; readonly result: string }[];
}

/** An instance at one moment. */
export interface InstanceAtTime extends Pick<Instance, 'status' | 'imageId' | 'imageName'> {
  readonly systemDiskId: string;
}

/** The whole result. */
export interface RunReport {
  /** The version of this form; it grows only when a reader would break. */
  readonly version: 1;
  readonly status: RunStatus;
  /** Whether a disk was erased, or may have been. */
  readonly changed: boolean;
  readonly imageId: string;
  readonly imageName: string;
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly rollout: RolloutReport;
  readonly instances: readonly InstanceReport[];
  /** What the output `result` lacks, where it would be too long; the file `resultFile` has all of it. */
  readonly leftOut?: {
    readonly parts: readonly string[];
    readonly instances: number;
  };
}

/** How the instances were taken one after another. */
export interface RolloutReport {
  /** How many may be unavailable at once, as a number. */
  readonly maxUnavailable: number;
  /** The most that were unavailable at once, those included that were so before the run. */
  readonly peakUnavailable: number;
  /** Who goes first, by instance ID. */
  readonly canaries: readonly string[];
  readonly maxFailures: number;
  readonly pauseSeconds: number;
  /** Who was unavailable before the run, by instance ID, and why. */
  readonly unavailableBefore: readonly { readonly instanceId: string; readonly why: string }[];
  /** Why nothing more was started before all were done; absent where all were, and in a plan. */
  readonly stopped?: { readonly reason: StopReason; readonly message: string };
}
