/** What the log says of a plan, of a backup, and of the end of a dry run. */
import { describe, expect, test } from '@jest/globals';
import { fleetWorld } from '../../emulator/world/fleet.ts';
import { annotationsOf } from '../../src/core/summary/annotations.ts';
import { fleetRequest, onFleet } from '../support/fleets.ts';
import { stateBehind } from '../support/reported.ts';
import { health, oneOf, onStage } from '../support/stage.ts';
import { withVirtualWorld } from '../support/virtual.ts';

describe('the plan of more than five', () => {
  test('says once what all have in common, and names the snapshots of each', async () => {
    const world = fleetWorld(6);
    const snapshots = [{ id: 's-1', name: 'nightly', volumeId: 'v-sys-fleet00002' }];
    await onFleet(
      6,
      async (virtual, ids) => {
        await virtual.run({ ...fleetRequest(ids, 6), health, backup: {}, rollback: true, dryRun: true });
        const text = virtual.lines.join('\n');
        expect(text.match(/ {2}now {4}Running, cn-bj-d, bcc\.g5\.c2m8, image m-web-1 web-1/g)).toHaveLength(
          1
        );
        expect(text.match(/ {2}also {3}a custom image of the system disk is made first/g)).toHaveLength(1);
        expect(text.match(/ {2}also {3}if it fails/g)).toHaveLength(1);
        expect(text).toContain('tcp://10.0.0.2:22 must pass');
        expect(text).toContain('nightly (s-1');
        expect(text).toContain('it has no snapshots');
      },
      { emulator: { world: { ...world, snapshots } } }
    );
  });
});

test('a dry run says that nothing was sent', async () => {
  await withVirtualWorld({}, async (world) => {
    await world.run({ dryRun: true });
    expect(world.lines.find((line) => line.includes('i-demo0001'))).toMatch(
      /^Dry run, nothing is sent\. .*Rebuild i-demo0001 .* from m-web-2 /
    );
  });
});

describe('a backup', () => {
  test('logs a line per minute while it is being made', async () => {
    await onStage(
      { emulator: { faults: [{ on: 'CreateImage', play: { kind: 'imageStuck' } }] } },
      async (world) => {
        const report = await world.run({ backup: {}, timeoutMs: 300_000 });
        expect(oneOf(report)).toMatchObject({ disk: 'untouched', failure: { reason: 'backup' } });
        const beats = world.lines.filter((line) =>
          /Backup: image \S+ is Creating .* nothing is erased yet/.test(line)
        );
        expect(beats.length).toBeGreaterThanOrEqual(4);
        expect(world.lines.join('\n')).not.toContain('waiting for the rebuild to end');
      }
    );
  });

  test('is never pruned while an instance is rolled back to it', async () => {
    await withVirtualWorld({}, async (world) => {
      const first = await world.run({ backup: { keep: 1 } });
      const imageId = oneOf(first).backup?.imageId ?? '';
      const back = await world.run({ image: { kind: 'id', id: imageId }, backup: { keep: 1 } });
      expect(back.status).toBe('rebuilt');
      expect(world.emulator.instance('i-demo0001').imageId).toBe(imageId);
      const left = await world.bcc.listImages({ imageType: 'Custom' }, new AbortController().signal);
      expect(left.map(({ id }) => id)).toContain(imageId);
    });
  });
});

test('an unknown key pair is named as the cause', async () => {
  await withVirtualWorld({}, async (world) => {
    const report = await world.run({
      rebuildOptions: { login: { kind: 'keypairId', keypairId: 'k-nobody' } }
    });
    expect(oneOf(report).failure?.remedy).toBe('Check keypairId: the region has no key pair with this ID.');
  });
});

test('a failure that sends a person to the console gives the request ID to look for', async () => {
  const faults = [{ on: 'RebuildInstance', play: { kind: 'endsIn', status: 'Error' } }] as const;
  await withVirtualWorld({ emulator: { faults } }, async (world) => {
    const report = await world.run();
    const [requestId = ''] = oneOf(report).requestIds;
    expect(requestId).not.toBe('');
    const [annotation] = annotationsOf(stateBehind(report));
    expect(annotation?.lines.join('\n')).toContain(`in the console, with the request ID ${requestId}`);
  });
});
