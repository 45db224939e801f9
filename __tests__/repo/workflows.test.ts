import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readAction } from '../../scripts/action-metadata.ts';
import { ownerOf } from '../../scripts/owner.ts';
import { blocksOf, filesIn, read, type Step, stepsOf, workflowFiles, workflowOf } from './files.ts';
import { complaints } from './language-service.ts';

const repository = `${ownerOf(read('package.json'))}/rebuild-bcc-instance`;
const ours = `${repository}@v1`;
const oursToCall = `${repository}/.github/workflows/rebuild.yml@v1`;
/** The action as the reusable workflow has it: checked out from the commit that the workflow comes from. */
const oursAlongside = './.rebuild-bcc-instance';
const { inputs, outputs } = readAction(read('action.yml'));
const reusable = '.github/workflows/rebuild.yml';
/** Those whose inputs their caller chooses. */
const toBeCalled = [reusable, '.github/workflows/rebuild-emulated.yml'];
const declared = declarations();

/** A job that calls a reusable workflow has no steps. */
interface Call {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

describe('GitHub’s own checker', () => {
  test('has nothing to say about action.yml', async () => {
    expect(await complaints('action', read('action.yml'))).toEqual([]);
  });

  test.each(workflowFiles())('has nothing to say about %s', async (path) => {
    expect(await complaints('workflow', read(path))).toEqual([]);
  });

  test.each([
    [
      'action.yml',
      {
        'a Node that is no more': ['using: node24', 'using: node18'],
        'an icon that is none': ['icon: refresh-cw', 'icon: no-such-icon']
      }
    ],
    [
      'examples/dispatch.yml',
      {
        'an event that is none': ['workflow_dispatch:', 'workflow_dispatched:'],
        'a permission that is none': ['permissions: {}', 'permissions: { contest: read }']
      }
    ],
    [
      'examples/dispatch.yml',
      {
        'a context that is none': ['inputs.imageId }}', 'imputs.imageId }}'],
        'an input that is not declared': ['inputs.force }}', 'inputs.farce }}']
      }
    ],
    [
      'examples/fleet-canary.yml',
      {
        'an output that is none': ['needs.canary.outputs.imageId', 'needs.canary.outputs.imagoId'],
        'an input that is none': ['drainTime: 1m', 'drainTimes: 1m'],
        'a secret that is none': ['BCE_ACCESS_KEY_ID: $', 'BCE_ACCESS_KEY: $']
      }
    ],
    [
      reusable,
      {
        'a type that is none': ['type: boolean', 'type: bool'],
        'a context that is none': ['job.workflow_sha }}', 'job.workflow_shah }}'],
        'an input that is not declared': ['inputs.canary }}', 'inputs.canaries }}'],
        'a job that is none': ['jobs.rebuild.outputs.status', 'jobs.rebuilt.outputs.status']
      }
    ]
  ] as const)('finds the faults that are planted in %s (%#)', async (path, faults) => {
    const text = Object.values<readonly [string, string]>(faults).reduce(planted, read(path));
    const found = await complaints(path === 'action.yml' ? 'action' : 'workflow', text);
    for (const [what, [, bad]] of Object.entries<readonly [string, string]>(faults)) {
      const line = text.slice(0, text.indexOf(bad)).split('\n').length;
      expect([what, found]).toEqual([
        what,
        expect.arrayContaining([expect.stringMatching(`^line ${line}: `)])
      ]);
    }
  });

  test('finds a missing entry in action.yml', async () => {
    const text = planted(read('action.yml'), ['  main: dist/main/index.js\n', '']);
    expect(await complaints('action', text)).not.toEqual([]);
  });
});

describe.each(workflowFiles())('%s', (path) => {
  const workflow = workflowOf(path);

  test('grants nothing at the top, and says for each job what it may do and for how long', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) {
      expect(job).toMatchObject({ permissions: expect.any(Object) });
      // A job that calls a workflow may not say for how long; an input of that workflow does.
      if ((job as Call).uses === undefined) {
        const minutes = toBeCalled.includes(path) ? expression('inputs.timeoutMinutes') : expect.any(Number);
        expect(job).toMatchObject({ 'timeout-minutes': minutes });
      }
    }
  });

