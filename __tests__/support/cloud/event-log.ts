/** Everything that happened in a case: what the rules check, and what is printed where one is broken. */

/** A call, from when it left to how it came back. */
export interface CallEntry {
  readonly kind: 'call';
  readonly atMs: number;
  readonly run: number;
  /** How often somebody had woken until then: calls of one turn were decided together. */
  readonly turn: number;
  /** Whether the plan stood, and the run had not ended. */
  readonly isInRun: boolean;
  readonly operation: string;
  /** The instances that it names. */
  readonly ids: readonly string[];
  /** What else tells calls apart, such as the image or the weights. */
  readonly detail: string;
  /** Empty as long as it is out. */
  outcome: string;
  outcomeMs: number;
}

/** A line of the log. */
export interface LogEntry {
  readonly kind: 'log';
  readonly atMs: number;
  readonly run: number;
  readonly line: string;
}

/** What was true, or was done to the run. */
export interface NoteEntry {
  readonly kind: 'note';
  readonly atMs: number;
  readonly run: number;
  readonly text: string;
}

/** One of all. */
export type Entry = CallEntry | LogEntry | NoteEntry;

/** The eventLog of a case. */
export class EventLog {
  readonly entries: Entry[] = [];
  /** What was broken of the rules while it went on. */
  readonly problems: string[] = [];
  /** The run that goes on now; 0 before the first. */
  run = 0;
  /** Told of every line of the log. */
  onLog: (line: string) => void = () => undefined;

  log(atMs: number, line: string): void {
    this.entries.push({ kind: 'log', atMs, run: this.run, line });
    this.onLog(line);
  }

  note(atMs: number, text: string): void {
    this.entries.push({ kind: 'note', atMs, run: this.run, text });
  }

  problem(atMs: number, text: string): void {
    this.problems.push(`run ${this.run}, ${clockTime(atMs)}: ${text}`);
    this.note(atMs, `BROKEN: ${text}`);
  }

  call(call: Omit<CallEntry, 'kind' | 'run' | 'outcome' | 'outcomeMs'>): CallEntry {
    const entry: CallEntry = { kind: 'call', run: this.run, ...call, outcome: '', outcomeMs: call.atMs };
    this.entries.push(entry);
    return entry;
  }

  /** The story for a person; reads that succeeded are left out, for there are very many. */
  tell(): string {
    return this.entries
      .filter((entry) => entry.kind !== 'call' || entry.outcome !== 'ok' || isWrite(entry.operation))
      .map((entry) => `${entry.run} ${clockTime(entry.atMs)} ${wordsOf(entry)}`)
      .join('\n');
  }
}

const writes: ReadonlySet<string> = new Set([
  'rebuild',
  'rebuildBatch',
  'start',
  'createImage',
  'deleteImage',
  'setWeights'
]);

/** Whether an operation changes something. */
export function isWrite(operation: string): boolean {
  return writes.has(operation);
}

function wordsOf(entry: Entry): string {
  if (entry.kind === 'log') return `  | ${entry.line}`;
  if (entry.kind === 'note') return `* ${entry.text}`;
  const { operation, ids, detail, outcome, outcomeMs, atMs } = entry;
  const end = outcome === '' ? 'no answer' : outcome;
  return `${operation} ${ids.join(',')} ${detail} → ${end} after ${((outcomeMs - atMs) / 1000).toFixed(1)} s`;
}

/** Hours, minutes and seconds since the beginning. */
export function clockTime(ms: number): string {
  const s = ms / 1000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(s / 3600)}:${two((s / 60) % 60)}:${(s % 60).toFixed(1).padStart(4, '0')}`;
}
