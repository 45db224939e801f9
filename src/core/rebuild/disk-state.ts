import type { DiskState } from './ending.ts';
import { hasStarted, isReplaced, wasRebuiltByOthers } from './evidence.ts';
import type { RebuildState } from './rebuild-state.ts';

/** What has become of the system disk, as far as the observations show. */
export function diskStateOf(rebuild: RebuildState): DiskState {
  const { ending } = rebuild;
  // Accepted, perhaps, and never seen to take place.
  const isUnproven = ending?.kind === 'failed' && ending.reason.kind === 'unproven';
  if (isUnproven && !isReplaced(rebuild)) return 'unknown';
  // The call is out, and this may be the last that is written of it.
  if (rebuild.phase === 'sending') return 'unknown';
  if (rebuild.inDoubt) return hasStarted(rebuild) ? 'erased' : 'unknown';
  if (rebuild.sends === 0) return wasRebuiltByOthers(rebuild) ? 'erased' : 'untouched';
  return rebuild.acceptedAtMs !== undefined || hasStarted(rebuild) ? 'erased' : 'unknown';
}

/** Whether no rebuild was sent, not even perhaps: a refused call for several may have been carried out for it. */
export function isUnsent({ sends, inDoubt }: RebuildState): boolean {
  return sends === 0 && !inDoubt;
}
