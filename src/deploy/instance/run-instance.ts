/** Everything that happens to one target on its way forth: backup, leaving, rebuild, health check, rejoining. */

import { CancelledError } from '../../core/model/failure.ts';
import type { RebuildOrder } from '../../core/model/rebuild-spec.ts';
import type { PlannedTarget } from '../../core/plan/plan.ts';
import type { Life, Sight } from '../../core/rebuild/rebuild-state.ts';
import { type Deed, isWell, mayRejoin, usableBackup } from '../../core/run/instance-run.ts';
import type { Balance } from '../balancers/balance.ts';
import type { Log } from '../../ports/bcc.ts';
import type { RunRequest } from '../../ports/request.ts';
import { makeBackup, pruneBackups } from '../images/backup.ts';
import { follow } from '../rebuild/rebuild-log.ts';
import { passGate } from '../health/gate.ts';
import type { Probe } from '../health/heal.ts';
import { type Preparations, type RebuildPorts, rebuildOne } from '../rebuild/rebuild.ts';

/** What it takes to deal with one target. */
export interface TargetPorts extends RebuildPorts {
  readonly log: Log;
  readonly probe: Probe;
  readonly runId: string;
  /** `undefined` where the run names no load balancer. */
  readonly balance: Balance | undefined;
}

/** Told of the deed whenever it has come a step further. It must not throw. */
export type DeedObserver = (deed: Deed) => void;

/** A deed that is being done: what is known of it, and how more is added. */
export interface Doing {
  current(): Deed;
  add(more: Partial<Deed>): void;
}

/**
 * Deals with one target and resolves with the whole deed, however it ended.
 *
 * @param first a look that was taken just now, if there is one
 * @throws only a fault of the program
 */
export async function dealWith(
  target: PlannedTarget,
  order: RebuildOrder,
  request: RunRequest,
  first: Sight | undefined,
  ports: TargetPorts,
  observe: DeedObserver
): Promise<Deed> {
  const begun: Deed = { target, knownHosts: [], holds: [], cancelled: false };
  return untilCancelled(begun, ports, observe, async (doing) => {
    await carryOut(target, order, request, first, ports, doing);
    if (mayRejoin(doing.current())) await rejoin(doing, ports);
    const backup = usableBackup(doing.current());
    if (isWell(doing.current()) && request.backup?.keep !== undefined && backup !== undefined) {
      await pruneBackups(target.instance.id, request.backup.keep, backup, ports);
    }
  });
}

/** Does the work on a deed; a cancel ends it and is noted in the deed. Throws only faults of the program. */
export async function untilCancelled(
  begun: Deed,
  ports: TargetPorts,
  observe: DeedObserver,
  work: (doing: Doing) => Promise<void>
): Promise<Deed> {
  let deed = begun;
  const add = (more: Partial<Deed>): void => {
    deed = { ...deed, ...more };
    observe(deed);
  };
  try {
    await work({ current: () => deed, add });
  } catch (error) {
    if (!(error instanceof CancelledError) && !ports.cancel.signal.aborted) throw error;
    add({ cancelled: true });
  }
  return deed;
}

/** What comes before the wipe. */
export function preparations(target: PlannedTarget, ports: TargetPorts, doing: Doing): Preparations {
  const { balance, log } = ports;
  return {
    backup: () => makeBackup(target, ports, (backup) => doing.add({ backup })),
    drain: async () =>
      balance?.leave(target.instance.id, doing.current().holds, (holds) => doing.add({ holds }), log)
  };
}

/** Gives back the weights that are held. */
export async function rejoin(doing: Doing, { balance, log }: TargetPorts): Promise<void> {
  const { target, holds } = doing.current();
  const keep = (now: Deed['holds']): void => doing.add({ holds: now });
  try {
    const rejoinProblem = await balance?.rejoin(target.instance.id, holds, keep, log);
    if (rejoinProblem !== undefined) doing.add({ rejoinProblem });
  } catch (error) {
    // The instance is well; only its traffic is missing, which the post step sees to.
    if (!(error instanceof CancelledError)) throw error;
    doing.add({ rejoinProblem: 'the run was cancelled.' });
  }
}

async function carryOut(
  target: PlannedTarget,
  order: RebuildOrder,
  request: RunRequest,
  first: Sight | undefined,
  ports: TargetPorts,
  doing: Doing
): Promise<void> {
  const keep = follow(ports, (now: Life) => doing.add({ life: now }));
  const life = await rebuildOne(target.task, order, first, ports, keep, preparations(target, ports, doing));
  doing.add({ life });
  if (life.ending?.kind === 'cancelled') return doing.add({ cancelled: true });
  const isThere = life.ending?.kind === 'rebuilt' || life.ending?.kind === 'skipped';
  if (!isThere || life.last === undefined) return;
  // Of a rebuild that was under way already, the keys that were read may be those of the new system.
  const baseline = life.ending?.kind === 'rebuilt' && !life.adopted ? target.oldHostKeys : undefined;
  const signal = ports.cancel.signal;
  const gate = await passGate(request, life.last.instance, baseline, { ...ports, signal });
  if (gate !== undefined) doing.add({ health: gate.checked, knownHosts: gate.knownHosts });
}
