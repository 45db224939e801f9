/** Entry of the main step. Red until proven green: whatever ends the process early must not look like success. */
import { annotateEnd } from './action/annotate.ts';
import { mainStep } from './action/main-step.ts';

process.exitCode = 1;
try {
  if (await mainStep()) process.exitCode = 0;
} catch (error) {
  annotateEnd(
    'A fault of the action itself',
    error instanceof Error ? (error.stack ?? error.message) : String(error)
  );
}
