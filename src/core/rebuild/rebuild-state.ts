import type { CallFailure } from '../model/failure.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { Task } from '../plan/decide.ts';
import type { Ending, Obstacle } from './ending.ts';

/** One observation of an instance. All times of this folder are milliseconds on the monotonic clock. */
export interface Observation {
  /** When its reads were sent: what they show may be as old as that. */
  readonly atMs: number;
  /** When the last of its reads was answered. */
  readonly answeredAtMs: number;
  /** Read on a connection of its own, so that another replica of the service may have answered. */
  readonly isFresh: boolean;
  readonly instance: Instance;
  /** Only where it was asked for; `null` where it asked and the API showed no system disk. */
  readonly disk?: SystemDisk | null | undefined;
}

/**
 * Where a rebuild is.
 *
 * - `settling`: before anything is sent; the instance must rest
 * - `backup`: a custom image of the system disk is being made
 * - `draining`: it leaves its load balancers
 * - `sending`: the rebuild call is out
 * - `searching`: its answer is lost, or was about several, and observations must tell whether it was accepted
 * - `confirming`: accepted, and nothing seen of it yet
 * - `rebuilding`: seen to have started
 * - `starting`: done but Stopped, and told to start
 * - `rechecking`: over, and observed once more after its health check
 */
export type Phase =
  | 'settling'
  | 'backup'
  | 'draining'
  | 'sending'
  | 'searching'
  | 'confirming'
  | 'rebuilding'
  | 'starting'
  | 'rechecking'
  | 'ended';

/**
 * What has been seen of a rebuild since the reference. What is seen for the first time is dated by the answer, and
 * what is seen for the last time by the sending, so that each is dated to the safe side.
 */
export interface Evidence {
  /** First observation in which the status had left its settled value in a way that a rebuild does. */
  readonly leftAtMs?: number;
  /** First observation of `SnapshotProcessing` or `ImageProcessing`, which a scheduled snapshot shows as well. */
  readonly processingAtMs?: number;
  /** First observation at rest after that. */
  readonly processedAtMs?: number | undefined;
  /** First observation that contradicts an earlier one: it came back, and is gone again, or has the old image again. */
  readonly contradictedAtMs?: number;
  /** First observation in which anything at all was going on; it forbids a second send, and proves nothing. */
  readonly disturbedAtMs?: number;
  /** Of `imageId`, from the old one to the target; absent where they are the same. */
  readonly image?: Change;
  /** Of the system disk. */
  readonly disk?: Change;
}

/** How far a change was seen. */
export interface Change {
  /** First observation of the new one. */
  readonly atMs?: number;
  /** Last observation of the old one before that. */
  readonly oldAtMs?: number;
}

/**
 * In what two observations before the send differ: in their status, or in image or disk alone. The latter may be a
 * rebuild that shows in no status, perhaps of a run that was killed, and is still going on.
 */
export type Disagreement = 'status' | 'record';

/** A streak of observations that all showed the same. */
export interface StableStreak extends Pick<Instance, 'status' | 'imageId'> {
  /** The last system disk of the streak that was read. */
  readonly disk?: SystemDisk;
  /** When the first of them was sent. */
  readonly sinceMs: number;
  readonly observations: number;
}

/** A status or an image as it was first seen. */
export interface Seen extends Pick<Instance, 'status' | 'imageId'> {
  readonly atMs: number;
}

/** Everything about one rebuild so far. A plain value: `step` makes the next one. */
export interface RebuildState {
  readonly task: Task;
  readonly phase: Phase;
  readonly phases: readonly { readonly phase: Phase; readonly fromMs: number }[];
  /** When the observation that is pending is due, or the last one was; without the jitter. */
  readonly dueMs: number;
  /** When the present wait ends; the last observation is made then. */
  readonly deadlineMs: number;
  readonly history: readonly Seen[];
  readonly last?: Observation | undefined;
  readonly streak?: StableStreak;
  /** Since when observations have succeeded without a gap; `undefined` after one that failed. */
  readonly stretchSinceMs?: number | undefined;
  /** Since when every read was refused as signed at another time than the service's. */
  readonly skewedSinceMs?: number | undefined;
  /** Set where two observations before the send differ: it must be stable before anything is decided. */
  readonly disagreement?: Disagreement;
  /** When the new system was first seen to boot, since the reference or since it was told to start. */
  readonly bootSinceMs?: number;
  /** What evidence is measured against: the last observation before the send, or the first of an adopted change. */
  readonly reference?: Observation;
  /** From when on the reference counts: the answer, the lost send, or the adoption. */
  readonly referenceAtMs?: number;
  /** Another operation was under way, or caused a conflict; perhaps a rebuild of an earlier run. */
  readonly adopted: boolean;
  readonly evidence: Evidence;
  /**
   * A call for several instances was refused, and it may have been carried out for this one all the same. It ends
   * when observations have shown that it was not.
   */
  readonly inDoubt: boolean;
  /** How many rebuild calls went out that were not plainly refused. */
  readonly sends: number;
  /** When the service itself said that it took one. */
  readonly acceptedAtMs?: number | undefined;
  readonly conflicts: number;
  readonly starts: number;
  readonly startAskedAtMs?: number;
  /** With `wait: false`: when the first observation was sent that shows the start. */
  readonly startSeenAtMs?: number;
  /** Since when the service says that there is no such instance. */
  readonly missingSinceMs?: number | undefined;
  readonly lastFailure?: CallFailure;
  readonly requestIds: readonly string[];
  readonly ending?: Ending;
  /** Set from the recheck on. */
  readonly proven?: Proven;
}

/** What was proven before the health check, and has to be so after it. */
export interface Proven {
  readonly observation: Observation;
  readonly ending: Ending;
  /** Whether nothing else was seen of the instance since the latest health check. */
  readonly isUnchanged: boolean;
}

/** What happened; every event carries its time. */
export type RebuildEvent =
  | { readonly type: 'observed'; readonly observation: Observation }
  | {
      readonly type: 'observeFailed' | 'sendFailed' | 'refusedTogether' | 'startFailed';
      readonly atMs: number;
      readonly failure: CallFailure;
    }
  | { readonly type: 'accepted' | 'startAccepted'; readonly atMs: number; readonly requestId: string }
  /** The backup or the drain is done; `problem` is what kept it from being done. */
  | { readonly type: 'prepared'; readonly atMs: number; readonly problem?: Obstacle | undefined }
  /** The rollout has stopped, so what the last command asked for is not done. */
  | { readonly type: 'withdrawn'; readonly atMs: number }
  | {
      readonly type: 'cancelled';
      readonly atMs: number;
      /** Of a send that was out and may have been carried out; `together` where it was refused for several. */
      readonly failure?: CallFailure;
      readonly together?: boolean;
    };

/** What to do next; exactly one thing at a time. */
export type RebuildCommand =
  | {
      readonly type: 'observe';
      readonly dueMs: number;
      readonly spreadMs: number;
      readonly withDisk: boolean;
      /** On a connection of its own. */
      readonly fresh: boolean;
    }
  | { readonly type: 'backup' | 'drain' | 'send' | 'start' }
  | { readonly type: 'end' };

/** The next state and what to do now. */
export type Step = readonly [RebuildState, RebuildCommand];
