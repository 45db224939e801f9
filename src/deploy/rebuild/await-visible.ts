import { mayShowRebuild } from '../../core/model/bcc-status.ts';
import { CallError } from '../../core/model/failure.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { Ports } from '../../ports/ports.ts';
import { poll } from '../calls/poll.ts';
import { type Read, readInstances } from '../calls/read-many.ts';

/** Between reads, in milliseconds. */
const intervalMs = 5_000;

/**
 * Waits until a rebuild shows in the status of each instance, so that a run that comes next finds it under way
 * and does not erase again. A snapshot alone does not count, for a policy may take it before the rebuild begins; nor do
 * another image or system disk, for the service may write those on acceptance. Only reads.
 *
 * @param limitMs when to give up, in milliseconds from now
 * @returns the instances that showed nothing
 * @throws CallError when a read fails for good, CancelledError on abort
 */
export async function awaitVisible(
  instanceIds: readonly string[],
  limitMs: number,
  ports: Pick<Ports, 'bcc' | 'clock' | 'cancel'>
): Promise<readonly string[]> {
  const { bcc, cancel } = ports;
  let hidden = instanceIds;
  await poll(
    async () => {
      const read = await readInstances(hidden, bcc, cancel.signal);
      hidden = hidden.filter((id) => !mayShowRebuild(statusOf(read.get(id))));
      return hidden.length === 0 ? true : undefined;
    },
    { intervalMs, limitMs },
    ports
  );
  return hidden;
}

/** The status of an instance; one that is gone has no hidden rebuild. */
function statusOf(read: Read<Instance> | undefined): string {
  if (!(read instanceof CallError)) return read?.status ?? '';
  const { kind } = read.failure;
  if (kind === 'notFound') return '';
  if (kind === 'denied' || kind === 'invalid' || kind === 'unsent') throw read;
  // A read that fails shows nothing, and the next may.
  return 'Running';
}
