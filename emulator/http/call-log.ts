import type { CallRecord } from './records.ts';

/** How many calls are kept, and of their bodies how many bytes as JSON; the oldest go first. */
const MAX_CALLS = 100_000;
const MAX_BYTES = 32 * 1024 * 1024;

/** The calls so far, as many of them as memory has room for. */
export class CallLog {
  /** The oldest first; always the same list. */
  readonly calls: CallRecord[] = [];
  #bodies: { readonly record: { body?: CallRecord['body'] }; readonly bytes: number }[] = [];
  #bytes = 0;

  /** Keeps a call whose body came in with so many bytes. */
  add(record: CallRecord, bytes: number): void {
    this.calls.push(record);
    // Many at once, since taking the first of a long list is slow.
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
