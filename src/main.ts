/** Entry of the main step. Red until proven green: whatever ends the process early must not look like success. */
import { annotateEnd } from './action/annotate.ts';
import { mainStep } from './action/main-step.ts';

// What the runtime deprecates in a library is nothing that a reader of this log can mend.
process.noDeprecation = true;
process.exitCode = 1;
// Node ends a process that waits for something which can never happen, without a word.
process.once('beforeExit', () =>
  annotateEnd(
    'The action ended without a verdict',
    'It waited for something that can never happen, so what became of the instances is not known. Look at them in the console before you run again, and please report this.'
  )
);
try {
  if (await mainStep()) process.exitCode = 0;
} catch (error) {
  annotateEnd(
    'A fault of the action itself',
    error instanceof Error ? (error.stack ?? error.message) : String(error)
  );
} finally {
  process.removeAllListeners('beforeExit');
}
