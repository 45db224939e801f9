/** Options and result of a run of the stand-in runner. */
import type { Annotation } from './log.ts';
import type { RunningStep, SignalPauses, StepResult } from './step.ts';

/** The running main process. */
export interface MainStep extends RunningStep {
  /** Does what a runner does at its shutdown: the signals of a cancel, and no post step. */
  shutdown(): void;
}

/** The result of a whole run, and what a person sees of it. */
export interface ActionResult {
  readonly main: StepResult;
  /** `undefined` if none ran: after a shutdown, or with `mainOnly`. */
  readonly post: StepResult | undefined;
  /** The values of `steps.<id>.outputs`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Names of the outputs that contain a masked value. As outputs of a job they would be empty. */
  readonly droppedOutputs: readonly string[];
  /** The state that the main step saved for the post step. */
  readonly state: Readonly<Record<string, string>>;
  /** The summaries of both steps as on the web page: masked, without those above 1 MiB. */
  readonly summary: string;
  /** At most ten of each level and step, each truncated to 4,096 characters. */
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** The log of both steps as on the web page: masked, with commands carried out. */
  readonly log: string;
  /**
   * Every text that the action wrote anywhere, before masking, except the mask commands. It includes files that exist
   * only between the two steps.
   */
  readonly everything: string;
}

/** How to run the action. */
export interface ActionOptions {
  /** The inputs in `with:`, undeclared ones too; missing ones get the defaults of action.yml. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The environment of the job and the step, such as a proxy. `GITHUB_*` names replace those of the stand-in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What steps in between have changed when the post step begins: more environment, other inputs. */
  readonly later?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly inputs?: Readonly<Record<string, string>>;
  };
  /** Secrets of the repository, which the runner masks from the start. */
  readonly secrets?: readonly string[];
  /** Debug logging, as with `ACTIONS_STEP_DEBUG`. */
  readonly debug?: boolean;
  /** Called with the main process when it has been started. */
  readonly onMain?: (step: MainStep) => void;
  /** Called with each chunk of stdout of either step. */
  readonly onStdout?: (chunk: string) => void;
  /** More arguments for node, before the script. */
  readonly nodeArgs?: readonly string[];
  /** Omits the post step, for measurements. */
  readonly mainOnly?: boolean;
  /** Kills either step after this many milliseconds; default 120,000. */
  readonly limitMs?: number;
  /** The pauses between the signals of a cancel; default those of the runner. */
  readonly pauses?: SignalPauses;
  /** The folder of the action with its action.yml; default this repository. */
  readonly action?: string;
}
