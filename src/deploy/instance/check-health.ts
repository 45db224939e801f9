/** The health check of an instance that runs on its image, and the proof that this is still so after it. */
import { CancelledError } from '../../core/model/failure.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { RebuildState } from '../../core/rebuild/rebuild-state.ts';
import { needsAnotherCheck } from '../../core/rebuild/recheck.ts';
import type { Ports } from '../../ports/ports.ts';
import type { AwaitedHealth } from '../health/await-healthy.ts';
import { type RebuildPorts, recheckOne } from '../rebuild/rebuild.ts';
import { withRebuildLog } from '../rebuild/rebuild-log.ts';

/**
 * Waits for the health check, and observes the instance again. What went on meanwhile and is over, such as a snapshot,
 * makes another check due, and so does a new address.
 *
 * @param check told of the instance as it is now; gives `undefined` where no check is asked for
 * @param record told of each check, and of the rebuild as it is known then
 * @throws CancelledError on abort
 */
export async function checkHealth(
  proven: RebuildState,
  check: (instance: Instance) => Promise<AwaitedHealth | undefined>,
  ports: RebuildPorts & Pick<Ports, 'log'>,
  record: (rebuild: RebuildState, awaited: AwaitedHealth) => void
): Promise<void> {
  let rebuild = proven;
  for (;;) {
    const before = rebuild;
    const checked = before.last?.instance;
    if (checked === undefined) return;
    const awaited = await check(checked);
    if (awaited === undefined) return;
    record(rebuild, awaited);
    if (!awaited.outcome.healthy) return;
    rebuild = await withRebuildLog(
      ports,
      () => undefined,
      (observe) => recheckOne(before, ports, observe)
    );
    if (rebuild.ending?.kind === 'cancelled') throw new CancelledError();
    record(rebuild, awaited);
    if (!needsAnotherCheck(rebuild, checked)) return;
  }
}
