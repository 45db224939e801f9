/** What the reads of a run have shown it, and the rules about what an erasing may rest on. */
import type { Shown, Wipe } from './machine.ts';

/** How old an observation may be when its rebuild leaves, in milliseconds: 10 s, and what it takes to be sent. */
export const freshMs = 11_000;

/** The reads of one run. */
export class ReadHistory {
  readonly #readsMs = new Map<string, number[]>();
  readonly #lostMs = new Map<string, number>();
  readonly #lastMs = new Map<string, number>();
  readonly #first = { instance: new Map<string, Shown>(), disk: new Map<string, Shown>() };
  readonly #searchMs: number;
  /** So long a time between two reads is time in which nothing was observed. */
  readonly #gapMs: number;

  constructor(timeoutMs: number, pollIntervalMs: number) {
    this.#searchMs = Math.max(60_000, timeoutMs / 4);
    this.#gapMs = 2 * pollIntervalMs + 10_000;
  }

  beginRun(): void {
    this.#readsMs.clear();
    this.#lostMs.clear();
    this.#lastMs.clear();
    this.#first.instance.clear();
    this.#first.disk.clear();
  }

  /** What the run was shown of it first; what is shown now, where that is the first. */
  firstOf(id: string, part: Part, now: Shown): Shown {
    const first = this.#first[part].get(id);
    if (first === undefined) this.#first[part].set(id, now);
    return first ?? now;
  }

  /** A read that was sent then has shown the instance. */
  read(id: string, sentMs: number): void {
    const all = this.#readsMs.get(id);
    if (all === undefined) this.#readsMs.set(id, [sentMs]);
    else all.push(sentMs);
    this.#lastMs.set(id, Math.max(this.lastOf(id), sentMs));
  }

  /** When the last read was sent that has shown the instance. */
  lastOf(id: string): number {
    return this.#lastMs.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  /** Of a rebuild of it nobody told the run whether it was taken. */
  lost(id: string, imageId: string, nowMs: number): void {
    this.#lostMs.set(`${id} ${imageId}`, nowMs);
  }

  /** What a rebuild that leaves now rests on and must not. */
  problemOf(id: string, imageId: string, nowMs: number): string | undefined {
    const reads = (this.#readsMs.get(id) ?? []).toSorted((a, b) => a - b);
    const lastMs = reads.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs > freshMs) return `rests on an observation that is ${(nowMs - lastMs) / 1000} s old`;
    const lostMs = this.#lostMs.get(`${id} ${imageId}`);
    if (lostMs === undefined) return undefined;
    let sinceMs = lastMs;
    for (const readMs of reads.toReversed()) {
      if (sinceMs - readMs > this.#gapMs) break;
      sinceMs = readMs;
    }
    const searchedMs = lastMs - Math.max(lostMs, sinceMs);
    if (searchedMs >= this.#searchMs) return undefined;
    return `is sent again after only ${searchedMs / 1000} s of observations without a gap`;
  }
}

/** Which part of an instance a read shows. */
export type Part = 'instance' | 'disk';

/**
 * Whether what is shown tells that a rebuild goes on, or has begun. Of one of its own a run knows what was shown before.
 * Of another's it does not know which disk was there, and a snapshot tells nothing that is taken before the work begins.
 */
export function reveals(wipe: Wipe, part: Part, run: number, first: Shown, now: Shown): boolean {
  const { acceptedMs, startsMs, before } = wipe;
  const isOwn = wipe.run === run;
  // A replica that is behind shows what was before the first read.
  if (!isOwn && now.atMs < first.atMs) return false;
  // An image that was there before it tells nothing of it, nor does one that another run has found there.
  const isImageTold = before.imageId !== now.imageId && (isOwn || first.imageId !== now.imageId);
  if (now.atMs < (isOwn ? acceptedMs : startsMs)) {
    return part === 'instance' && now.atMs >= acceptedMs && isImageTold;
  }
  if (part === 'instance') return before.status !== now.status || isImageTold;
  if (before.disk.status !== now.disk.status) return true;
  return isOwn && (before.disk.id !== now.disk.id || before.disk.createTime !== now.disk.createTime);
}
