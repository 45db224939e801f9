/** Entry of the post step. It never fails a job. */
import { annotateEnd } from './action/annotate.ts';
import { postStep } from './action/post-step.ts';

// What the runtime deprecates in a library is nothing that a reader of this log can mend.
process.noDeprecation = true;
try {
  await postStep();
} catch (error) {
  annotateEnd(
    'A fault of the post step',
    error instanceof Error ? (error.stack ?? error.message) : String(error)
  );
}