  test('pins every action by its commit, with the version beside it', () => {
    const uses = [...read(path).matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, text = '']) => text);
    const loose = uses.filter((text) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(text));
    const users = [...stepsOf(workflow), ...callsOf(path)].filter((one) => one.uses !== undefined);
    expect(uses.length).toBe(users.length);
    const own = [ours, oursToCall, oursAlongside];
    expect(loose.filter((text) => !own.includes(text) && !text.startsWith('./'))).toEqual([]);
  });

  test('gives this action only inputs that it has, and all that it requires', () => {
    for (const step of stepsOf(workflow).filter(isOurs)) {
      const given = Object.keys(step.with ?? {});
      const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
      // What the reusable workflow passes on is chosen by its caller.
      if (!toBeCalled.includes(path)) expectOneOfEach(given, 'adminPass');
    }
  });

  test('puts no expression into a script, where it could become a command', () => {
    const scripts = stepsOf(workflow).map((step) => ('run' in step ? String(step.run) : ''));
    expect(scripts.filter((script) => script.includes('$' + '{{'))).toEqual([]);
  });
});

describe('Windows, where a step without a shell gets PowerShell', () => {
  /** The jobs of a workflow that run there, or may. */
  const jobsOn = (path: string) =>
    Object.entries(workflowOf(path).jobs).filter(([, job]) =>
      JSON.stringify([(job as Strategic).strategy, toBeCalled.includes(path) ? 'windows' : '']).includes(
        'windows'
      )
    );

  test.each(workflowFiles().filter((path) => jobsOn(path).length > 0))(
    '%s names the shell of its scripts',
    (path) => {
      const steps = jobsOn(path).flatMap(([, { steps: all }]) => all ?? []) as readonly Script[];
      const scripts = steps.filter(({ run }) => run !== undefined && !/^npm [\w ]+$/.test(run));
      expect(scripts.filter(({ shell }) => shell === undefined)).toEqual([]);
    }
  );

  test('is where CI plays the action, its failures, the proxy and the reusable workflow', () => {
    const names = jobsOn('.github/workflows/ci.yml').map(([name]) => name);
    expect(names).toEqual(['units', 'action', 'failure', 'proxy', 'reusable']);
  });
});

