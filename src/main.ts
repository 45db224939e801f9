/** Entry of the main step. Red until proven green: whatever ends the process early must not look like success. */
import { annotateEnd } from './action/annotate.ts';
import { mainStep } from './action/main-step.ts';

// What the runtime deprecates in a library is nothing that a reader of this log can mend.
process.noDeprecation = true;
process.exitCode = 1;
try {
  if (await mainStep()) process.exitCode = 0;
} catch (error) {
  annotateEnd(
    'A fault of the action itself',
    error instanceof Error ? (error.stack ?? error.message) : String(error)
  );
}
