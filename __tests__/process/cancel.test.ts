/** A cancel at any moment: the process ends at once in red, nothing more is sent, and what is known is reported. */
import { describe, expect, test } from '@jest/globals';
import type { CallRecord } from '../../emulator/http/records.ts';
import { type MainStep, signalPauses } from '../../scripts/runner.ts';
import { beginAll, countOf, expectLines, expectRed, type Played, play, type Scene } from './scene.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** What a cancelled run was like. */
interface Cancelled extends Played {
  /** From the signal to the end of the main process. */
  readonly tookToEndMs: number;
  /** Rebuilds that had been asked for when the signal came. */
  readonly sentBefore: number;
}

/** Runs the scene and sends the signal a little after the first call that `when` picks. */
async function cancelled(
  scene: Scene,
  signal: NodeJS.Signals,
  when: (call: CallRecord, earlier: readonly CallRecord[]) => boolean,
  pauseMs = 50
): Promise<Cancelled> {
  const calls: CallRecord[] = [];
  let [fired, signalledMs, endedMs, sentBefore] = [false, 0, 0, 0];
  const strike = (step: MainStep): void => {
    sentBefore = calls.filter(({ operation }) => operation === 'RebuildInstance').length;
    signalledMs = performance.now();
    step.process.kill(signal);
  };
  const result = await play({
    withPost: true,
    ...scene,
    onMain: (step) => step.process.once('exit', () => (endedMs = performance.now())),
    onCall(call, step) {
      const hit = !fired && when(call, calls);
      calls.push(call);
      if (!hit || step === undefined) return;
      fired = true;
      setTimeout(() => strike(step), pauseMs);
    }
  });
  expect(fired).toBe(true);
  return { ...result, tookToEndMs: endedMs - signalledMs, sentBefore };
}

/** What holds of every cancel. */
function expectCancelled(run: Cancelled): void {
  expect(run.main.exitCode).toBe(1);
  // After this long the runner would send SIGTERM: what counts, and what a busy machine does not pass.
  expect(run.tookToEndMs).toBeLessThan(signalPauses.toSigterm);
  expect(run.tookToEndMs).toBeGreaterThan(0);
  expect(countOf(run, 'RebuildInstance')).toBe(run.sentBefore);
  expect(Object.keys(run.state)).toEqual(['handover']);
  // Some scenes leave the post step out.
  expect(run.post ?? { exitCode: 0, stderr: '' }).toMatchObject({ exitCode: 0, stderr: '' });
}

/** The post step has to meet the rebuild while it still shows, however busy the machine is. */
const longEnough = { rebuildMs: 60_000 } as const;

const rebuildCall = ({ operation }: CallRecord): boolean => operation === 'RebuildInstance';
const observedAfterIt = (call: CallRecord, earlier: readonly CallRecord[]): boolean =>
  call.operation === 'GetInstance' && earlier.some(rebuildCall);

/** Scene, moment and pause. */
const moments = {
  'in the first reads': [
    { faults: [{ on: 'GetInstance', play: { kind: 'slow', ms: 30_000 } }] },
    ({ operation }) => operation === 'GetInstance'
  ],
  'in the pause before a read is repeated': [
    {
      inputs: { timeout: '60s' },
      faults: [
        {
          on: 'GetInstance',
          times: 9,
          play: { kind: 'throttle', shape: { status: 429, code: 'RateLimit', retryAfter: 30 } }
        }
      ]
    },
    ({ operation }) => operation === 'GetInstance',
    300
  ],
  'while a stopped instance is watched before the send': [
    { inputs: { timeout: '60s' }, world: { instances: [{ id: 'i-demo0001', status: 'Stopped' }] } },
    (call, earlier) =>
      call.operation === 'GetInstance' && earlier.some(({ operation }) => operation === 'ListSnapshots')
  ],
  'while the answer of the rebuild is a little slow': [
    { behaviour: longEnough, faults: [{ on: 'RebuildInstance', play: { kind: 'slow', ms: 400 } }] },
    rebuildCall
  ],
  'while the rebuild hangs that was accepted': [
    { behaviour: longEnough, faults: [{ on: 'RebuildInstance', play: { kind: 'hang', when: 'after' } }] },
    rebuildCall
  ],
  'in the wait': [{ behaviour: longEnough }, observedAfterIt, 400],
  'in a slow observation of the wait': [
    {
      behaviour: longEnough,
      faults: [{ on: 'GetInstance', from: 2, play: { kind: 'slow', ms: 30_000 } }]
    },
    observedAfterIt,
    100
  ]
} satisfies Record<string, [Scene, (call: CallRecord, earlier: readonly CallRecord[]) => boolean, number?]>;

const onSigterm: ReadonlySet<string> = new Set<keyof typeof moments>([
  'while a stopped instance is watched before the send',
  'while the rebuild hangs that was accepted',
  'in the wait'
]);

