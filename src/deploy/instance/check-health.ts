/** The health check of an instance that runs on its image, and the proof that this is still so after it. */
import { CancelledError } from '../../core/model/failure.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import { needsAnotherCheck } from '../../core/rebuild/recheck.ts';
import type { Ports } from '../../ports/ports.ts';
import type { AwaitedHealth } from '../health/await-healthy.ts';
import { type RebuildPorts, recheckOne } from '../rebuild/rebuild.ts';
import { withRebuildLog } from '../rebuild/rebuild-log.ts';

/**
 * Waits for the health check, and observes the instance again. What went on meanwhile and is over, such as a snapshot,
 * makes another check due.
 *
 * @param check gives `undefined` where no check is asked for
 * @param record told of each check, and of the rebuild as it is known then
 * @throws CancelledError on abort
 */
export async function checkHealth(
  proven: RebuildState,
  check: () => Promise<AwaitedHealth | undefined>,
  ports: RebuildPorts & Pick<Ports, 'log'>,
  record: (rebuild: RebuildState, awaited: AwaitedHealth) => void
): Promise<void> {
  let rebuild = proven;
  do {
    const awaited = await check();
    if (awaited === undefined) return;
    record(rebuild, awaited);
    if (!awaited.outcome.healthy) return;
    const before = rebuild;
    rebuild = await withRebuildLog(
      ports,
      () => undefined,
      (observe) => recheckOne(before, ports, observe)
    );
    if (rebuild.ending?.kind === 'cancelled') throw new CancelledError();
    record(rebuild, awaited);
  } while (needsAnotherCheck(rebuild));
}
