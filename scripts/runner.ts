/**
 * A stand-in for the part of the GitHub runner that an action meets. What it does and does not is read from the
 * sources of actions/runner (258d6c8, August 2026): `ActionRunner`, `FileCommandManager`, `ActionCommandManager`,
 * `ExecutionContext`, `ProcessInvoker`, `StepsRunner` and `JobExtension`.
 *
 * In short: inputs become `INPUT_*`, undeclared ones as well, and their defaults are filled in; each step has command
 * files of its own; the post step gets the job's environment and the inputs anew, not what the main process had; its
 * outputs count for nothing; a cancel is a ladder of signals and the post step still runs; a shutdown has none.
 *
 * Left out, since no action of this kind meets it: expressions, `pre`, composite actions, containers, problem
 * matchers, the echo of commands, and the five minutes that a cancelled job has for all its post steps.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Job } from './runner/job.ts';
import type { ActionOptions, ActionResult } from './runner/types.ts';

export { actionNode } from './runner/job.ts';
export { signalPauses } from './runner/step.ts';
export type { ActionOptions, ActionResult, MainStep } from './runner/types.ts';

/** Runs main and post as a runner does. */
export async function runAction(options: ActionOptions): Promise<ActionResult> {
  const temp = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    return await new Job(options, temp).run();
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
