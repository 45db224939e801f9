/** Entry of the post step. It never fails a job. */
import { postStep, tellFault } from './action/post-step.ts';

// Nobody who reads this log can fix what the runtime deprecates in a library.
process.noDeprecation = true;
try {
  await postStep();
} catch (error) {
  tellFault(error);
}
