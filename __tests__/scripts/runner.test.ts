/** The stand-in runner, with actions of a few lines: each test is about a fact of the real runner. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ActionOptions, type ActionResult, runAction, signalPauses } from '../../scripts/runner.ts';

let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'actions-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const appendix = `
const { appendFileSync } = require('node:fs');
const file = (name, text) => appendFileSync(process.env['GITHUB_' + name], text);
const env = (prefix) => Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith(prefix)));
`;

/** Runs an action whose two scripts are these; without the post step where that has none. */
function run(main: string, post = '', options: Partial<ActionOptions> = {}): Promise<ActionResult> {
  count += 1;
  const action = join(folder, String(count));
  mkdirSync(action);
  writeFileSync(
    join(action, 'action.yml'),
    [
      'inputs:',
      '  plain: {}',
      '  withDefault: { default: true }',
      '  old: { deprecationMessage: use plain }',
      'runs: { using: node24, main: main.cjs, post: post.cjs }'
    ].join('\n')
  );
  writeFileSync(join(action, 'main.cjs'), appendix + main);
  writeFileSync(join(action, 'post.cjs'), appendix + post);
  return runAction({ inputs: {}, action, mainOnly: post === '', ...options });
}

describe('inputs', () => {
  test('have their defaults, take any case, and reach the process undeclared, with a warning', async () => {
    const print = "console.log(JSON.stringify(env('INPUT_')))";
    const { log, annotations } = await run(print, print, {
      inputs: { PLAIN: 'a', 'un declared': 'b', old: 'c' },
      later: { inputs: { PLAIN: 'later' } }
    });
    const seen = (plain: string) => ({
      INPUT_PLAIN: plain,
      INPUT_WITHDEFAULT: 'true',
      INPUT_OLD: 'c',
      INPUT_UN_DECLARED: 'b'
    });
    const printed = log.split('\n').filter((line) => line.startsWith('{'));
    expect(printed.map((line): unknown => JSON.parse(line))).toEqual([seen('a'), seen('later')]);
    expect(annotations.slice(0, 2).map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warning: Input 'old' has been deprecated with message: use plain",
      "warning: Unexpected input(s) 'un declared', valid inputs are ['plain', 'withDefault', 'old']"
    ]);
  });
});

describe('the post step', () => {
  test('gets the environment of the job again, the state, and empty files of its own', async () => {
    const { log, outputs, state, summary } = await run(
      `process.env.MINE = 'lost'; file('STATE', 'kept=1\\n'); file('ENV', 'FROM_MAIN=2\\n');
       file('OUTPUT', 'first=3\\n'); file('STEP_SUMMARY', 'A'); file('PATH', '/from-main\\n');`,
      `console.log([process.env.MINE, process.env.STATE_kept, process.env.FROM_MAIN, process.env.JOB,
         process.env.PATH.split(':')[0], require('node:fs').readFileSync(process.env.GITHUB_OUTPUT, 'utf8')].join('|'));
       file('OUTPUT', 'second=4\\n'); file('STEP_SUMMARY', 'B');`,
      { env: { JOB: 'main' }, later: { env: { JOB: 'later' } } }
    );
    expect(log).toBe('|1|2|later|/from-main|');
    expect({ outputs, state, summary }).toEqual({
      outputs: { first: '3' },
      state: { kept: '1' },
      summary: 'AB'
    });
  });
});

describe('lines', () => {
  test('end at a carriage return, so that one can begin a command', async () => {
    const { annotations, log } = await run(
      `process.stdout.write('progress 1\\r::error::after a return\\r\\nlast\\r'); setTimeout(() => process.stdout.write('\\nend'), 50)`
    );
    expect(annotations).toEqual([{ level: 'error', title: '', message: 'after a return' }]);
    expect(log).toBe('progress 1\nError: after a return\nlast\nend');
  });

  test('hold commands of both kinds, the older one anywhere, on stderr too', async () => {
    const { annotations, outputs } = await run(
      `console.log('text ##[warning title=a%3Bb;line=1]c%5Dd');
       console.error('  ::notice title=e%2Cf,line=1::g%3Ah%0Ai');
       console.log('text ::error::not at the start'); console.log('::unknown::x'); console.log('##[set-output name=k]v')`
    );
    expect(annotations).toHaveLength(2);
    expect(annotations).toEqual(
      expect.arrayContaining([
        { level: 'warning', title: 'a;b', message: 'c]d' },
        { level: 'notice', title: 'e,f', message: 'g%3Ah\ni' }
      ])
    );
    expect(outputs).toEqual({ k: 'v' });
  });

  test('hold no commands between stop-commands and its token', async () => {
    const { annotations } = await run(
      `console.log('::stop-commands::token7\\n::error::inside\\n::token7::\\n::error::outside')`
    );
    expect(annotations.map(({ message }) => message)).toEqual(['outside']);
  });
});

