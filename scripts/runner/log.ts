/** What the runner makes of the lines that a step prints: annotations, masks, values, and the log of the web page. */
import { type Command, parseCommand } from './commands.ts';
import type { Masks } from './masks.ts';

/** An annotation as it stands beside the run. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** The runner cuts the message of an annotation after so many characters (`_maxIssueMessageLength`). */
const longestMessage = 4096;

/** The runner keeps so many annotations of a level for each step (`_maxCountPerIssueType`). */
const mostOfALevel = 10;

/** Cuts text into lines as it comes: at LF, at CR LF and at a lone CR, as `StreamReader.ReadLine` of .NET does. */
export class LineSplitter {
  #rest = '';
  #last = '';

  /** The lines that have become whole. */
  push(chunk: string): readonly string[] {
    const isSecondHalf = this.#last === '\r' && chunk.startsWith('\n');
    const lines = `${this.#rest}${isSecondHalf ? chunk.slice(1) : chunk}`.split(/\r\n|\r|\n/);
    this.#last = chunk.at(-1) ?? this.#last;
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** What is left after the last line break; nothing where that is nothing. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** The log of one step. Masks are those of the job, so that they outlive the step. */
export class StepLog {
  readonly annotations: Annotation[] = [];
  /** What the deprecated commands `set-output` and `save-state` gave. */
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** As the web page shows it. */
  readonly shown: string[] = [];
  /** As it came, without the mask commands. */
  readonly raw: string[] = [];
  /** What the runner had to refuse; any of it fails the step. */
  readonly refusals: string[] = [];
  readonly #masks: Masks;
  readonly #debug: boolean;
  #resume: string | undefined;

  constructor(masks: Masks, debug: boolean) {
    this.#masks = masks;
    this.#debug = debug;
  }

  /** Takes a line that the process wrote on stdout or stderr; both may hold commands. */
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

  /** An annotation, of the step or of the runner about it: masked, then cut. */
  annotate(level: Annotation['level'], message: string, title = ''): void {
    const cut = this.#masks.applyTo(message).slice(0, longestMessage);
    if (this.annotations.filter((one) => one.level === level).length < mostOfALevel) {
      this.annotations.push({ level, title, message: cut });
    }
    this.#show(`${level.charAt(0).toUpperCase()}${level.slice(1)}: ${cut}`);
  }

  /** An error of the runner about the step, which fails it. */
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
