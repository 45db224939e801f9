import type { Login } from '../world/models.ts';
import type { JsonObject } from './json.ts';

/** One call as it came in and as it was answered. */
export interface CallRecord {
  /** When it came in, in ms since the epoch by the emulator's clock (a skew fault does not shift it). */
  readonly atMs: number;
  /** Name of the operation; '' when the request line fits none. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly instanceIds: readonly string[];
  /** HTTP status as sent; 0 when nothing was sent. */
  readonly status: number;
  /** Error code of the answer; '' when it was good. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  /** Whether a write was carried out, whatever the caller was told. */
  readonly workTaken: boolean;
  /** The parsed body with adminPass shown as '[encrypted]'; undefined when there was none, or no JSON. */
  readonly body?: JsonObject;
  /** Bytes of the decrypted adminPass; 0 when it could not be decrypted. */
  readonly passwordLength?: number;
  readonly passwordValid?: boolean;
  /** Names of the faults that played, joined by `+`. */
  readonly fault?: string;
}

/** One rebuild that is really carried out; times in ms since the epoch, Infinity when it never ends. */
export interface RebuildRecord {
  readonly instanceId: string;
  /** The image that is written, which a fault may have changed. */
  readonly imageId: string;
  readonly requestedImageId: string;
  readonly login: Login['kind'];
  /** Plain, for tests only. */
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
 * One change of a weight that a call made, at once in force whatever reads show. A member that was added comes from
 * 0, one that was taken out goes to 0. Setting the weight that is set already is no change.
 */
export interface WeightChange {
  /** In ms since the epoch. */
  readonly atMs: number;
  readonly blbId: string;
  /** The server group, `sgId` in the API; only of an application balancer. */
  readonly groupId?: string;
  readonly instanceId: string;
  /** 0 to 100, as `to`. */
  readonly from: number;
  readonly to: number;
  /** What the instance showed at that moment; '' when it was gone. */
  readonly status: string;
  /** The image it showed at that moment; '' when it was gone. */
  readonly imageId: string;
  /** Of the call that made the change; the record of that call has the operation. */
  readonly requestId: string;
}
