/** A rebuild from end to end, as a workflow sees it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../emulator/server.ts';
import type { InstanceState, Spec } from '../../emulator/world/models.ts';
import { systemClock } from '../../src/action/system-clock.ts';
import { createBccClient } from '../../src/bce/client.ts';
import {
  adminPass,
  beginAll,
  countOf,
  credentials,
  expectGreen,
  expectLines,
  expectRebuilds,
  expectRed,
  onEmulator,
  type Played,
  playAll,
  type Scene,
  storyOf
} from './scene.ts';

/** One instance with the id of the usual input. */
const oneWith = (more: Partial<InstanceState>): NonNullable<Scene['world']> => ({
  instances: [{ id: 'i-demo0001', name: 'web-1', ...more }]
});

const three: readonly Spec<InstanceState>[] = ['i-a', 'i-b', 'i-c'].map((id) => ({ id, name: id.slice(2) }));

/** One of each state in which an instance is rebuilt; those that are unavailable go first. */
const inEachState: readonly Spec<InstanceState>[] = [
  { id: 'i-error', status: 'Error' },
  { id: 'i-stopped', status: 'Stopped' },
  { id: 'i-a' },
  { id: 'i-protected', deletionProtection: 1 }
];

const scenes = {
  adminPass: { withPost: true },
  keypairId: {
    withPost: true,
    // Nobody answers there.
    env: { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' },
    inputs: {
      imageId: 'm-web-1',
      force: 'true',
      summary: 'false',
      adminPass: '',
      keypairId: 'k-demo0001',
      userData: '#!/bin/sh\necho hi\n'
    }
  },
  skip: { withPost: true, inputs: { imageId: 'm-web-1' } },
  dryRun: { withPost: true, inputs: { dryRun: 'true' } },
  protected: {
    withPost: true,
    inputs: { instanceId: 'i-a,i-b' },
    world: { instances: [{ id: 'i-a' }, { id: 'i-b', deletionProtection: 1 }] }
  },
  protectedPlan: { inputs: { dryRun: 'true' }, world: oneWith({ deletionProtection: 1 }) },
  stoppedEndsStopped: {
    inputs: { instanceId: 'i-old,i-new', timeout: '40s' },
    world: {
      instances: [
        { id: 'i-old', status: 'Stopped' },
        { id: 'i-new', status: 'Stopped', imageId: 'm-web-2' }
      ]
    },
    behaviour: { stoppedInstance: 'endsStopped' }
  },
  stoppedRefused: {
    inputs: { timeout: '20s' },
    world: oneWith({ status: 'Stopped' }),
    behaviour: { stoppedInstance: 'refused' }
  },
  unknownInstance: { inputs: { instanceId: 'i-nobody' } },
  unknownImage: { inputs: { imageId: 'm-nothing' } },
  unavailableImage: {
    world: { images: [{ id: 'm-web-1' }, { id: 'm-web-2', status: 'NotAvailable' }] }
  },
  keepsNoLogin: { inputs: { imageId: 'm-ubuntu22', adminPass: '', keepImageLogin: 'true' } },
  several: {
    inputs: {
      instanceId: 'i-error\ni-stopped, i-a i-protected',
      allowProtected: 'true',
      adminPass: '',
      keepImageLogin: 'true',
      cleanLastUserData: 'true'
    },
    world: { instances: inEachState },
    behaviour: { stoppedInstance: 'endsRunning' }
  },
  secondFails: {
    withPost: true,
    inputs: { instanceId: 'i-a,i-b,i-c' },
    world: { instances: three },
    faults: [{ on: 'RebuildInstance', instanceId: 'i-b', play: { kind: 'endsIn', status: 'Error' } }]
  }
} satisfies Readonly<Record<string, Scene>>;

const played = playAll<keyof typeof scenes>(scenes);

const rebuilt = 'reads RebuildInstance reads';
const sentBody = ({ calls }: Played) => calls.find(({ operation }) => operation === 'RebuildInstance')?.body;

describe('one instance', () => {
  test('is rebuilt with a password, and nothing is sent that was not asked for', async () => {
    const result = await played('adminPass');
    expectGreen(result, 'rebuilt');
    expectRebuilds(result, 1);
    expect(storyOf(result.calls)).toBe(rebuilt);
    expect(sentBody(result)).toEqual({ imageId: 'm-web-2', adminPass: '[encrypted]' });
    expect(result.rebuilds[0]).toMatchObject({ login: 'adminPass', adminPass, isOpenHostEye: true });
    expect(result.outputs).toMatchObject({
      imageId: 'm-web-2',
      imageName: 'web-2',
      previousImageId: 'm-web-1',
      instanceIds: 'i-demo0001',
      publicIp: '203.0.113.11',
      internalIp: '192.168.0.11',
      requestId: result.rebuilds[0]?.requestId
    });
    const seconds = Number(result.outputs['durationSeconds']);
    expect(seconds).toBeGreaterThan(3);
    // Nine around the wait, and three observations in two seconds while it lasts.
    expect(result.calls.length).toBeLessThan(9 + 1.5 * seconds);
    const first = result.calls.slice(0, 4).map(({ operation }) => operation);
    expect(first.slice(0, 3).sort()).toEqual(['GetImage', 'GetInstance', 'ListVolumes']);
    expect(first[3]).toBe('ListSnapshots');
  });

  test('is rebuilt with a key pair and a script, by force onto the image that it is on, and without a proxy on the loopback interface', async () => {
    const result = await played('keypairId');
    expectGreen(result, 'rebuilt');
    expectRebuilds(result, 1);
    expect(result.outputs).toMatchObject({ imageId: 'm-web-1', previousImageId: 'm-web-1' });
    expect(sentBody(result)).toEqual({
      imageId: 'm-web-1',
      keypairId: 'k-demo0001',
      userData: '#!/bin/sh\necho hi\n'
    });
    expect(result.rebuilds[0]).toMatchObject({ keypairId: 'k-demo0001', userData: '#!/bin/sh\necho hi\n' });
  });

  test('is skipped when it runs on the image', async () => {
    const result = await played('skip');
    expectGreen(result, 'skipped', false);
    expect(storyOf(result.calls)).toBe('reads');
    expect(result.outputs['requestId']).toBe('');
  });

  test('is only planned in a dry run', async () => {
    const result = await played('dryRun');
    expectGreen(result, 'planned', false);
    expect(storyOf(result.calls)).toBe('reads');
    expect(result.log).toMatch(/i-demo0001 "web-1": rebuild: erases the system disk/);
    expect(result.log).toMatch(/erases system disk v-sys-demo0001, 40 GB, and its snapshots: before-upgrade/);
  });

  test('is refused when it is protected, in a dry run as well', async () => {
    const result = await played('protectedPlan');
    expectRed(result, { cause: /deletionProtection is on/, remedy: /allowProtected: true/, changed: false });
    expect(storyOf(result.calls)).toBe('reads');
  });

  test('that is stopped is left alone if the service refuses to rebuild it', async () => {
    const result = await played('stoppedRefused');
    expectRed(result, {
      cause: /HTTP 409, Instance\.RebuildInstanceOperationForbidden/,
      remedy: /not touched.*\n.*Look at the state of the instance/,
      changed: false
    });
    expectRebuilds(result, countOf(result, 'RebuildInstance'), 0);
    expect(countOf(result, 'RebuildInstance')).toBeLessThanOrEqual(4);
  });

  test.each([
    ['unknownInstance', /GetInstance i-nobody.*HTTP 404, NoSuchObject/, /Check instanceId and endpoint/],
    ['unknownImage', /GetImage m-nothing.*HTTP 404, NoSuchObject/, /Check imageId and endpoint/],
    ['unavailableImage', /the image is NotAvailable, not Available/, /Give another image/],
    ['keepsNoLogin', /keepImageLogin needs a custom or shared image/, /Give adminPass or keypairId/]
  ] as const)('is not touched: %s', async (name, cause, remedy) => {
    const result = await played(name);
    expectRed(result, { cause, remedy, changed: false });
    expect(storyOf(result.calls)).toBe('reads');
  });
});

describe('the summary', () => {
  test('of a success', async () => {
    const { summary, rebuilds } = await played('adminPass');
    expectLines(summary, [
      '## ✅ Rebuilt <code>i-demo0001</code> from image <code>m-web-2</code> web-2',
      '| Instance | Result | Image | Time |',
      /^\| <code>i-demo0001<\/code><br>web-1 \| ✅ rebuilt \| <code>m-web-1<\/code> web-1<br>→ <code>m-web-2<\/code> web-2 \| \d+s \|$/,
      '<details><summary><code>i-demo0001</code> in detail</summary>',
      /^\| Erased \| system disk <code>v-sys-demo0001<\/code>, 40&nbsp;GB<br>snapshot before-upgrade <code>s-demo0001<\/code>/,
      /^\| sent \| \d\d:\d\d:\d\dZ \| \d+s \|$/,
      /^\| rebuilt \|/,
      /^\| 0s \| Running \| <code>m-web-1<\/code> \|$/,
      /^\| \d+s \| Starting \| <code>m-web-2<\/code> \|$/,
      /^\| \d+s \| Running \| <code>m-web-2<\/code> \|$/,
      `Request IDs: <code>${rebuilds[0]?.requestId}</code>`,
      '</details>'
    ]);
  });

  test('is not written with summary: false', async () => {
    const { post, summary } = await played('keypairId');
    expect(post?.exitCode).toBe(0);
    expect(summary).toBe('');
  });

  test('of a plan', async () => {
    const { summary } = await played('dryRun');
    expectLines(summary, [
      '## 📋 Dry run: plan for <code>i-demo0001</code> with image <code>m-web-2</code> web-2',
      '| Instance | <code>i-demo0001</code> web-1 |',
      /^\| Would be erased \| system disk <code>v-sys-demo0001<\/code>, 40&nbsp;GB/
    ]);
    expect(summary).not.toMatch('Request IDs');
  });

  test('of a skip', async () => {
    const { summary } = await played('skip');
    expectLines(summary, [
      '## ✅ Nothing to do: <code>i-demo0001</code> already on image <code>m-web-1</code> web-1',
      /✅ skipped/
    ]);
    expect(summary).not.toMatch(/erased/i);
  });

  test('of a refusal', async () => {
    const { summary } = await played('protected');
    expectLines(summary, [
      /^## ❌ Failed/,
      /deletionProtection is on/,
      /^> The system disk was not touched/,
      /allowProtected: true/
    ]);
    expect(summary).not.toMatch('| Erased |');
  });
});

describe('several instances', () => {
  test('are rebuilt one after another: in Error, protected if that is allowed, and stopped as well', async () => {
    const result = await played('several');
    const ids = inEachState.map(({ id }) => id);
    expectGreen(result, 'rebuilt');
    expectRebuilds(result, 4, 4);
    expect(storyOf(result.calls)).toBe(`${ids.map(() => 'reads RebuildInstance').join(' ')} reads`);
    expect(result.outputs['instanceIds']).toBe(ids.join(','));
    expect(result.outputs['requestId']).toBe(result.rebuilds.map(({ requestId }) => requestId).join(','));
    for (const [index, { instanceId, acceptedAtMs }] of result.rebuilds.entries()) {
      expect(instanceId).toBe(ids[index]);
      expect(acceptedAtMs).toBeGreaterThanOrEqual(result.rebuilds[index - 1]?.endsAtMs ?? 0);
    }
    expect(result.report?.instances.map(({ after }) => after?.status)).toEqual(ids.map(() => 'Running'));
  });

  test('are rebuilt with the login of the image, and without the previous script', async () => {
    const { calls } = await played('several');
    const bodies = calls.flatMap(({ operation, body }) => (operation === 'RebuildInstance' ? [body] : []));
    const body = { imageId: 'm-web-2', keepImageLogin: true, cleanLastUserData: true };
    expect(bodies).toEqual(inEachState.map(() => body));
  });

  test('that are stopped are Running in the end, although the service leaves them so', async () => {
    const result = await played('stoppedEndsStopped');
    expectGreen(result, 'rebuilt');
    expectRebuilds(result, 1);
    expect(result.rebuilds.map(({ instanceId }) => instanceId)).toEqual(['i-old']);
    expect(result.report?.instances.map(({ status }) => status)).toEqual(['rebuilt', 'skipped']);
    expect(result.report?.instances.map(({ after }) => after?.status)).toEqual(['Running', 'Running']);
    expect(countOf(result, 'StartInstance')).toBe(2);
  });

  test('end with the first failure: the rest is not started', async () => {
    const result = await played('secondFails');
    expect(result.main.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ status: 'partial', changed: 'true' });
    expect(result.annotations[0]?.message).toMatch(/i-b: the rebuild ended in the status Error/);
    expect(result.annotations[0]?.message).toMatch(/in the console/);
    expectRebuilds(result, 2, 2);
    expect(result.report?.instances.map(({ status }) => status)).toEqual(['rebuilt', 'failed', 'notStarted']);
    expect(result.summary).toMatch(/i-c.*not started/);
  });

  test('are all left alone when one of them must not be rebuilt', async () => {
    const result = await played('protected');
    expectRed(result, {
      cause: /i-b: not rebuilt, because deletionProtection is on/,
      remedy: /allowProtected: true/,
      changed: false
    });
    expect(storyOf(result.calls)).toBe('reads');
    expect(result.report?.instances.map(({ status }) => status)).toEqual(['notStarted', 'failed']);
  });
});

