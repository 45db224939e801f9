/** A command that was sent to several instances, and the calls that wait for it. */
import type { GuestCommand } from '../../core/health/guest/guest-command.ts';
import type { GuestAnswer, GuestChild } from '../../core/health/guest/guest-run.ts';
import { CallError, describeFailure } from '../../core/model/failure.ts';

/** A command on one instance that somebody waits for. */
export interface Wanted {
  readonly instanceId: string;
  readonly command: GuestCommand;
  /** Its agent was seen online just now, so it need not be asked about. */
  readonly isOnline: boolean;
  readonly answer: (answer: GuestAnswer) => void;
  /** The answer if the time were over now. */
  late: Extract<GuestAnswer, { kind: 'runLate' }>;
  isOver: boolean;
}

/** A command that was sent. Without a run ID its answer was lost, and it is looked for. */
export interface Sent {
  readonly nonce: string;
  readonly sentMs: number;
  readonly sentWallMs: number;
  readonly members: Wanted[];
  runId: string | undefined;
  lookups: number;
}

/** Keeps the ID of the run, which an answer that comes too late names as well. */
export function noteRunId(sent: Sent, runId: string): void {
  sent.runId = runId;
  for (const one of sent.members) one.late = { kind: 'runLate', runId, state: '' };
}

/** Answers those that `answerOf` has an answer for, and keeps the others. */
export function answerSome(sent: Sent, answerOf: (one: Wanted) => GuestAnswer | undefined): void {
  for (const one of sent.members.splice(0)) {
    const answer = answerOf(one);
    if (answer === undefined) sent.members.push(one);
    else one.answer(answer);
  }
}

/** A run that is over and does not name an instance says nothing of it. */
export function unnamed(instanceId: string, state: string): GuestChild {
  return {
    instanceId,
    state: `${state}, without a word about this instance`,
    stdout: '',
    stderr: '',
    errorCode: '',
    failReason: ''
  };
}

/** A failed call as an answer; throws anything else. */
export function failed(error: unknown): GuestAnswer {
  if (error instanceof CallError) {
    return {
      kind: 'assistantCall',
      isDenied: error.failure.kind === 'denied',
      message: describeFailure(error.failure)
    };
  }
  throw error;
}
