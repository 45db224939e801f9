/** The Deployment record on GitHub: made before the rebuild, closed by the post step, and never a reason to fail. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { bodyOf } from '../bce/server.ts';
import { beginAll, expectGreen, expectNoSecrets, expectRed, type Played, play, type Scene } from './scene.ts';

const githubToken = 'ghs_processEXAMPLE0123456789';
const record = { githubToken, environment: 'production', environmentUrl: 'https://www.example.com/' };

/** One call that came to GitHub. */
interface GitHubCall {
  readonly line: string;
  readonly token: string;
  /** How many calls of the run the service had answered before. */
  readonly after: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** How this GitHub behaves. */
type Mood = 'good' | 'slow' | 'broken' | 'silent' | 'forbidden';

/** A run, and what GitHub saw of it. */
interface Recorded extends Played {
  readonly github: readonly GitHubCall[];
}

/** Plays a scene with a record on a GitHub of its own. */
async function withGitHub(mood: Mood, scene: Scene = {}): Promise<Recorded> {
  const github: GitHubCall[] = [];
  let answered = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const line = `${request.method} ${request.url}`;
      const token = request.headers.authorization ?? '';
      github.push({ line, token, after: answered, json: JSON.parse(body) });
      if (mood === 'silent') return;
      const reply = (status: number, json: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(json));
      };
      if (mood === 'forbidden') reply(403, { message: 'Resource not accessible\n::error::gotcha' });
      else if (mood === 'broken' && github.length > 1) reply(500, {});
      else if (mood === 'slow') setTimeout(() => reply(201, { id: 42 }), 700);
      else reply(201, { id: line.endsWith('/deployments') ? 42 : 7 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const result = await play({
      withPost: true,
      ...scene,
      onCall(call, step) {
        answered += 1;
        scene.onCall?.(call, step);
      },
      inputs: { ...record, ...scene.inputs },
      env: { GITHUB_API_URL: `http://127.0.0.1:${port}`, ...scene.env }
    });
    expectNoSecrets(result, [githubToken]);
    return { ...result, github };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const states = (github: readonly GitHubCall[]): readonly unknown[] =>
  github.filter(({ line }) => line.endsWith('/statuses')).map(({ json }) => json['state']);

/** Green, but for one warning that says what is wrong. */
function expectWarned(result: Played, about: RegExp, warnings = 1): void {
  expect(result.main.exitCode).toBe(0);
  expect(result.outputs['status']).toBe('rebuilt');
  expect(result.rebuilds).toHaveLength(1);
  expect(result.annotations.map(({ level }) => level)).toEqual(Array(warnings).fill('warning'));
  expect(result.annotations[0]?.message).toMatch(about);
}

/** A cancel while the call to GitHub is under way; also gives how long the process took to end. */
async function cancelledMeanwhile(mood: Mood): Promise<Recorded> {
  let [signalledMs, endedMs] = [0, 0];
  const result = await withGitHub(mood, {
    onMain: (step) => step.process.once('exit', () => (endedMs = performance.now())),
    onCall({ operation }, step) {
      if (operation !== 'ListSnapshots') return;
      setTimeout(() => {
        signalledMs = performance.now();
        step?.cancel();
      }, 700);
    }
  });
  expect(endedMs - signalledMs).toBeLessThan(2000);
  return result;
}

const recorded = beginAll({
  success: () => withGitHub('good'),
  failure: () =>
    withGitHub('good', {
      faults: [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }]
    }),
  cancel: () =>
    withGitHub('good', {
      behaviour: { rebuildMs: 60_000 },
      onCall({ operation }, step) {
        if (operation === 'RebuildInstance') setTimeout(() => step?.cancel(), 1500);
      }
    }),
  skip: () => withGitHub('good', { inputs: { imageId: 'm-web-1' } }),
  plan: () => withGitHub('good', { withPost: false, inputs: { dryRun: 'true' } }),
  refusal: () =>
    withGitHub('good', {
      withPost: false,
      world: { instances: [{ id: 'i-demo0001', deletionProtection: 1 }] }
    }),
  forbidden: () => withGitHub('forbidden', { withPost: false }),
  silent: () => withGitHub('silent', { withPost: false }),
  broken: () => withGitHub('broken'),
  cancelWhileSlow: () => cancelledMeanwhile('slow'),
  cancelWhileSilent: () => cancelledMeanwhile('silent')
});

describe('a Deployment record', () => {
  test('of a success is opened before the rebuild and closed with the address', async () => {
    const result = await recorded('success');
    expectGreen(result, 'rebuilt');
    expect(result.github.map(({ line }) => line)).toEqual([
      'POST /repos/octo/demo/deployments',
      'POST /repos/octo/demo/deployments/42/statuses',
      'POST /repos/octo/demo/deployments/42/statuses'
    ]);
    const [opened, begun, closed] = result.github;
    expect(opened?.json).toMatchObject({
      ref: '0'.repeat(40),
      environment: 'production',
      auto_merge: false,
      required_contexts: [],
      payload: { imageId: 'm-web-2', instanceIds: ['i-demo0001'] }
    });
    expect(begun?.json).toMatchObject({ state: 'in_progress' });
    expect(begun?.json).not.toHaveProperty('environment_url');
    expect(closed?.json).toMatchObject({
      state: 'success',
      environment_url: 'https://www.example.com/',
      log_url: 'https://github.com/octo/demo/actions/runs/1'
    });
    expect(new Set(result.github.map(({ token }) => token))).toEqual(new Set([`token ${githubToken}`]));
    // Before the call that rebuilds, and after the last observation.
    const sent = result.calls.findIndex(({ operation }) => operation === 'RebuildInstance');
    expect(begun?.after).toBeLessThanOrEqual(sent);
    expect(closed?.after).toBe(result.calls.length);
  });

  test('of a failure is closed as one', async () => {
    const result = await recorded('failure');
    expectRed(result, { cause: /status Error/, remedy: /console/, changed: true });
    expect(states(result.github)).toEqual(['in_progress', 'failure']);
  });

  test('of a cancel is closed as inactive', async () => {
    const result = await recorded('cancel');
    expectRed(result, { cause: /cancelled/, remedy: /Run again/, status: 'inProgress', changed: true });
    expect(states(result.github)).toEqual(['in_progress', 'inactive']);
  });

  test('of a skip is a success, and a plan or a refusal has none', async () => {
    const skipped = await recorded('skip');
    expectGreen(skipped, 'skipped', false);
    expect(states(skipped.github)).toEqual(['in_progress', 'success']);
    const planned = await recorded('plan');
    expectGreen(planned, 'planned', false);
    expect(planned.github).toEqual([]);
    const refused = await recorded('refusal');
    expectRed(refused, { cause: /deletionProtection/, remedy: /allowProtected/, changed: false });
    expect(refused.github).toEqual([]);
  });

  test.each([
    ['forbidden', /No Deployment record: .*Resource not accessible/],
    ['silent', /No Deployment record/]
  ] as const)('that GitHub does not make (%s) is only warned of', async (mood, about) => {
    const result = await recorded(mood);
    expectWarned(result, about);
    expect(result.github).toHaveLength(1);
    expect(result.main.stdout).not.toMatch(/^\s*::error/m);
  });

  test('that was created but could not be set to in_progress is still closed; that it cannot be is only warned of', async () => {
    const result = await recorded('broken');
    expectWarned(result, /Deployment record/, 2);
    expect(result.annotations[1]?.message).toMatch(/Could not close the Deployment record/);
    expect(states(result.github).at(-1)).toBe('success');
  });

  test.each(['cancelWhileSlow', 'cancelWhileSilent'] as const)(
    'does not hold up a cancel, which is reported like any other (%s)',
    async (name) => {
      const result = await recorded(name);
      expect(result.rebuilds).toEqual([]);
      expectRed(result, { cause: /[Cc]ancelled/, remedy: /./, changed: false });
      expect(result.log).toMatch(/(Failed|Cancelled) after /);
      expect(result.summary).toMatch('<code>i-demo0001</code>');
    }
  );
});