/** Starts a rebuild in some way and leaves it to itself; then runs, as soon as the instance has the status. */
const afterAnother =
  (
    at: 'start' | 'end',
    status: 'Stopping' | 'Stopped',
    start: (run: () => Promise<Played>, emulator: Emulator) => Promise<void>
  ) =>
  (): Promise<Played> => {
    const behaviour = {
      statuses: ['Stopping', 'Stopped', 'Starting'],
      rebuildMs: 15_000,
      imageIdFlips: at,
      diskChanges: at,
      secondRebuild: 'queued'
    } as const;
    return onEmulator({ behaviour, inputs: { timeout: '90s' } }, async (run, emulator) => {
      await start(() => run({ withPost: true, inputs: { wait: 'false' } }), emulator);
      while (emulator.instance('i-demo0001').status !== status) await sleep(50);
      const second = await run();
      expect(emulator.rebuilds).toHaveLength(1);
      expect(emulator.instance('i-demo0001').status).toBe('Running');
      return second;
    });
  };

/** By a run that does not wait for the end. */
async function startByAction(run: () => Promise<Played>): Promise<void> {
  const first = await run();
  expectGreen(first, 'started');
  expectRebuilds(first, 1);
  expect(first.report?.instances[0]?.after?.status).toBe('Stopping');
}

