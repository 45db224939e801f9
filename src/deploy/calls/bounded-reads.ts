import type { Bcc, ReadOptions } from '../../ports/bcc.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * The same calls, of which no read lasts longer than `limitMs` unless it says so itself: a service that throttles or
 * hangs must not hold a run beyond the time that it was given.
 */
export function boundReads(bcc: Bcc, limitMs: number, clock: Clock): Bcc {
  const within = (options: ReadOptions | undefined): ReadOptions => ({
    deadlineMs: clock.nowMs() + limitMs,
    ...options
  });
  return {
    getInstance: (id, signal, options) => bcc.getInstance(id, signal, within(options)),
    listInstances: (ids, signal, options) => bcc.listInstances(ids, signal, within(options)),
    getSystemDisk: (id, signal, options) => bcc.getSystemDisk(id, signal, within(options)),
    listSnapshots: (id, signal, options) => bcc.listSnapshots(id, signal, within(options)),
    listTagged: (tags, signal, options) => bcc.listTagged(tags, signal, within(options)),
    listSystemDisks: (signal, options) => bcc.listSystemDisks(signal, within(options)),
    listAllSnapshots: (signal, options) => bcc.listAllSnapshots(signal, within(options)),
    getImage: (id, signal, options) => bcc.getImage(id, signal, within(options)),
    listImages: (filter, signal, options) => bcc.listImages(filter, signal, within(options)),
    getUserData: (id, signal, options) => bcc.getUserData(id, signal, within(options)),
    rebuild: (...call) => bcc.rebuild(...call),
    rebuildBatch: (...call) => bcc.rebuildBatch(...call),
    start: (...call) => bcc.start(...call),
    createImage: (...call) => bcc.createImage(...call),
    deleteImage: (...call) => bcc.deleteImage(...call)
  };
}
