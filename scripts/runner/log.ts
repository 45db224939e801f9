/** How the runner processes the lines that a step prints: annotations, masks, values, and the log of the web page. */
import { type Command, parseCommand } from './commands.ts';
import type { Masks } from './masks.ts';

/** An annotation of the run. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** The runner truncates the message of an annotation to this many characters (`_maxIssueMessageLength`). */
const longestMessage = 4096;

/** The runner keeps this many annotations of each level per step (`_maxCountPerIssueType`). */
const mostOfALevel = 10;

/** Splits a stream into lines at LF, CR LF and a single CR, as `StreamReader.ReadLine` of .NET does. */
export class LineSplitter {
  #rest = '';
  #last = '';

  /** Adds a chunk; returns the lines that are now complete. */
  push(chunk: string): readonly string[] {
    const isSecondHalf = this.#last === '\r' && chunk.startsWith('\n');
    const lines = `${this.#rest}${isSecondHalf ? chunk.slice(1) : chunk}`.split(/\r\n|\r|\n/);
    this.#last = chunk.at(-1) ?? this.#last;
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** The text after the last line break, if there is any. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** The log of one step. It shares the masks of the job. */
export class StepLog {
  readonly annotations: Annotation[] = [];
  /** Values of the deprecated commands `set-output` and `save-state`. */
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** The lines as the web page shows them. */
  readonly shown: string[] = [];
  /** The lines as printed, without the mask commands. */
  readonly raw: string[] = [];
  /** Errors of the runner about the step; any of them fails it. */
  readonly refusals: string[] = [];
  readonly #masks: Masks;
  readonly #debug: boolean;
  #resume: string | undefined;

  constructor(masks: Masks, debug: boolean) {
    this.#masks = masks;
    this.#debug = debug;
  }

  /** Processes a line of stdout or stderr; both may contain commands. */
  line(text: string): void {
    const command = parseCommand(text, this.#resume);
    if (command?.name !== 'add-mask') this.raw.push(text);
    if (command === undefined) {
      this.#show(text);
    } else if (this.#resume === undefined) {
      this.#carryOut(command, text);
    } else {
      if (command.name === this.#resume.toLowerCase()) this.#resume = undefined;
      this.#show(text);
    }
  }

  /** Adds an annotation, masked and then truncated. */
  annotate(level: Annotation['level'], message: string, title = ''): void {
    const cut = this.#masks.applyTo(message).slice(0, longestMessage);
    if (this.annotations.filter((one) => one.level === level).length < mostOfALevel) {
      this.annotations.push({ level, title, message: cut });
    }
    this.#show(`${level.charAt(0).toUpperCase()}${level.slice(1)}: ${cut}`);
  }

  /** Adds an error of the runner about the step, which fails it. */
  fail(message: string): void {
    this.annotate('error', message);
    this.refusals.push(message);
  }

  #show(text: string): void {
    this.shown.push(this.#masks.applyTo(text));
  }

  #carryOut({ name, properties, data }: Command, text: string): void {
    const { title, name: valueName = '' } = properties;
    switch (name) {
      case 'add-mask':
        this.#masks.add(data);
        break;
      case 'error':
      case 'warning':
      case 'notice':
        this.annotate(name, data, title);
        break;
      case 'group':
        this.#show(`▼ ${data}`);
        break;
      case 'debug':
        if (this.#debug) this.#show(`##[debug]${data}`);
        break;
      case 'set-output':
        this.outputs[valueName] = data;
        break;
      case 'save-state':
        this.state[valueName] = data;
        break;
      case 'set-env':
      case 'add-path':
        this.fail(`Unable to process command '${text}' successfully.`);
        break;
      case 'stop-commands':
        this.#resume = data;
        this.#show(text);
        break;
      default:
    }
  }
}