describe.each(filesIn('examples', /\.yml$/))('%s', (path) => {
  test('uses the action, and never cuts off a rebuild for a newer run', () => {
    const users = [...stepsOf(workflowOf(path)), ...callsOf(path)].map(({ uses }) => uses);
    expect(users.some((uses) => uses === ours || uses === oursToCall)).toBe(true);
    expect(workflowOf(path).concurrency).toMatchObject({ 'cancel-in-progress': false });
  });

  test('gives the reusable workflow only what it declares, of the right type, and all that it requires', () => {
    for (const call of callsOf(path)) {
      const given = { ...call.with };
      expect(call.uses).toBe(oursToCall);
      expect(Object.keys(declared.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
      expect(Object.keys(given)).toEqual(expect.arrayContaining([...requiredOf(declared.inputs)]));
      for (const [name, value] of Object.entries(given)) {
        if (String(value).startsWith('$' + '{{')) continue;
        expect([name, typeof value]).toEqual([name, declared.inputs[name]?.type]);
      }
      const secrets = Object.keys(call.secrets ?? {});
      expect(Object.keys(declared.secrets)).toEqual(expect.arrayContaining(secrets));
      expect(secrets).toEqual(expect.arrayContaining([...requiredOf(declared.secrets)]));
      expectOneOfEach([...Object.keys(given), ...secrets], 'BCC_ADMIN_PASS');
    }
  });

  test('passes each secret on under its own name, without which one of the environment would not count', () => {
    for (const [name, value] of callsOf(path).flatMap((call) => Object.entries(call.secrets ?? {}))) {
      expect(value).toBe(expression(`secrets.${name}`));
    }
  });

  test('lets no region that fails cancel one that is at work', () => {
    for (const { strategy } of Object.values(workflowOf(path).jobs) as readonly Strategic[]) {
      expect(strategy === undefined || strategy['max-parallel'] === 1 || !strategy['fail-fast']).toBe(true);
    }
  });

  test('asks a call only for outputs that the reusable workflow has', () => {
    const asked = [...read(path).matchAll(/needs\.(\w+)\.outputs\.(\w+)/g)];
    const jobs = workflowOf(path).jobs as Readonly<Record<string, Call & { outputs?: object }>>;
    for (const [, job = '', name = ''] of asked) {
      const from = jobs[job]?.uses === oursToCall ? declared.outputs : jobs[job]?.outputs;
      expect(Object.keys(from ?? {})).toContain(name);
    }
  });

  test('is named in README.md', () => {
    expect(read('README.md')).toContain(`(${path})`);
  });
});

describe('the reusable workflow', () => {
  const job = Object.values(workflowOf(reusable).jobs)[0] as Readonly<Record<string, unknown>>;
  const given = stepsOf(workflowOf(reusable)).find(isOurs)?.with ?? {};
  /** The environment of the job makes the Deployment record, so that the action makes none. */
  const byJob = ['githubToken', 'environment', 'environmentUrl'];
  const asSecret: Readonly<Record<string, string>> = {
    accessKeyId: 'BCE_ACCESS_KEY_ID',
    secretAccessKey: 'BCE_SECRET_ACCESS_KEY',
    sessionToken: 'BCE_SESSION_TOKEN',
    adminPass: 'BCC_ADMIN_PASS'
  };

  test('passes every input of the action on, from an input of the same name or from a secret', () => {
    const expected = Object.keys(inputs)
      .filter((name) => !byJob.includes(name))
      .map((name) => {
        const secret = asSecret[name];
        return [name, expression(secret === undefined ? `inputs.${name}` : `secrets.${secret}`)];
      });
    expect(given).toEqual(Object.fromEntries(expected));
    expect(new Set(Object.keys(declared.secrets))).toEqual(new Set(Object.values(asSecret)));
  });

  test('declares no input that goes nowhere', () => {
    const ofItsOwn = ['environment', 'environmentUrl', 'runsOn', 'timeoutMinutes'];
    const goOn = Object.keys(given).filter((name) => asSecret[name] === undefined);
    expect(new Set(Object.keys(declared.inputs))).toEqual(new Set([...goOn, ...ofItsOwn]));
    const text = JSON.stringify(job);
    for (const name of ofItsOwn) expect(text).toContain(`inputs.${name}`);
  });

  test('has the defaults of action.yml', () => {
    const usual = Object.keys(given).filter((name) => asSecret[name] === undefined);
    const here = usual.map((name) => [name, String(declared.inputs[name]?.default)]);
    expect(here).toEqual(usual.map((name) => [name, inputs[name]?.default ?? '']));
  });

  test('hands out outputs of the action, but none that grow beyond what GitHub takes from a job', () => {
    const names = Object.keys(outputs).filter(
      (name) => !['result', 'resultFile', 'knownHosts'].includes(name)
    );
    const ofJob = names.map((name) => [name, expression(`steps.rebuild.outputs.${name}`)]);
    const ofWorkflow = Object.entries(declared.outputs).map(([name, { value }]) => [name, value]);
    expect(job['outputs']).toEqual(Object.fromEntries(ofJob));
    expect(Object.fromEntries(ofWorkflow)).toEqual(
      Object.fromEntries(names.map((name) => [name, expression(`jobs.rebuild.outputs.${name}`)]))
    );
  });

  test('runs one at a time for each environment and region, and never cuts one off', () => {
    expect(job['concurrency']).toEqual({
      group: `bcc-${expression('inputs.environment')}-${expression('inputs.region')}`,
      'cancel-in-progress': false
    });
  });

  const steps = stepsOf(workflowOf(reusable)) as readonly (Step & { run?: string; env?: object })[];

  test('takes the action from the commit that it comes from itself', () => {
    expect(steps[1]?.with).toMatchObject({
      repository: expression('job.workflow_repository'),
      ref: expression('job.workflow_sha'),
      path: oursAlongside.slice('./'.length)
    });
  });

  const commit = 'a'.repeat(40);

  test('stops unless it knows repository and commit', () => {
    expect(steps[0]?.env).toEqual({
      REPOSITORY: expression('job.workflow_repository'),
      COMMIT: expression('job.workflow_sha')
    });
    const cases = [
      ['', '', 1],
      ['octo/demo', '', 1],
      ['', commit, 1],
      ['octo/demo', 'main', 1],
      ['octo/demo', commit, 0]
    ] as const;
    // One shell for all: to start a process from this large one costs far more than a shell.
    const each = cases.map(
      ([repository, sha]) =>
        `REPOSITORY='${repository}' COMMIT='${sha}' bash -eo pipefail -c "$RUN" | cut -c1-35; echo "\${PIPESTATUS[0]}"`
    );
    const env = { PATH: process.env['PATH'], RUN: steps[0]?.run ?? 'exit 9' };
    const { stdout } = spawnSync('bash', ['-c', each.join('\n')], { env, encoding: 'utf8' });
    const told = '::error title=Nothing was rebuilt::';
    expect(stdout).toBe(
      cases.map(([, , status]) => (status === 0 ? '0\n' : `${told}\n${status}\n`)).join('')
    );
  });
});

test('docs/fleets.md shows the action with inputs that it has', () => {
  const steps = blocksOf('docs/fleets.md', 'yaml').flatMap((block) => parse(block) as readonly Step[]);
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) {
    expect(step.uses).toBe(ours);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    expectOneOfEach(Object.keys(step.with ?? {}), 'adminPass');
  }
});

/** A step that runs a script. */
interface Script extends Step {
  readonly run?: string;
  readonly shell?: string;
}

/** A job with a matrix. */
interface Strategic {
  readonly strategy?: Readonly<Record<string, unknown>>;
}

/** What the reusable workflow declares. */
interface Declared {
  readonly inputs: Readonly<Record<string, { type: string; required?: boolean; default?: unknown }>>;
  readonly secrets: Readonly<Record<string, { required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { value: string }>>;
}

function declarations(): Declared {
  return (workflowOf(reusable) as unknown as { on: { workflow_call: Declared } }).on.workflow_call;
}

function requiredOf(
  declarations: Readonly<Record<string, { readonly required?: boolean }>>
): readonly string[] {
  return Object.keys(declarations).filter((name) => declarations[name]?.required === true);
}

/** The jobs of a workflow that call another. */
function callsOf(path: string): readonly Call[] {
  const jobs = Object.values(workflowOf(path).jobs) as readonly Call[];
  return jobs.filter(({ uses }) => uses !== undefined);
}

function isOurs({ uses }: { readonly uses?: string }): boolean {
  return uses === ours || uses === oursAlongside || uses === './';
}

/** One way to log in, one choice of instances, one of the image. */
function expectOneOfEach(given: readonly string[], password: string): void {
  for (const choice of [
    [password, 'keypairId', 'keepImageLogin'],
    ['instanceId', 'instanceTag'],
    ['imageId', 'imageName']
  ]) {
    expect(given.filter((name) => choice.includes(name))).toHaveLength(1);
  }
}

/** An expression of GitHub's. */
function expression(text: string): string {
  return `$\{{ ${text} }}`;
}

/** A text with a fault planted in it. */
function planted(text: string, [good, bad]: readonly [good: string, bad: string]): string {
  expect(text).toContain(good);
  return text.replace(good, bad);
}