/** By somebody else. */
async function startByCall(_: unknown, { endpoint }: Emulator): Promise<void> {
  const bcc = createBccClient({
    ...systemClock,
    endpoint: new URL(endpoint),
    credentials,
    userAgent: 'test',
    random: Math.random,
    mask: () => undefined,
    debug: () => undefined
  });
  const order = { imageId: 'm-web-2', login: { kind: 'keepImageLogin' } } as const;
  await bcc.rebuild(['i-demo0001'], order, new AbortController().signal);
  bcc.dispose();
}

/** Cancels a run as soon as its rebuild is accepted; then runs again. */
const afterCancel = (): Promise<Played> => {
  const behaviour = { staleRunningMs: 2500, rebuildMs: 15_000, secondRebuild: 'queued' } as const;
  return onEmulator({ behaviour }, async (run, emulator) => {
    const first = await run({
      withPost: true,
      onCall({ operation }, step) {
        if (operation === 'RebuildInstance') setTimeout(() => step?.process.kill('SIGINT'), 100);
      }
    });
    expectRed(first, { cause: /cancelled/, remedy: /Run again/, status: 'inProgress', changed: true });
    // The post step keeps the job open until the next run can see the rebuild.
    expect(first.log).toMatch('It shows: a re-run will wait for it');
    const second = await run();
    expect(emulator.rebuilds).toHaveLength(1);
    expect(emulator.instance('i-demo0001')).toMatchObject({ status: 'Running', imageId: 'm-web-2' });
    return second;
  });
};

const secondOf = beginAll({
  'under way, image and disk changed at its start': afterAnother('start', 'Stopping', startByAction),
  'under way, image and disk change at its end': afterAnother('end', 'Stopping', startByCall),
  'under way and just Stopped': afterAnother('end', 'Stopped', startByCall),
  cancel: afterCancel
});

describe('a second run', () => {
  test.each([
    ['under way, image and disk changed at its start', 'skipped'],
    ['under way, image and disk change at its end', 'rebuilt'],
    ['under way and just Stopped', 'rebuilt']
  ] as const)('waits for a rebuild that is %s, and does not erase again', async (name, status) => {
    const second = await secondOf(name);
    expectGreen(second, status, status === 'rebuilt');
    expect(storyOf(second.calls)).toBe('reads');
    expect(second.log).toMatch('under way already; waiting for it to end instead of erasing again');
    expect(second.report?.instances[0]?.adopted).toBe(true);
  });

  test('after a cancel right after the rebuild was accepted erases nothing again', async () => {
    const second = await secondOf('cancel');
    expectGreen(second, 'skipped', false);
    expect(storyOf(second.calls)).toBe('reads');
  });
});
