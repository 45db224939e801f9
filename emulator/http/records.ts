import type { Login } from '../world/models.ts';
import type { JsonObject } from './json.ts';

/** One call and its reply. */
export interface CallRecord {
  /** When it was received, in ms since the epoch by the emulator's clock; not shifted by a `skew` fault. */
  readonly atMs: number;
  /** Name of the operation; '' if the request line matches none. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly instanceIds: readonly string[];
  /** HTTP status as sent; 0 if nothing was sent. */
  readonly status: number;
  /** Error code of the reply; '' if the call succeeded. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  /** Whether a write was carried out, even if the reply says otherwise. */
  readonly workTaken: boolean;
  /** The parsed body, with adminPass shown as '[encrypted]'; undefined if there was none or it was not JSON. */
  readonly body?: JsonObject;
  /** Bytes of the decrypted adminPass; 0 if it could not be decrypted. */
  readonly passwordLength?: number;
  readonly passwordValid?: boolean;
  /** Names of the active faults, joined by `+`. */
  readonly fault?: string;
}

/** One rebuild that is carried out; times in ms since the epoch, Infinity if it never ends. */
export interface RebuildRecord {
  readonly instanceId: string;
  /** The image that is written; a fault may have changed it. */
  readonly imageId: string;
  readonly requestedImageId: string;
  readonly login: Login['kind'];
  /** In plain text, for tests only. */
  readonly adminPass?: string;
  readonly keypairId?: string;
  readonly userData: string;
  readonly isOpenHostEye: boolean;
  readonly requestId: string;
  readonly acceptedAtMs: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/**
 * A weight change that a call made. It is in force at once, even while reads still show the old weight. Adding a
 * member changes the weight from 0, removing it changes the weight to 0. Setting the same weight is not a change.
 */
export interface WeightChange {
  /** In ms since the epoch. */
  readonly atMs: number;
  readonly blbId: string;
  /** The server group, `sgId` in the API; only for an application balancer. */
  readonly groupId?: string;
  readonly instanceId: string;
  /** 0 to 100; so is `to`. */
  readonly from: number;
  readonly to: number;
  /** The instance's status at that moment; '' if it no longer existed. */
  readonly status: string;
  /** The instance's image at that moment; '' if it no longer existed. */
  readonly imageId: string;
  /** The request ID of the call that made the change. */
  readonly requestId: string;
}
