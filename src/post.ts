/** Entry of the post step. It never fails a job. */
import { annotateEnd } from './action/annotate.ts';
import { postStep } from './action/post-step.ts';

try {
  await postStep();
} catch (error) {
  annotateEnd(
    'A fault of the post step',
    error instanceof Error ? (error.stack ?? error.message) : String(error)
  );
}
