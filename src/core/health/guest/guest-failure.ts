import { formatDuration } from '../../time.ts';
import { escapedLine } from './guest-system.ts';

/**
 * Why a check from inside, by Cloud Assistant, does not pass. `runId` is the service's, for its console.
 *
 * - `agentOffline`: the agent is not online, so nothing could be run
 * - `sameBoot`, `olderBoot`: the system that was to be replaced, by its boot ID or its uptime
 * - `runFailed`: the run ended without an answer
 * - `runLate`: it did not end in time; the run ID is empty where it was never sent or its answer stayed lost, the state
 *   where none was read
 * - `assistantCall`: the service refused a call, or could not be reached; `message` is without a full stop
 * - `script`: the user's script ended with another exit code than 0; `output` is its last lines
 * - `notProven`: the script was not run, for nothing proves yet that the new system is up
 */
export type GuestFailure =
  | { readonly kind: 'agentOffline' }
  | { readonly kind: 'sameBoot'; readonly bootId: string; readonly runId: string }
  | {
      readonly kind: 'olderBoot';
      readonly uptimeMs: number;
      readonly sinceMs: number;
      readonly runId: string;
    }
  | {
      readonly kind: 'runFailed';
      readonly runId: string;
      readonly state: string;
      readonly exitCode?: number;
      readonly errorCode: string;
      readonly failReason: string;
    }
  | { readonly kind: 'runLate'; readonly runId: string; readonly state: string }
  | { readonly kind: 'assistantCall'; readonly isDenied: boolean; readonly message: string }
  | {
      readonly kind: 'script';
      readonly exitCode: number;
      readonly output: readonly string[];
      readonly runId: string;
    }
  | { readonly kind: 'notProven' };

/** A failed check from inside in words, without a full stop, and without a script's output, which has its own lines. */
export function describeGuestFailure(reason: GuestFailure): string {
  switch (reason.kind) {
    case 'agentOffline':
      return 'the agent of Cloud Assistant is not online';
    case 'sameBoot':
      return `the old system answers (boot ${reason.bootId}, as before the rebuild; run ${reason.runId})`;
    case 'olderBoot':
      return `the system that answers is older than this rebuild (up for ${formatDuration(reason.uptimeMs)}, accepted ${formatDuration(reason.sinceMs)} ago; run ${reason.runId})`;
    case 'runFailed':
      return `run ${reason.runId} ended as ${escapedLine(reason.state, 40)} without an answer${factsOf(reason)}`;
    case 'runLate':
      return reason.runId === ''
        ? 'the command could not be sent in time'
        : `run ${reason.runId} is ${reason.state === '' ? 'unanswered' : escapedLine(reason.state, 40)} and did not end in time`;
    case 'assistantCall':
      return `Cloud Assistant could not be asked: ${reason.message}`;
    case 'script':
      return `the script ended with exit code ${reason.exitCode} (run ${reason.runId})`;
    case 'notProven':
      return 'the script was not run: nothing proves yet that the new system is up';
  }
}

function factsOf({ exitCode, errorCode, failReason }: Extract<GuestFailure, { kind: 'runFailed' }>): string {
  const facts = [
    exitCode === undefined ? '' : `exit code ${exitCode}`,
    escapedLine(errorCode, 60),
    escapedLine(failReason, 120)
  ].filter((fact) => fact !== '');
  return facts.length === 0 ? '' : `: ${facts.join(', ')}`;
}
