import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { probeCommand } from '../../../../src/core/health/guest/guest-command.ts';
import { judgeProof, judgeScript, readProbeLine } from '../../../../src/core/health/guest/guest-proof.ts';
import type { GuestAnswer, GuestChild } from '../../../../src/core/health/guest/guest-run.ts';

const oldBoot = '11111111-2222-4333-8444-555555555555';
const newBoot = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

function child(more: Partial<GuestChild> = {}): GuestChild {
  return {
    instanceId: 'i-1',
    state: 'SUCCESS',
    exitCode: 0,
    stdout: `RB1 nonce=n1 boot=${newBoot} up=20.50\n`,
    stderr: '',
    errorCode: '',
    failReason: '',
    ...more
  };
}

function finished(more: Partial<GuestChild> = {}, sentMs = 100_000): GuestAnswer {
  return { kind: 'finished', runId: 'r-1', nonce: 'n1', sentMs, child: child(more) };
}

const baseline = { bootId: oldBoot, acceptedMs: 0 };

describe('the proof of a new system', () => {
  test('a system with a short uptime, another boot ID and the nonce', () => {
    expect(judgeProof(finished(), baseline)).toEqual({ healthy: true, bootId: newBoot });
  });

  test('without a baseline the uptime is enough', () => {
    expect(judgeProof(finished(), { acceptedMs: 0 })).toMatchObject({ healthy: true });
    expect(judgeProof(finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=90000.1` }), {})).toMatchObject({
      healthy: true
    });
  });

  test.each<[string, GuestAnswer, string]>([
    ['the old boot', finished({ stdout: `RB1 nonce=n1 boot=${oldBoot} up=1.0` }), 'sameBoot'],
    ['an old system', finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=5000.0` }), 'olderBoot'],
    // 97.9 s up, sent 100 s after the acceptance: less than the margin of 2.1 s between them.
    ['one just within the margin', finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=97.9` }), 'olderBoot'],
    ['another nonce', finished({ stdout: `RB1 nonce=n2 boot=${newBoot} up=1.0` }), 'runFailed'],
    ['no line', finished({ stdout: 'hello' }), 'runFailed'],
    ['no boot', finished({ stdout: 'RB1 nonce=n1 boot= up=1.0' }), 'runFailed'],
    ['no uptime', finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=` }), 'runFailed'],
    ['a negative uptime', finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=-5` }), 'runFailed'],
    ['a run that failed', finished({ state: 'FAILED' }), 'runFailed'],
    ['an exit code', finished({ exitCode: 1 }), 'runFailed'],
    ['no exit code', { ...finished(), child: withoutExit() } as GuestAnswer, 'runFailed'],
    ['an agent that is off line', { kind: 'agentOffline' }, 'agentOffline'],
    ['a run that did not end', { kind: 'runLate', runId: 'r-1', state: 'PENDING' }, 'runLate'],
    ['a refused call', { kind: 'assistantCall', isDenied: true, message: 'no' }, 'assistantCall']
  ])('is none with %s', (_, answer, kind) => {
    expect(judgeProof(answer, baseline)).toMatchObject({ healthy: false, reason: { kind } });
  });

  test('a system from before the acceptance is never new, however late the answer comes', () => {
    const ms = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(ms, ms, ms, (bootedAgoMs, acceptedMs, waitMs) => {
        const sentMs = acceptedMs + waitMs;
        const up = ((sentMs - acceptedMs + bootedAgoMs) / 1_000).toFixed(2);
        const answer = finished({ stdout: `RB1 nonce=n1 boot=${newBoot} up=${up}` }, sentMs);
        expect(judgeProof(answer, { acceptedMs })).toMatchObject({ healthy: false });
      })
    );
  });

  test('there may be other lines around it', () => {
    const output = `welcome\r\nRB1 nonce=n0 boot=${oldBoot} up=1\r\nRB1 nonce=n1 boot=${newBoot} up=2.5\r\n`;
    expect(readProbeLine(output, 'n1')).toEqual({ bootId: newBoot, uptimeMs: 2_500 });
  });
});

(existsSync('/proc/sys/kernel/random/boot_id') ? test : test.skip)(
  'the probe works in a real shell, and its line is read (skipped where there is no /proc)',
  () => {
    const nonce = 'abc123';
    const stdout = execFileSync('sh', ['-c', probeCommand('linux').content(nonce).reveal()], {
      encoding: 'utf8'
    });
    const result = judgeProof({ ...(finished({ stdout }) as object), nonce } as GuestAnswer, {});
    expect(result).toMatchObject({ healthy: true, bootId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(readProbeLine(stdout, nonce)?.uptimeMs).toBeGreaterThan(0);
  }
);

describe('the script', () => {
  test('0 is healthy, whatever the output', () => {
    expect(judgeScript(finished({ stdout: 'bad bad' }))).toEqual({ healthy: true });
  });

  test.each(['FAILED', 'SUCCESS'])('another exit code is not, in the state %s', (state) => {
    const stdout = Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n');
    const result = judgeScript(finished({ state, exitCode: 3, stdout, stderr: 'oh\n' }));
    expect(result).toMatchObject({ healthy: false, reason: { kind: 'script', exitCode: 3, runId: 'r-1' } });
    const output = result.healthy || result.reason.kind !== 'script' ? [] : result.reason.output;
    expect(output).toHaveLength(20);
    expect(output.at(-1)).toBe('oh');
  });

  test('a run without an exit code is no result of the script', () => {
    const answer = {
      ...finished(),
      child: { ...withoutExit(), state: 'FAILED', errorCode: 'Timeout' }
    } as GuestAnswer;
    expect(judgeScript(answer)).toMatchObject({
      healthy: false,
      reason: { kind: 'runFailed', errorCode: 'Timeout' }
    });
  });
});

function withoutExit(): GuestChild {
  const { exitCode: _, ...rest } = child();
  return rest;
}
