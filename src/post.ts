/** Entry of the post step. It never fails a job. */
import { annotateFault } from './action/annotate.ts';
import { postStep } from './action/post-step.ts';

// Nobody who reads this log can fix what the runtime deprecates in a library.
process.noDeprecation = true;
try {
  await postStep();
} catch (error) {
  annotateFault('A fault of the post step', error);
}
