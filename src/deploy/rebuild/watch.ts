/** Observes all instances that are waited for together: a few list calls a tick, however many they are. */

import { CancelledError } from '../../core/model/failure.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import { observe } from './observe.ts';

/** An observation that is wanted. */
export interface ObserveRequest {
  readonly instanceId: string;
  /** When it is to be taken, in milliseconds on the monotonic clock. */
  readonly dueMs: number;
  /** From when on it may be taken together with others that are due. */
  readonly earliestMs: number;
  readonly withDisk: boolean;
  /** On a connection of its own, which the others that are taken along then share. */
  readonly fresh: boolean;
  /** When its reads are cut, in milliseconds on the monotonic clock. */
  readonly deadlineMs?: number;
}

interface Wanted extends ObserveRequest {
  readonly resolve: (observation: Observation) => void;
  readonly reject: (error: unknown) => void;
}

type WatchPorts = Pick<Ports, 'bcc' | 'clock' | 'cancel'>;

/** Why an alarm is off; one text for all of them costs less than an error for each. */
const setAnew = 'the alarm is set anew';

/** Makes observations; the cancel ends it. */
export class Watch {
  readonly #ports: WatchPorts;
  readonly #wanted = new Set<Wanted>();
  #alarm: { readonly dueMs: number; readonly off: AbortController } | undefined;
  readonly #ended = new AbortController();
  readonly #onAbort = (): void => this.dispose();

  constructor(ports: WatchPorts) {
    this.#ports = ports;
    ports.cancel.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Throws `CallError` when the read fails for good, `CancelledError` on abort. */
  observe(request: ObserveRequest): Promise<Observation> {
    if (this.#ended.signal.aborted || this.#ports.cancel.signal.aborted)
      return Promise.reject(new CancelledError());
    return new Promise((resolve, reject) => {
      this.#wanted.add({ ...request, resolve, reject });
      if (this.#alarm === undefined || request.dueMs < this.#alarm.dueMs) this.#setAlarm(request.dueMs);
    });
  }

  /** Gives up all observations that are still wanted. */
  dispose(): void {
    this.#ended.abort();
    this.#ports.cancel.signal.removeEventListener('abort', this.#onAbort);
    this.#alarm?.off.abort();
    for (const { reject } of this.#wanted) reject(new CancelledError());
    this.#wanted.clear();
  }

  #setAlarm(dueMs: number): void {
    this.#alarm?.off.abort(setAnew);
    const off = new AbortController();
    this.#alarm = { dueMs, off };
    const { clock } = this.#ports;
    clock.sleep(Math.max(0, dueMs - clock.nowMs()), off.signal).then(
      () => {
        if (!off.signal.aborted) this.#ring();
      },
      (error: unknown) => {
        if (!off.signal.aborted) this.#fail([...this.#wanted], error);
      }
    );
  }

  /** Makes every observation that may be made now, and sets the alarm for the next. */
  #ring(): void {
    this.#alarm = undefined;
    const nowMs = this.#ports.clock.nowMs();
    const taken = [...this.#wanted].filter(({ earliestMs }) => earliestMs <= nowMs);
    for (const one of taken) this.#wanted.delete(one);
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#wanted) nextMs = Math.min(nextMs, dueMs);
    if (this.#wanted.size > 0) this.#setAlarm(nextMs);
    this.#serve(taken).catch((error: unknown) => this.#fail(taken, error));
  }

  async #serve(taken: readonly Wanted[]): Promise<void> {
    if (taken.length === 0) return;
    const ids = taken.map(({ instanceId }) => instanceId);
    const withDisk = taken.filter((one) => one.withDisk).map(({ instanceId }) => instanceId);
    const seen = await observe(ids, withDisk, this.#ports, {
      fresh: taken.some((one) => one.fresh),
      deadlineMs: Math.min(...taken.map(({ deadlineMs = Number.POSITIVE_INFINITY }) => deadlineMs))
    });
    for (const { instanceId, resolve, reject } of taken) {
      const one = seen.get(instanceId) ?? new Error(`${instanceId} was not read`);
      if (one instanceof Error) reject(one);
      else resolve(one);
    }
  }

  #fail(wanted: readonly Wanted[], error: unknown): void {
    for (const one of wanted) {
      this.#wanted.delete(one);
      one.reject(error);
    }
  }
}
