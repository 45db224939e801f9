import type { JsonObject } from '../http/json.ts';
import type { ScriptOutput } from './scripts.ts';

/** A command on one instance. Times in ms since the epoch. */
export interface ChildRun {
  readonly id: string;
  readonly instanceId: string;
  state: 'PENDING' | 'RUNNING' | 'SUCCESS' | 'FAILED';
  finishedMs: number | undefined;
  output: ScriptOutput | undefined;
  /** The output so far of a running command, if the service shows it. */
  soFar: ScriptOutput | undefined;
  errorCode: string;
  failReason: string;
  /** The boot ID of the system that runs it; '' until it starts. */
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
