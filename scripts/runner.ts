/**
 * A stand-in for the part of the GitHub runner that an action depends on. It follows the sources of actions/runner
 * (258d6c8, August 2026): `ActionRunner`, `FileCommandManager`, `ActionCommandManager`, `ExecutionContext`,
 * `ProcessInvoker`, `StepsRunner` and `JobExtension`.
 *
 * In short: inputs become `INPUT_*`, also undeclared ones, and missing ones get their defaults. Each step has its own
 * command files. The post step gets the job's environment and the inputs, not the environment of the main process; its
 * outputs are ignored. A cancel sends a sequence of signals and then runs the post step; a shutdown does not run it.
 *
 * Not included, because this action does not depend on them: expressions, `pre`, composite actions, containers, problem
 * matchers, the echo of commands, and the limit of five minutes for all post steps of a cancelled job.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Job } from './runner/job.ts';
import type { ActionOptions, ActionResult } from './runner/types.ts';

export { actionNode } from './runner/job.ts';
export { signalPauses } from './runner/step.ts';
export type { ActionOptions, ActionResult, MainStep } from './runner/types.ts';

/** Runs the main and the post step as a runner does. */
export async function runAction(options: ActionOptions): Promise<ActionResult> {
  const temp = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    return await new Job(options, temp).run();
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
