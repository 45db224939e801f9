/** What the post step does after a main step that was killed or that a cancel did not reach. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../emulator/server.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { actionNode } from '../../scripts/runner.ts';
import { onEmulator, type Scene } from './scene.ts';

const ids = Array.from({ length: 12 }, (_, index) => `i-fleet${String(index + 1).padStart(5, '0')}`);

const fleet = {
  withPost: true,
  world: fleetWorld(ids.length),
  inputs: {
    instanceId: ids.join(','),
    maxUnavailable: '12',
    requestsPerSecond: '50',
    timeout: '60s'
  }
} satisfies Scene;

const balanced: Scene = {
  ...fleet,
  inputs: { ...fleet.inputs, blbId: 'lb-demo0001', drainTime: '10s' }
};

/** The instances whose weight is 0. */
function lowered(emulator: Emulator): readonly string[] {
  const own = emulator.weights().filter(({ instanceId }) => ids.includes(instanceId));
  return own.filter(({ weight }) => weight === 0).map(({ instanceId }) => instanceId);
}

/**
 * Starts the post step while the main step keeps running, as in a container that a cancel did not reach.
 *
 * @param change changes the handover first
 */
function postBeside(
  main: ChildProcess,
  change: (handover: string) => void = () => undefined
): Promise<string> {
  const pairs = readFileSync(`/proc/${main.pid}/environ`, 'utf8').split('\0');
  const env = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  );
  const state = readFileSync(env['GITHUB_STATE'] ?? '', 'utf8');
  const handover = /^handover<<(\S+)\n(.*)\n\1$/m.exec(state)?.[2] ?? '';
  change(handover);
  const script = main.spawnargs.at(-1)?.replace(/main([\\/]index\.js)$/, 'post$1') ?? '';
  const post = spawn(actionNode(), [script], {
    env: { ...env, STATE_handover: handover },
    stdio: ['ignore', 'pipe', 'inherit']
  });
  let text = '';
  post.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return new Promise((resolve) => post.on('close', () => resolve(text)));
}

describe('a main step that is killed', () => {
  test.concurrent('right after a batch was accepted: the post step waits until it shows, and a re-run erases none again', async () => {
    const behaviour = { staleRunningMs: 3_000, rebuildMs: 20_000 };
    await onEmulator({ ...fleet, behaviour }, async (run, emulator) => {
      const first = await run({
        onCall: ({ operation }, step) =>
          void (operation === 'RebuildBatchInstance' && step?.process.kill('SIGKILL'))
      });
      expect(first.main.exitCode).toBeNull();
      expect(emulator.rebuilds).toHaveLength(ids.length);
      expect(first.log).toMatch(/It shows: a re-run will wait for it/);
      const second = await run({ withPost: false, onCall: () => undefined });
      expect(emulator.rebuilds).toHaveLength(ids.length);
      expect(second.main.exitCode).toBe(0);
      expect(second.outputs['status']).toMatch(/^(rebuilt|skipped)$/);
    });
  });

  test.concurrent('while twelve are drained: the post step gives all weights back', async () => {
    await onEmulator(balanced, async (run, emulator) => {
      let atKill: readonly string[] = [];
      const first = await run({
        onCall({ operation }, step) {
          if (operation !== 'UpdateBlbServer' || atKill.length > 0) return;
          atKill = lowered(emulator);
          step?.process.kill('SIGKILL');
        }
      });
      expect(first.main.exitCode).toBeNull();
      expect(atKill).toHaveLength(ids.length);
      expect(lowered(emulator)).toEqual([]);
      expect(emulator.rebuilds).toEqual([]);
    });
  });
});

test.concurrent('a runner that is shut down has no post step: the main step gives the weights back itself', async () => {
  await onEmulator(balanced, async (run, emulator) => {
    let isShut = false;
    const first = await run({
      onCall({ operation }, step) {
        if (operation !== 'UpdateBlbServer' || isShut) return;
        isShut = true;
        step?.shutdown();
      }
    });
    expect(first.post).toBeUndefined();
    expect(first.main.exitCode).toBe(1);
    expect(lowered(emulator)).toEqual([]);
    expect(emulator.rebuilds).toEqual([]);
    expect(first.outputs['status']).not.toBe('rebuilt');
  });
}, 120_000);

const onUnix = process.platform === 'win32' ? test.concurrent.skip : test.concurrent;

