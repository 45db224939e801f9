/**
 * Lost answers to the rebuild: only observing shows whether the rebuild was accepted. If it was not,
 * that takes a minute before the one more send; so all scenes run at the same time.
 */
import { describe, expect, test } from '@jest/globals';
import type { Fault, WirePlay } from '../../emulator/faults/faults.ts';
import { expectGreen, expectRebuilds, expectRed, playAll, type Scene, storyOf } from './scene.ts';

const onRebuild = (play: WirePlay): readonly Fault[] => [{ on: 'RebuildInstance', play }];

/** Longer than the minute of observing. */
const inputs = { timeout: '100s', pollInterval: '2s' };

const notTaken: Readonly<Record<string, Scene>> = {
  'reset before': { inputs, faults: onRebuild({ kind: 'reset', when: 'before' }) },
  'a redirect': {
    inputs,
    faults: onRebuild({ kind: 'redirect', to: 'http://127.0.0.1:1/', status: 307 })
  },
  'a 503 that means throttling': {
    inputs,
    faults: onRebuild({
      kind: 'throttle',
      shape: { status: 503, code: 'ServiceUnavailable', retryAfter: 1 }
    })
  },
  'reset before, onto the same image': {
    inputs: { ...inputs, imageId: 'm-web-1', force: 'true' },
    faults: onRebuild({ kind: 'reset', when: 'before' })
  }
};

const taken: Readonly<Record<string, Scene>> = {
  'reset after, a service that is slow to show it, second rebuilds queued': {
    inputs,
    behaviour: { secondRebuild: 'queued', staleRunningMs: 40_000 },
    faults: onRebuild({ kind: 'reset', when: 'after' })
  },
  'reset after, onto the same image': {
    inputs: { ...inputs, imageId: 'm-web-1', force: 'true' },
    faults: onRebuild({ kind: 'reset', when: 'after' })
  },
  // Our own deadline for a write is half a minute; meanwhile the rebuild has come and gone.
  'hang after': {
    inputs,
    behaviour: { rebuildMs: 35_000 },
    faults: onRebuild({ kind: 'hang', when: 'after' })
  }
};

const others: Readonly<Record<string, Scene>> = {
  // Long enough for the departure to be seen after the hang.
  'hang on a read': {
    behaviour: { rebuildMs: 30_000 },
    inputs: { timeout: '90s' },
    faults: [{ on: 'GetInstance', from: 5, play: { kind: 'hang' } }]
  },
  'hang on a read before the plan': { faults: [{ on: 'GetImage', play: { kind: 'hang' } }] },
  'everything hangs': {
    inputs: { timeout: '20s' },
    faults: [{ on: '*', times: Number.MAX_SAFE_INTEGER, play: { kind: 'hang' } }]
  },
  // As the service says it when a session ends while the rebuild goes on.
  'refused as skewed, in the wait': {
    inputs: { ...inputs, pollInterval: '5s' },
    behaviour: { rebuildMs: 90_000 },
    faults: [
      {
        on: 'GetInstance',
        from: 4,
        times: Number.MAX_SAFE_INTEGER,
        play: { kind: 'error', status: 400, code: 'RequestExpired' }
      }
    ]
  },
  // A minute of observing does not fit into this timeout, so there is no second send.
  'reset before, with a short timeout': {
    inputs: { timeout: '20s' },
    faults: onRebuild({ kind: 'reset', when: 'before' })
  }
};

/** Answers that are lost or broken although the rebuild was taken, each to an instance of its own. */
const takenPlays: Readonly<Record<string, WirePlay>> = {
  'i-500': { kind: 'error', status: 500, code: 'InternalError', when: 'after' },
  'i-503': { kind: 'error', status: 503, code: 'ServiceUnavailable', when: 'after' },
  'i-cut': { kind: 'cutBody' },
  'i-cutchunked': { kind: 'cutBody', chunked: true },
  'i-303': { kind: 'error', status: 303, code: 'SeeOther', when: 'after' },
  'i-reset': { kind: 'reset', when: 'after' },
  'i-empty': { kind: 'emptyBody' },
  'i-garbage': { kind: 'garbage' }
};
const takenIds = Object.keys(takenPlays);

/** They are rebuilt one after another. */
const oneByOne: Scene = {
  inputs: { instanceId: takenIds.join(',') },
  world: { instances: takenIds.map((id) => ({ id })) },
  behaviour: { rebuildMs: 2500 },
  faults: Object.entries(takenPlays).map(([instanceId, play]) => ({
    on: 'RebuildInstance',
    instanceId,
    play
  }))
};

