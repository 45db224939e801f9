/**
 * What the tests of this folder have in common: a run of the committed bundle, as a runner starts it, against
 * an emulator of its own, and what must hold of every run whatever it is about.
 */
import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ScriptAnswer } from '../../emulator/assistant/scripts.ts';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { CallRecord, RebuildRecord } from '../../emulator/http/records.ts';
import { type Emulator, startEmulator } from '../../emulator/server.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import type { WorldSpec } from '../../emulator/world/models.ts';
import { type ActionOptions, type ActionResult, type MainStep, runAction } from '../../scripts/runner.ts';
import type { RunReport } from '../../src/core/report/report.ts';
import { PatientClock } from './patient-clock.ts';

/** Temporary credentials, so that every run has all kinds of secrets that there are. */
export const credentials = {
  accessKeyId: 'process0access0key0id000EXAMPLE',
  secretAccessKey: 'process0secret0access0keyEXAMPLE',
  sessionToken: 'process-session-token-EXAMPLE-0123456789'
} as const;

export const adminPass = 'Tr1cky|pass<&>42';

/** A service that is quick enough to be waited for, and slow enough to be seen at work. */
export const quick: Partial<Behaviour> = { staleRunningMs: 500, rebuildMs: 4000, powerMs: 500 };

/** How to set up one run, or several on one emulator. */
export interface Scene extends Omit<ActionOptions, 'inputs' | 'mainOnly'> {
  /** Runs the post step as well: for what it does, and once for each kind of end after which it must be silent. */
  readonly withPost?: boolean;
  /** On top of `usualInputs`; an empty text takes one of them away. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly world?: WorldSpec;
  /** On top of `quick`. */
  readonly behaviour?: Partial<Behaviour>;
  readonly faults?: readonly Fault[];
  /** For what measures pauses of the process: the emulator leaves out no time for which the machine was busy. */
  readonly isTimed?: boolean;
  /** How guests answer scripts. */
  readonly scripts?: readonly ScriptAnswer[];
  /** Told of each call as its answer is settled; `step` is the main step. */
  readonly onCall?: (call: CallRecord, step: MainStep | undefined) => void;
}

/** One run and what the service saw of it. */
export interface Played extends ActionResult {
  readonly calls: readonly CallRecord[];
  readonly rebuilds: readonly RebuildRecord[];
  /** The output `result`, parsed. */
  readonly report: RunReport | undefined;
}

/** What a workflow gives; the emulator's endpoint is filled in when it is known. */
const usualInputs = {
  ...credentials,
  instanceId: 'i-demo0001',
  imageId: 'm-web-2',
  adminPass,
  // Long enough on a busy machine: what is to run into it asks for less.
  timeout: '60s',
  pollInterval: '1s'
};

/** Where V8 keeps the compiled bundle from one run to the next: a tenth of what a run costs is to compile it. */
const compiled = process.env['NODE_COMPILE_CACHE'];
const compileCache = compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled };

/** Starts an emulator for as long as `work` takes; `run` starts the action on it, as often as wanted. */
export async function onEmulator<T>(
  scene: Scene,
  work: (run: (more?: Scene) => Promise<Played>, emulator: Emulator) => Promise<T>
): Promise<T> {
  let step: MainStep | undefined;
  let onCall = scene.onCall;
  const clock = new PatientClock();
  const emulator = await startEmulator({
    ...(scene.isTimed === true ? {} : { clock }),
    credentials,
    strict: true,
    ...(scene.world === undefined ? {} : { world: scene.world }),
    behaviour: { ...quick, ...scene.behaviour },
    faults: scene.faults ?? [],
    scripts: scene.scripts ?? [],
    onCall: (call) => onCall?.(call, step)
  });
  const run = async (more: Scene = {}): Promise<Played> => {
    const own = { ...scene, ...more };
    onCall = own.onCall;
    const [calls, rebuilds] = [emulator.calls.length, emulator.rebuilds.length];
    const result = await runAction({
      ...own,
      mainOnly: own.withPost !== true,
      env: { ...compileCache, ...own.env },
      inputs: { ...usualInputs, endpoint: emulator.endpoint, ...scene.inputs, ...more.inputs },
      onMain(started) {
        step = started;
        own.onMain?.(started);
      }
    });
    const { result: json = '' } = result.outputs;
    const played: Played = {
      ...result,
      calls: emulator.calls.slice(calls),
      rebuilds: emulator.rebuilds.slice(rebuilds),
      report: json === '' ? undefined : (JSON.parse(json) as RunReport)
    };
    if (played.report !== undefined) expectBySchema(played.report);
    expectNoSecrets(played, secretsOf(played.calls, own.inputs?.['adminPass'] ?? adminPass));
    expect(result.droppedOutputs).toEqual([]);
    expect(result.post?.exitCode ?? 0).toBe(0);
    return played;
  };
  try {
    return await work(run, emulator);
  } finally {
    clock.close();
    await emulator.close();
  }
}

const schemaFile = new URL('../../docs/result.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as Readonly<Record<string, unknown>>
);