/** For SIGTERM, which takes the same way, one moment before the send, during it and after it. */
const works = signals.flatMap((signal) =>
  Object.entries(moments)
    .filter(([name]) => signal === 'SIGINT' || onSigterm.has(name))
    .map(([name, [scene, when, pauseMs]]): [string, () => Promise<Cancelled>] => [
      `${name}, ${signal}`,
      () => cancelled(scene, signal, when, pauseMs)
    ])
);
// Few at a time: it is the time to end that is measured.
const played = beginAll(Object.fromEntries(works), 5);

async function cancelOf(name: string): Promise<Cancelled> {
  const run = await played(name);
  expectCancelled(run);
  return run;
}

describe('a cancel', () => {
  test('before there is a plan', async () => {
    for (const moment of ['in the first reads', 'in the pause before a read is repeated'] as const) {
      const run = await cancelOf(`${moment}, SIGINT`);
      expectRed(run, {
        cause: /Cancelled before anything was changed/,
        remedy: /./,
        changed: false
      });
      expect(run.rebuilds).toEqual([]);
    }
  });

  test.each(signals)('between the plan and the send (%s)', async (signal) => {
    const run = await cancelOf(`while a stopped instance is watched before the send, ${signal}`);
    expectRed(run, {
      cause: /i-demo0001: cancelled/,
      remedy: /There is nothing to repair/,
      changed: false
    });
    expect(run.rebuilds).toEqual([]);
    expect(run.outputs).toMatchObject({ instanceIds: 'i-demo0001', imageId: 'm-web-2', requestId: '' });
    expect(run.summary).toMatch('<code>i-demo0001</code>');
  });

  test('during the send, with an answer that comes in time', async () => {
    const run = await cancelOf('while the answer of the rebuild is a little slow, SIGINT');
    expectGoesOn(run, /old content of the system disk is gone/);
    expect(run.outputs['requestId']).toBe(run.rebuilds[0]?.requestId);
  });

  test.each(signals)('during the send, with no answer (%s)', async (signal) => {
    const run = await cancelOf(`while the rebuild hangs that was accepted, ${signal}`);
    expectGoesOn(run, /Whether the system disk is being rebuilt is not known/);
    expect(run.log).toMatch('It shows: a re-run will wait for it');
  });

  test.each(['in the wait, SIGINT', 'in the wait, SIGTERM', 'in a slow observation of the wait, SIGINT'])(
    '%s',
    async (moment) => {
      const run = await cancelOf(moment);
      expectGoesOn(run, /old content of the system disk is gone/);
      expect(run.outputs['requestId']).toBe(run.rebuilds[0]?.requestId);
    }
  );
});

/** A rebuild is under way, and goes on without the run. */
function expectGoesOn(run: Cancelled, disk: RegExp): void {
  expectRed(run, {
    cause: /i-demo0001: cancelled; its last status was/,
    remedy: /Run again (once it shows, )?to wait/,
    status: 'inProgress',
    changed: true
  });
  expect(run.annotations[0]?.message).toMatch(disk);
  expect(run.log).toMatch(
    /Cancelled after \d+s: the rebuild of i-demo0001 from m-web-2 goes on without this run\./
  );
  expect(run.rebuilds).toHaveLength(1);
  expect(run.outputs).toMatchObject({
    instanceIds: 'i-demo0001',
    imageId: 'm-web-2',
    previousImageId: 'm-web-1'
  });
  expectLines(run.summary, [
    '## 🛑 Cancelled while rebuilding <code>i-demo0001</code> from image <code>m-web-2</code> web-2',
    /^\| <code>i-demo0001<\/code><br>web-1 \| 🛑 still being rebuilt without this run \|/,
    /^> \*\*i-demo0001: cancelled; its last status was \w+\.\*\*$/,
    /Run again (once it shows, )?to wait for its end/,
    /^\| (Perhaps erased|Erased) \|/
  ]);
}

describe('signals that come together', () => {
  test.concurrent('the second one changes nothing', async () => {
    const run = await play({
      behaviour: longEnough,
      onCall({ operation }, step) {
        if (operation !== 'RebuildInstance') return;
        setTimeout(() => step?.process.kill('SIGINT'), 300);
        setTimeout(() => step?.process.kill('SIGTERM'), 302);
      }
    });
    expectRed(run, { cause: /cancelled/, remedy: /Run again/, status: 'inProgress', changed: true });
    expect(run.main.exitCode).toBe(1);
  });

  test.concurrent('a rebuild that hangs and was not accepted is not waited for either', async () => {
    const run = await cancelled(
      { withPost: false, faults: [{ on: 'RebuildInstance', play: { kind: 'hang' } }] },
      'SIGINT',
      rebuildCall
    );
    expectCancelled(run);
    expectRed(run, {
      cause: /cancelled/,
      remedy: /not known\.\n.*Run again/,
      status: 'inProgress',
      changed: true
    });
  });
});