describe('annotations', () => {
  test('are masked, cut after 4,096 characters, and ten of a level at most', async () => {
    const { annotations } = await run(
      `console.log('::add-mask::hunter2'); console.log('::error::hunter2' + 'x'.repeat(5000));
       for (let i = 0; i < 20; i += 1) console.log('::warning::' + i)`
    );
    expect(annotations).toHaveLength(11);
    expect(annotations[0]?.message).toBe(`***${'x'.repeat(4093)}`);
  });
});

describe('secrets', () => {
  test('in an output keep it from other jobs, in any spelling; a summary is masked', async () => {
    const { droppedOutputs, summary, outputs } = await run(
      `console.log('::add-mask::p"w<1>');
       file('OUTPUT', ['plain=p"w<1>', 'json=' + JSON.stringify('p"w<1>'), 'base64=' + Buffer.from('u:p"w<1>').toString('base64'),
         'of=repo-secret-1', 'none=n'].join('\\n')); file('STEP_SUMMARY', 'p&quot;w&lt;1&gt;')`,
      '',
      { secrets: ['repo-secret-1'] }
    );
    expect(droppedOutputs).toEqual(['plain', 'json', 'base64', 'of']);
    expect(outputs).toMatchObject({ of: 'repo-secret-1', none: 'n' });
    expect(summary).toBe('***');
  });
});

describe('what the runner refuses', () => {
  test.each([
    ["console.log('::set-env name=A::b')", 'set-env'],
    ["file('OUTPUT', 'no separator')", "Unable to process file command 'output' successfully."],
    ["file('OUTPUT', 'a<<END\\nno end')", "Unable to process file command 'output' successfully."]
  ])('%s fails the step', async (main, message) => {
    const { main: result, annotations } = await run(main);
    expect(result.exitCode).toBe(1);
    expect(annotations[0]?.message).toMatch(message);
  });

  test('a summary above 1 MiB', async () => {
    const { summary, annotations } = await run("file('STEP_SUMMARY', 'x'.repeat(1024 * 1024 + 1))");
    expect(summary).toBe('');
    expect(annotations[0]?.message).toMatch('supports content up to a size of 1024k');
  });
});

describe('signals', () => {
  const ignores = (names: string) =>
    `for (const name of [${names}]) process.on(name, () => console.log(name)); setInterval(() => {}, 1000); console.log('ready')`;
  const pauses = { toSigterm: 100, toKill: 100 };
  const post = "console.log('post')";

  /** Runs until the process is ready for signals, then stops it. */
  function stopped(names: string, how: 'cancel' | 'shutdown'): Promise<ActionResult> {
    let stop: (() => void) | undefined;
    return run(ignores(names), post, {
      pauses,
      onMain: (step) => {
        stop = step[how];
      },
      onStdout: (chunk) => {
        if (chunk.includes('ready')) stop?.();
      }
    });
  }

  test('have the pauses of the runner unless a test asks for others', () => {
    expect(signalPauses).toEqual({ toSigterm: 7500, toKill: 2500 });
  });

  test.each([
    ['', 'ready\npost'],
    ["'SIGINT'", 'ready\nSIGINT\npost'],
    ["'SIGINT', 'SIGTERM'", 'ready\nSIGINT\nSIGTERM\npost']
  ])('rise while a process ignores them: %s', async (names, log) => {
    const result = await stopped(names, 'cancel');
    expect(result.log).toBe(log);
    expect(result.main.exitCode).toBeNull();
    expect(result.post?.exitCode).toBe(0);
  });

  test('of a shutdown are the same, and no post step follows', async () => {
    const result = await stopped("'SIGINT'", 'shutdown');
    expect(result.log).toBe('ready\nSIGINT');
    expect(result.post).toBeUndefined();
  });
});
