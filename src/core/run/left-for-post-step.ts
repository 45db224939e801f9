/** What a run leaves for the post step: weights that are still lowered, and rebuilds that do not show yet. */

import { mayShowRebuild } from '../model/bcc-status.ts';
import { hasDeparted } from '../rebuild/evidence.ts';
import type { RebuildState } from '../rebuild/rebuild-state.ts';
import { endOf, isRolledBack } from './instance-end.ts';
import { diskOf, type InstanceRun, isLowered, rebuildsOf } from './instance-run.ts';
import type { RunState } from './run-state.ts';

/** An instance whose weights may be restored as soon as it is Running on this image. */
export interface Restorable {
  readonly run: InstanceRun;
  readonly imageId: string;
}

/** The instances with a lowered weight that succeeded, or that nothing was done to. */
export function restorableRuns({ instances }: RunState): readonly Restorable[] {
  return instances.filter(isLowered).flatMap((run) => {
    const imageId = servingImage(run);
    return imageId === undefined ? [] : [{ run, imageId }];
  });
}

/** The instances with a lowered weight, by ID. */
export function loweredIds({ instances }: RunState): readonly string[] {
  return instances.filter(isLowered).map(({ target }) => target.instance.id);
}

/** The image on which the instance serves; `undefined` where nobody knows whether it does. */
function servingImage(run: InstanceRun): string | undefined {
  const { target, rollback } = run;
  // Of a process that was killed during the call nobody knows whether the disk is being erased.
  if (run.progress === 'working' && rebuildsOf(run).at(-1)?.phase === 'sending') return undefined;
  if (diskOf(run) === 'untouched') return target.instance.imageId;
  const end = endOf(run);
  if (end?.kind === 'rolledBack') return rollback?.imageId;
  const isHealthy = end?.kind === 'rebuilt' || (end?.kind === 'failed' && end.cause.kind === 'rejoin');
  return isHealthy ? target.task.image.id : undefined;
}

/**
 * The instances whose rebuild may be under way without showing it, by ID: the run was cancelled or killed, could no
 * longer observe, or found no proof, before the status had left its settled value.
 */
export function hiddenRebuilds({ instances }: RunState): readonly string[] {
  return instances.filter(mayBeHidden).map(({ target }) => target.instance.id);
}

function mayBeHidden(run: InstanceRun): boolean {
  const rebuild = rebuildsOf(run).at(-1);
  if (rebuild === undefined || diskOf(run) === 'untouched' || isRolledBack(run)) return false;
  const { ending } = rebuild;
  // What was seen of one that is not proven may have been a scheduled snapshot.
  const isUnproven = ending?.kind === 'failed' && ending.reason.kind === 'unproven';
  return isLeftAlone(rebuild, run) && (isUnproven || !hasShown(rebuild));
}

/** Whether the run ended its observation although the rebuild may still be under way. */
function isLeftAlone({ ending }: RebuildState, run: InstanceRun): boolean {
  if (ending === undefined) return run.progress === 'working';
  if (ending.kind !== 'failed') return ending.kind === 'cancelled';
  return ending.reason.kind === 'call' || ending.reason.kind === 'unproven';
}

/** Whether the rebuild was seen since the last send; a snapshot alone may be one that a policy takes. */
function hasShown(rebuild: RebuildState): boolean {
  const { phases, history } = rebuild;
  const sentMs = phases.findLast(({ phase }) => phase === 'sending')?.fromMs;
  // A change that was found under way shows already.
  if (sentMs === undefined) return true;
  return hasDeparted(rebuild) || history.some(({ atMs, status }) => atMs >= sentMs && mayShowRebuild(status));
}
