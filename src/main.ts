/** Entry of the main step. Red until proven green: whatever ends the process early must not look like success. */
import { mainStep, tellFault, tellNoVerdict } from './action/main-step.ts';

// Nobody who reads this log can fix what the runtime deprecates in a library.
process.noDeprecation = true;
process.exitCode = 1;
// Node ends a process that waits for something which can never happen, without a word.
process.once('beforeExit', tellNoVerdict);
try {
  if (await mainStep()) process.exitCode = 0;
} catch (error) {
  tellFault(error);
} finally {
  process.removeAllListeners('beforeExit');
}
