import type { DiskFate } from './ending.ts';
import { hasStarted, isReplaced } from './evidence.ts';
import type { Life } from './rebuild-state.ts';

/** What has become of the system disk, as far as the life shows. */
export function fateOf(life: Life): DiskFate {
  // The call is out: whoever is told now may be told no more.
  if (life.phase === 'sending') return 'unknown';
  if (life.inDoubt) return hasStarted(life) ? 'erased' : 'unknown';
  if (life.sends === 0) return life.adopted && isReplaced(life) ? 'erased' : 'untouched';
  return life.answered || hasStarted(life) ? 'erased' : 'unknown';
}
