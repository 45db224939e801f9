/**
 * What nobody outside knows about Cloud Assistant, as switches. The letter and number in brackets are the question in the
 * list of its unknowns; those that only a live service can show (whether HTTPS is served, the words of policies) have none.
 */
export interface AssistantBehaviour {
  /** [A2] For how many ms an agent is still shown on line after its system went down. */
  readonly agentStaleMs: number;
  /** [A9] From the boot of a system to its agent being on line, in ms. */
  readonly agentBootMs: number;
  /** [A3] What is said of an instance that has no agent, or does not exist. */
  readonly agentMissing: 'OFFLINE' | 'leftOut' | 'refused';
  /** [A4] A command for an agent that is not on line. */
  readonly runOnOffline: 'failed' | 'refused' | 'pending';
  /** [A6] From the answer to a command to its start, in ms. */
  readonly runDelayMs: number;
  /** [A6] How long a command takes, in ms, where the table of scripts does not say. */
  readonly runMs: number;
  /** [A5] The state of a run whose exit code is not 0. */
  readonly exitState: 'FAILED' | 'SUCCESS';
  /** [A8] Where the output of a command stands: `log` comes only if it is asked for. */
  readonly outputIn: 'both' | 'output' | 'log';
  /** [A8] What of the output of a command shows while it runs: nothing, or the part so far with the exit code 0. */
  readonly outputWhileRunning: 'absent' | 'partial';
  /** [A5] A command whose system goes down under it: stays RUNNING until its own time-out, or fails at once. */
  readonly runAtWipe: 'lingers' | 'fails';
  /** [A6] How many bytes the content of a command may have; 0: no limit. */
  readonly commandBytes: number;
  /** [A10] The word `code` of a call that went well (docs: success; the SDKs ask for none). */
  readonly assistantCode: 'success' | 'SUCCESS' | 'absent';
  /** [A8] Whether the list of runs shows the descriptions and the contents of commands. */
  readonly runListShowsAction: boolean;
  /** [A10] Whether refusals bear an HTTP status of their own, or 200 with `success: false`. */
  readonly assistantRefusals: 'status' | 'http200';
  /** [A10] Whether the account has switched Cloud Assistant on. */
  readonly assistantSwitchedOn: boolean;
  /** [A12] A Content-MD5 header that does not fit the body. */
  readonly contentMd5: 'ignored' | 'checked';
}

/** Every value that we hold possible, the likeliest first. */
export const assistantValues: { readonly [K in keyof AssistantBehaviour]: readonly AssistantBehaviour[K][] } =
  {
    agentStaleMs: [30_000, 0, 600_000],
    agentBootMs: [15_000, 0, 120_000],
    agentMissing: ['OFFLINE', 'leftOut', 'refused'],
    runOnOffline: ['failed', 'refused', 'pending'],
    runDelayMs: [500, 0, 8_000],
    runMs: [1_000, 0, 10_000],
    exitState: ['FAILED', 'SUCCESS'],
    outputIn: ['both', 'output', 'log'],
    outputWhileRunning: ['absent', 'partial'],
    runAtWipe: ['lingers', 'fails'],
    commandBytes: [0, 16_384],
    assistantCode: ['success', 'SUCCESS', 'absent'],
    runListShowsAction: [true, false],
    assistantRefusals: ['status', 'http200'],
    assistantSwitchedOn: [true, false],
    contentMd5: ['ignored', 'checked']
  };
