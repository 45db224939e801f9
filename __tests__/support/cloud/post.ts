/** What comes after a run: nothing of it may be left behind, and the post step does what it can. */
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { CallError, CancelledError } from '../../../src/core/model/failure.ts';
import type { RunReport } from '../../../src/core/report/report.ts';
import { hiddenRebuilds } from '../../../src/core/run/left-for-post-step.ts';
import { restoreWeights } from '../../../src/deploy/balancers/restore-weights.ts';
import { awaitVisible } from '../../../src/deploy/rebuild/await-visible.ts';
import type { Cancel } from '../../../src/ports/cancel.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { reported, stateBehind } from '../reported.ts';
import { noCancel } from '../virtual.ts';
import type { WatchedClock } from './clock.ts';
import type { Cloud } from './cloud.ts';
import type { EventLog } from './event-log.ts';
import type { Scene } from './scene.ts';

/** What a case is played on. */
export interface Stage {
  readonly scene: Scene;
  readonly clock: WatchedClock;
  readonly eventLog: EventLog;
  readonly cloud: Cloud;
  readonly ports: Omit<Ports, 'cancel'>;
}

/** How long the post step may watch and restore, in milliseconds. */
const limits = { awaitVisible: 180_000, restore: 60_000 };

/** Rule 8: nobody sleeps or listens on. */
export async function checkLeftovers({ clock, eventLog }: Stage, { signal, writes }: Cancel): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
  if (clock.sleeping > 0) eventLog.problem(clock.nowMs(), `(8) ${clock.sleeping} sleep on after the run`);
  const listeners = [signal, writes].map((one) => getEventListeners(one, 'abort').length);
  if (listeners.some((count) => count > 0)) {
    eventLog.problem(clock.nowMs(), `(8) listeners left on the cancel: ${listeners.join(' and ')}`);
  }
}

/** What the post step does: it restores weights, and watches for what was sent and does not show. It only warns. */
export async function postStep(
  report: RunReport,
  stage: Stage
): Promise<{ readonly left: RunReport; readonly still: readonly string[] }> {
  const { clock, eventLog, ports } = stage;
  const attempt = async <T>(otherwise: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await clock.see(work);
    } catch (error) {
      if (!(error instanceof CallError) && !(error instanceof CancelledError)) {
        eventLog.problem(clock.nowMs(), `(8) in the post step: ${String(error)}`);
      }
      eventLog.note(clock.nowMs(), `the post step warns: ${String(error)}`);
      return otherwise;
    }
  };
  const late = new AbortController();
  const off = new AbortController();
  clock.sleep(limits.restore, off.signal).then(
    () => late.abort(),
    () => undefined
  );
  const cancel = { signal: late.signal, writes: late.signal };
  const before = stateBehind(report);
  const after = await attempt(before, () => restoreWeights(before, { ...ports, cancel }));
  const left = reported(after);
  off.abort('over');
  const hidden = hiddenRebuilds(after);
  if (hidden.length === 0) return { left, still: [] };
  eventLog.note(clock.nowMs(), `the post step watches ${hidden.join(', ')}`);
  // Where it gives up, nobody has watched: as if nothing had shown.
  const still = await attempt(hidden, () =>
    awaitVisible(hidden, limits.awaitVisible, { ...ports, cancel: noCancel })
  );
  await checkLeftovers(stage, cancel);
  return { left, still };
}