onUnix.each<[string, (main: ChildProcess) => void]>([
  ['whose console closes (SIGHUP)', (main) => main.kill('SIGHUP')],
  ['that is gone, so that nobody reads the log', (main) => main.stdout?.destroy()]
])(
  'a runner %s: the main step gives the weights back itself',
  async (_, end) => {
    await onEmulator({ ...balanced, withPost: false }, async (run, emulator) => {
      let isGone = false;
      const first = await run({
        onCall({ operation }, step) {
          if (operation !== 'UpdateBlbServer' || isGone || step === undefined) return;
          isGone = true;
          end(step.process);
        }
      });
      expect(first.main).toMatchObject({ exitCode: 1, stderr: '' });
      expect(lowered(emulator)).toEqual([]);
      expect(emulator.rebuilds).toEqual([]);
    });
  },
  120_000
);

test.concurrent('inputs that no longer parse in the post step: what is left undone is reported, and the summary is written', async () => {
  await onEmulator(balanced, async (run, emulator) => {
    let isKilled = false;
    const first = await run({
      later: { inputs: { timeout: 'soon' } },
      env: { GITHUB_ACTION_REPOSITORY: 'octo/rebuild', GITHUB_ACTION_REF: 'v1' },
      onCall({ operation }, step) {
        if (operation !== 'UpdateBlbServer' || isKilled) return;
        isKilled = true;
        step?.process.kill('SIGKILL');
      }
    });
    const warnings = first.annotations
      .filter(({ level }) => level === 'warning')
      .map(({ message }) => message);
    expect(warnings.join('\n')).toMatch(/inputs are no longer those of the main step.*timeout/);
    expect(warnings.join('\n')).toMatch(/Weights on load balancers are not restored.*i-fleet00001/);
    for (const warning of warnings) {
      expect(warning).toMatch(
        /\nHelp: https:\/\/github\.com\/octo\/rebuild\/blob\/v1\/docs\/troubleshooting\.md(#rejoin|$)/
      );
    }
    expect(first.summary).toMatch(/i-fleet00001/);
    expect(lowered(emulator)).toHaveLength(ids.length);
  });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

// The runner's own post step is left out: it would do what the one beside the main step has to.
onLinux('a main step that a cancel does not reach', () => {
  test.concurrent('is ended by the post step before it restores a weight, and then sends nothing', async () => {
    await onEmulator({ ...balanced, withPost: false }, async (run, emulator) => {
      let post: Promise<string> | undefined;
      const first = await run({
        onCall({ operation }, step) {
          if (operation === 'UpdateBlbServer' && step !== undefined) post ??= postBeside(step.process);
        }
      });
      expect(first.main.exitCode).toBe(1);
      expect(await post).toMatch(/The main step was still running/);
      expect(lowered(emulator)).toEqual([]);
      expect(emulator.rebuilds).toEqual([]);
    });
  });

  test.concurrent('sends nothing after the post step where it had no plan yet', async () => {
    const faults = [{ on: 'ListSnapshots', play: { kind: 'slow', ms: 6_000 } }] as const;
    await onEmulator({ faults }, async (run, emulator) => {
      let post: Promise<string> | undefined;
      const first = await run({
        onCall({ operation }, step) {
          if (operation === 'GetImage' && step !== undefined) post ??= postBeside(step.process);
        }
      });
      expect(await post).toBe('');
      expect(first.main.exitCode).toBe(1);
      expect(first.log).toMatch(/Cancelled before anything was changed/);
      expect(emulator.rebuilds).toEqual([]);
    });
  });

  test.concurrent('sends nothing after a post step that cannot read what it left', async () => {
    await onEmulator({ ...balanced, withPost: false }, async (run, emulator) => {
      let post: Promise<string> | undefined;
      const first = await run({
        onCall({ operation }, step) {
          if (operation !== 'UpdateBlbServer' || step === undefined || post !== undefined) return;
          // Else it would write it anew.
          step.process.kill('SIGSTOP');
          post = postBeside(step.process, (handover) => writeFileSync(handover, '{'));
          void post.then(() => step.process.kill('SIGCONT'));
        }
      });
      expect(await post).toMatch(/Could not read what the main step left: .* Look at the instances/);
      expect(first.main.exitCode).toBe(1);
      expect(lowered(emulator)).toEqual([]);
      expect(emulator.rebuilds).toEqual([]);
    });
  });
});
