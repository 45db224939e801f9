/**
 * Switches for what is not publicly known about Cloud Assistant. The letter and number in brackets refer to the list
 * of its unknowns. Unknowns that only the live service can show (whether HTTPS is served, the names of policies) have
 * no switch.
 */
export interface AssistantBehaviour {
  /** [A2] For how many ms an agent is still shown as online after its system went down. */
  readonly agentStaleMs: number;
  /** [A9] From the boot of a system until its agent is online, in ms. */
  readonly agentBootMs: number;
  /** [A3] How an instance is shown that has no agent or does not exist. */
  readonly agentMissing: 'OFFLINE' | 'leftOut' | 'refused';
  /** [A4] A command for an agent that is not online. */
  readonly runOnOffline: 'failed' | 'refused' | 'pending';
  /** [A6] From the reply to a command until it starts, in ms. */
  readonly runDelayMs: number;
  /** [A6] How long a command takes, in ms, unless the table of scripts says it. */
  readonly runMs: number;
  /** [A5] The state of a run with an exit code other than 0. */
  readonly exitState: 'FAILED' | 'SUCCESS';
  /** [A8] Which field has the output of a command; `log` is present only on request. */
  readonly outputIn: 'both' | 'output' | 'log';
  /** [A8] The output of a running command: none, or the output so far with exit code 0. */
  readonly outputWhileRunning: 'absent' | 'partial';
  /** [A5] A command whose system goes down: it stays RUNNING until its timeout, or fails at once. */
  readonly runAtWipe: 'staysRunning' | 'fails';
  /** [A6] Maximum size of a command in bytes; 0: no limit. */
  readonly commandBytes: number;
  /** [A10] `code` of a successful call (docs: success; the SDKs do not check it). */
  readonly assistantCode: 'success' | 'SUCCESS' | 'absent';
  /** [A8] Whether the list of runs shows descriptions and contents of commands. */
  readonly runListShowsAction: boolean;
  /** [A10] Whether refusals have an HTTP error status, or 200 with `success: false`. */
  readonly assistantRefusals: 'status' | 'http200';
  /** [A10] Whether Cloud Assistant is enabled for the account. */
  readonly assistantSwitchedOn: boolean;
  /** [A12] A Content-MD5 header that does not match the body. */
  readonly contentMd5: 'ignored' | 'checked';
}

/** Every possible value of each switch, most likely first. */
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
    runAtWipe: ['staysRunning', 'fails'],
    commandBytes: [0, 16_384],
    assistantCode: ['success', 'SUCCESS', 'absent'],
    runListShowsAction: [true, false],
    assistantRefusals: ['status', 'http200'],
    assistantSwitchedOn: [true, false],
    contentMd5: ['ignored', 'checked']
  };
