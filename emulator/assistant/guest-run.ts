import type { JsonObject } from '../http/json.ts';
import type { ScriptOutput } from './scripts.ts';

/** A command on one instance. Times in ms since the epoch. */
export interface ChildRun {
  readonly id: string;
  readonly instanceId: string;
  state: 'PENDING' | 'RUNNING' | 'SUCCESS' | 'FAILED';
  finishedMs: number | undefined;
  output: ScriptOutput | undefined;
  /** What it has printed while it runs, where the service shows that. */
  soFar: ScriptOutput | undefined;
  errorCode: string;
  failReason: string;
  /** The boot of the system that it ran in; '' as long as it has not begun. */
  bootId: string;
}

/** A command on all of its instances. */
export interface GuestRun {
  readonly id: string;
  readonly action: JsonObject;
  readonly content: string;
  readonly createdMs: number;
  readonly children: readonly ChildRun[];
}