// Hardly any of them does anything but wait, and the longest has to begin with the first.
const scenes = Object.entries({ ...notTaken, ...taken, ...others, oneByOne });
const played = playAll(
  Object.fromEntries(scenes.map(([name, scene]) => [name, { ...scene, isTimed: true }])),
  40
);

describe('a lost answer', () => {
  test.each(Object.keys(notTaken))('not accepted: %s', async (name) => {
    const result = await played(name);
    expectGreen(result, 'rebuilt');
    expect(storyOf(result.calls)).toBe('reads RebuildInstance reads RebuildInstance reads');
    expectRebuilds(result, 2);
    // The emulator's times are those of arrival, which a busy machine delays.
    const [first, second] = result.calls.filter(({ operation }) => operation === 'RebuildInstance');
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(58_000);
    expect(result.log).toMatch(/the answer is lost.*\n(.*\n)*.*nothing has started: sending once more/);
  });

  test.each(Object.keys(taken))('accepted: %s', async (name) => {
    const result = await played(name);
    expectGreen(result, 'rebuilt');
    expect(storyOf(result.calls)).toBe('reads RebuildInstance reads');
    expectRebuilds(result, 1);
  });

  test('accepted, one instance after another: nothing is sent twice', async () => {
    const result = await played('oneByOne');
    const { requestId = '' } = result.outputs;
    expectGreen(result, 'rebuilt');
    expect(storyOf(result.calls)).toBe(`${takenIds.map(() => 'reads RebuildInstance').join(' ')} reads`);
    expectRebuilds(result, takenIds.length, takenIds.length);
    // Those after which it is not even known that it was accepted.
    const lines = result.log.split('\n').filter((line) => line.includes('the answer is lost'));
    expect(lines.map((line) => /i-\w+/.exec(line)?.[0])).toEqual(['i-500', 'i-503', 'i-303', 'i-reset']);
    expect(result.report?.instances.map(({ status }) => status)).toEqual(takenIds.map(() => 'rebuilt'));
    // A reset takes the request ID with it.
    expect(requestId.split(',').map((id) => /^[\w-]{36}$/.test(id))).toEqual(
      takenIds.map((id) => id !== 'i-reset')
    );
  });

  test('a read that hangs is given up after 15 s and repeated', async () => {
    for (const name of ['hang on a read', 'hang on a read before the plan']) {
      const result = await played(name);
      expectGreen(result, 'rebuilt');
      expectRebuilds(result, 1);
      const operation = name === 'hang on a read' ? 'GetInstance' : 'GetImage';
      const calls = result.calls.filter((call) => call.operation === operation);
      const hung = calls.findIndex(({ fault }) => fault === 'hang');
      const pauseMs = (calls[hung + 1]?.atMs ?? 0) - (calls[hung]?.atMs ?? 0);
      expect(pauseMs).toBeGreaterThanOrEqual(13_500);
      expect(pauseMs).toBeLessThan(18_000);
    }
  });

  test('where every read hangs from the first on, the run ends at its timeout', async () => {
    const result = await played('everything hangs');
    expect(result.main.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ status: 'failed', changed: 'false' });
    expect(result.rebuilds).toEqual([]);
    const asked = result.calls.filter(({ operation }) => operation === 'GetInstance');
    // At 0 s and at 15 s; five attempts of 15 s each would go far beyond the timeout of 20 s.
    expect(asked.length).toBeLessThanOrEqual(2);
  }, 120_000);

  test('a write that hangs is given up after 30 s', async () => {
    const { calls } = await played('hang after');
    const sent = calls.findIndex(({ operation }) => operation === 'RebuildInstance');
    const pauseMs = (calls[sent + 1]?.atMs ?? 0) - (calls[sent]?.atMs ?? 0);
    expect(pauseMs).toBeGreaterThanOrEqual(28_000);
    expect(pauseMs).toBeLessThan(33_000);
  });

  test('reads that stay refused as skewed end the wait after a minute, and nothing is called untouched', async () => {
    const result = await played('refused as skewed, in the wait');
    expectRed(result, {
      cause: /i-demo0001: GetInstance: .*RequestExpired.*The rebuild goes on without this run/,
      remedy: /old content of the system disk is gone/,
      changed: true
    });
    expectRebuilds(result, 1);
    const seconds = Number(result.outputs['durationSeconds']);
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(90);
  });

  test('nothing is sent again, and nothing claimed, if there is no time to observe for a minute', async () => {
    const result = await played('reset before, with a short timeout');
    expectRed(result, {
      cause: /not proven: its answer was lost/,
      remedy: /Whether the system disk is being rebuilt is not known\.\n.*in the console first/,
      changed: true
    });
    expectRebuilds(result, 1, 0);
  });
});
