/** What a run of the stand-in runner is given, and what it gives back. */
import type { Annotation } from './log.ts';
import type { RunningStep, SignalPauses, StepResult } from './step.ts';

/** The main process while it runs. */
export interface MainStep extends RunningStep {
  /** What a runner does that is being shut down: the signals of a cancel, and no post step. */
  shutdown(): void;
}

/** What a whole job step leaves behind, and what a person sees of it. */
export interface ActionResult {
  readonly main: StepResult;
  /** `undefined` where none ran: after a shutdown, or as the caller wished. */
  readonly post: StepResult | undefined;
  /** What `steps.<id>.outputs` gives. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Names of the outputs that contain a masked value: the job that hands them on finds them empty. */
  readonly droppedOutputs: readonly string[];
  /** What the main step saved for the post step. */
  readonly state: Readonly<Record<string, string>>;
  /** The summaries of both steps as the web page has them: masked, and left out above 1 MiB. */
  readonly summary: string;
  /** At most ten of each level and step, each cut after 4,096 characters. */
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** The log of both steps as the web page shows it: masks applied, commands turned into what they mean. */
  readonly log: string;
  /**
   * Every text that the action wrote anywhere, before masking, but for the mask commands themselves; files that
   * only live between the two steps are in it.
   */
  readonly everything: string;
}

/** How to run the action. */
export interface ActionOptions {
  /** Inputs as `with:` gives them, undeclared ones too; the defaults of action.yml fill the rest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Environment of the job and the step, such as a proxy. `GITHUB_*` names replace those of the stand-in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is different when the post step begins, by steps between the two: more environment, other inputs. */
  readonly later?: {
    readonly env?: Readonly<Record<string, string>>;
    readonly inputs?: Readonly<Record<string, string>>;
  };
  /** Secrets of the repository, which the runner masks from the beginning. */
  readonly secrets?: readonly string[];
  /** Debug logging, as `ACTIONS_STEP_DEBUG` switches it on. */
  readonly debug?: boolean;
  /** Called with the main process as soon as it is started. */
  readonly onMain?: (step: MainStep) => void;
  /** Called with each chunk of stdout of either step. */
  readonly onStdout?: (chunk: string) => void;
  /** More arguments for node, before the script. */
  readonly nodeArgs?: readonly string[];
  /** Leaves the post step out, for measuring. */
  readonly mainOnly?: boolean;
  /** Ends either step by force after so many milliseconds; 120 000 unless set. */
  readonly limitMs?: number;
  /** Other pauses between the signals of a cancel than the runner's. */
  readonly pauses?: SignalPauses;
  /** Folder of the action, where its action.yml is; this repository unless set. */
  readonly action?: string;
}