/** Every result that a real run gives is one that the schema describes. */
function expectBySchema(report: RunReport): void {
  validate(report);
  expect((validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual(
    []
  );
}

/** One run on an emulator of its own. */
export function play(scene: Scene = {}): Promise<Played> {
  return onEmulator(scene, (run) => run());
}

/** More at a time would starve each other of two processors while their processes start. */
const usualWidth = 16;

/**
 * Begins all works at once, at most `width` at a time, and gives a function that waits for one by its name. They
 * spend their time waiting, so that a file takes hardly longer than its longest work; `test.concurrent` would
 * take five at a time, and only when the tests before it are over.
 */
export function beginAll<Name extends string, T>(
  works: Readonly<Record<Name, () => Promise<T>>>,
  width = usualWidth
): (name: Name) => Promise<T> {
  const begun = new Map<string, Promise<T>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  const begin = async (work: () => Promise<T>): Promise<T> => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  for (const [name, work] of Object.entries<() => Promise<T>>(works)) {
    const promise = begin(work);
    // Whether a failure is anybody's business, the test that waits for it decides.
    promise.catch(() => undefined);
    begun.set(name, promise);
  }
  return (name) => begun.get(name) ?? Promise.reject(new Error(`There is no work ${name}.`));
}

/** Begins all scenes at once, each on an emulator of its own. */
export function playAll<Name extends string>(
  scenes: Readonly<Record<Name, Scene>>,
  width = usualWidth
): (name: Name) => Promise<Played> {
  const works = Object.entries<Scene>(scenes).map(([name, scene]) => [name, () => play(scene)]);
  return beginAll(Object.fromEntries(works) as Record<Name, () => Promise<Played>>, width);
}

/** The password as it goes over the wire. */
function ciphertextOf(password: string): string {
  const cipher = createCipheriv('aes-128-ecb', credentials.secretAccessKey.slice(0, 16), null);
  return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}

/** All that must never be seen: keys, token, password and its ciphertext, every signature that was sent. */
function secretsOf(calls: readonly CallRecord[], password: string): readonly string[] {
  return [
    credentials.secretAccessKey,
    credentials.sessionToken,
    ...(password === '' ? [] : [password, ciphertextOf(password)]),
    ...calls.map(({ headers }) => headers['authorization']?.split('/').at(-1) ?? '')
  ].filter((secret) => secret !== '');
}

/**
 * Asserts that no secret is in anything that the action wrote: neither log, masked or not, nor outputs, state,
 * summary, annotations or files; and neither as it is nor as a command or JSON would spell it.
 */
export function expectNoSecrets(result: ActionResult, secrets: readonly string[]): void {
  const { everything, log, outputs, state, summary, annotations } = result;
  const places = [everything, log, summary, JSON.stringify([outputs, state, annotations])];
  for (const secret of secrets) {
    const json = JSON.stringify(secret).slice(1, -1);
    const spellings = [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret)];
    for (const place of places) {
      for (const spelling of spellings) {
        const at = place.indexOf(spelling);
        // Not `toContain`: its message would hold everything that there is.
        if (at >= 0) throw new Error(`A secret shows: …${place.slice(Math.max(0, at - 300), at + 100)}…`);
      }
    }
  }
}

/**
 * The calls in their order, as words: the writes by name, and the reads between two writes as one word, for how
 * many of them there are depends on the time.
 */
export function storyOf(calls: readonly CallRecord[]): string {
  const reads = ['GetImage', 'GetInstance', 'ListInstanceByIds', 'ListVolumes', 'ListSnapshots'];
  const words = calls.map(({ operation }) => (reads.includes(operation) ? 'reads' : operation));
  return words.filter((word, index) => word !== 'reads' || words[index - 1] !== 'reads').join(' ');
}

/** How often an operation was asked for. */
export function countOf(played: Played, operation: string): number {
  return played.calls.filter((call) => call.operation === operation).length;
}

/** The last line of the log of a green run, by its status. */
const closing: Readonly<Record<string, RegExp>> = {
  rebuilt: /^Rebuilt .* in /m,
  skipped: /^(Nothing was erased: |Of )/m,
  planned: /^Nothing was sent: this was a dry run\.$/m,
  started: /^(Started the rebuild |Of )/m
};

/** Asserts that a run was green in every place where a run can be red. */
export function expectGreen(played: Played, status: string, changed = true): void {
  expect({ annotations: played.annotations, exit: played.main.exitCode, log: played.log }).toEqual({
    annotations: [],
    exit: 0,
    log: expect.stringMatching(closing[status] ?? /^$/)
  });
  expect(played.main.stderr).toBe('');
  expect(played.outputs).toMatchObject({ status, changed: String(changed) });
  expect(played.report).toMatchObject({ status, changed });
}

/** A red run: what its one annotation must say, and its outputs. */
export interface Red {
  readonly cause: string | RegExp;
  readonly remedy: string | RegExp;
  /** `failed` unless given. */
  readonly status?: string;
  readonly changed: boolean;
}

/** Asserts that a run was red with exactly one annotation, which names the cause and the remedy. */
export function expectRed(played: Played, red: Red): void {
  expect(played.main).toMatchObject({ exitCode: 1, stderr: '' });
  expect(played.annotations).toHaveLength(1);
  const [annotation] = played.annotations;
  expect(annotation?.level).toBe('error');
  expect(annotation?.title).not.toBe('A fault of the action itself');
  expect(annotation?.message).toMatch(red.cause);
  expect(annotation?.message).toMatch(red.remedy);
  expect(played.outputs).toMatchObject({ status: red.status ?? 'failed', changed: String(red.changed) });
}

/** Asserts that a summary has these lines in their order; what lies between two of them may be anything. */
export function expectLines(summary: string, lines: readonly (string | RegExp)[]): void {
  const left = summary.split('\n');
  for (const line of lines) {
    const at = left.findIndex((one) => (typeof line === 'string' ? one === line : line.test(one)));
    if (at < 0) throw new Error(`The summary lacks ${line} at its place:\n${summary}`);
    left.splice(0, at + 1);
  }
}

/** Asserts that the one rebuild was asked for `sent` times and carried out `done` times. */
export function expectRebuilds(played: Played, sent: number, done = 1): void {
  expect({ sent: countOf(played, 'RebuildInstance'), done: played.rebuilds.length }).toEqual({ sent, done });
}
