import type { CallRecord } from './records.ts';

/** How many calls are kept, and how many bytes of bodies. The oldest are dropped first. */
const MAX_CALLS = 100_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** A bounded log of the calls. */
export class CallLog {
  /** Oldest first; always the same array. */
  readonly calls: CallRecord[] = [];
  #bodies: { readonly record: { body?: CallRecord['body'] }; readonly bytes: number }[] = [];
  #bytes = 0;

  /** Adds a call; `bytes` is the size of its body. */
  add(record: CallRecord, bytes: number): void {
    this.calls.push(record);
    // Drops many at once, because removing the first item of a long array is slow.
    if (this.calls.length > MAX_CALLS) this.calls.splice(0, MAX_CALLS / 10);
    if (record.body === undefined || bytes === 0) return;
    this.#bodies.push({ record, bytes });
    this.#bytes += bytes;
    if (this.#bytes <= MAX_BYTES) return;
    let dropped = 0;
    while (this.#bytes > MAX_BYTES / 2 && dropped < this.#bodies.length - 1) {
      const oldest = this.#bodies[dropped];
      dropped += 1;
      if (oldest === undefined) break;
      delete oldest.record.body;
      this.#bytes -= oldest.bytes;
    }
    this.#bodies = this.#bodies.slice(dropped);
  }
}
