import { describe, expect, test } from '@jest/globals';
import type { Fault, WorldPlay } from '../../emulator/faults/faults.ts';
import type { Login } from '../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../src/core/model/secret.ts';
import {
  callsOf,
  demoImages,
  health,
  newCancel,
  oneOf,
  onStage,
  type ProbeScript,
  passes,
  refuses,
  textOf,
  web,
  writesOf
} from '../support/stage.ts';
import type { VirtualOptions, VirtualWorld } from '../support/virtual.ts';

const oldScript = '#!/bin/sh\necho the-old-secret';
const newScript = '#!/bin/sh\necho new';

/** Healthy on the previous images, and never on the new one. */
const onlyOldIsHealthy: ProbeScript = (_, world) =>
  world.emulator.instance('i-demo0001').imageId === 'm-web-2' ? refuses : passes;

function ends(play: WorldPlay, times = 1): Fault {
  return { on: 'RebuildInstance', times, play };
}

function withUserData(userData: string, more: VirtualOptions & { readonly script?: ProbeScript } = {}) {
  const world = { instances: [web('i-demo0001', { userData })] };
  return { ...more, emulator: { ...more.emulator, world } };
}

function now(world: VirtualWorld) {
  const { status, imageId, userData } = world.emulator.instance('i-demo0001');
  return { status, imageId, userData };
}

/** The ways to fail, and the reason of each. */
const failures: readonly (readonly [string, readonly Fault[], ProbeScript, string])[] = [
  ['Error', [ends({ kind: 'endsIn', status: 'Error' })], () => passes, 'status'],
  ['timedOut', [ends({ kind: 'stuck', status: 'Starting' })], () => passes, 'timedOut'],
  ['unhealthy', [], onlyOldIsHealthy, 'unhealthy']
];

/** Somebody fixes what is stuck, a while after the timeout; otherwise a rollback could not be sent. */
function mendLate(world: VirtualWorld): void {
  let isMended = false;
  world.clock.onSleep = () => {
    if (isMended || world.clock.nowMs() < 400_000) return;
    isMended = true;
    expect(world.emulator.instance('i-demo0001').status).toBe('Starting');
    world.emulator.setInstance('i-demo0001', { status: 'Running' });
  };
}

test('not after an end on another image than the wanted one: it is unknown who put it there', async () => {
  const faults = [ends({ kind: 'wrongImage', imageId: 'm-ubuntu22' })];
  await onStage({ emulator: { faults } }, async (world) => {
    const report = await world.run({ rollback: true, health });
    expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason: 'wrongImage' } });
    expect(oneOf(report).failure?.diskNote).toContain(
      'It was not rolled back: it runs on m-ubuntu22, which this run did not put on it.'
    );
    expect(writesOf(world)).toEqual(['RebuildInstance']);
  });
});

describe.each(failures)('after %s', (kind, faults, script, reason) => {
  test('onto the previous image, with the same login and the previous script', async () => {
    await onStage(withUserData(oldScript, { script, emulator: { faults } }), async (world) => {
      if (kind === 'timedOut') mendLate(world);
      const login = { kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') } as const;
      const report = await world.run({
        rollback: true,
        health,
        rebuildOptions: { login, userData: new Secret(newScript) }
      });
      const one = oneOf(report);
      expect(report).toMatchObject({ status: 'rolledBack', changed: true });
      expect(one).toMatchObject({
        status: 'rolledBack',
        disk: 'erased',
        rollback: { imageId: 'm-web-1', ok: true },
        after: { status: 'Running', imageId: 'm-web-1' },
        failure: { reason }
      });
      expect(one.failure?.diskNote).toBe('The instance was rolled back to m-web-1 and is healthy again.');
      expect(now(world)).toEqual({ status: 'Running', imageId: 'm-web-1', userData: oldScript });
      expect(writesOf(world)).toEqual(['RebuildInstance', 'RebuildInstance']);
      expect(world.emulator.rebuilds[1]).toMatchObject({
        login: 'adminPass',
        adminPass: login.adminPass.reveal()
      });
      expect(one.requestIds).toHaveLength(2);
      expect(one.phases.map(({ phase }) => phase)).toContain('rollback: rebuilding');
      expect(one.phases.at(-1)?.phase).toBe('rollback: health');
      expect(textOf([report, world.lines])).not.toContain('the-old-secret');
    });
  });

  test('onto the backup, if one was made', async () => {
    await onStage({ script, emulator: { faults } }, async (world) => {
      if (kind === 'timedOut') mendLate(world);
      const report = await world.run({ rollback: true, health, backup: { keep: 1 } });
      const { backup, rollback, status } = oneOf(report);
      expect(status).toBe('rolledBack');
      expect(rollback).toEqual({ imageId: backup?.imageId, ok: true });
      expect(now(world)).toMatchObject({ status: 'Running', imageId: backup?.imageId });
      expect(writesOf(world)).toEqual(['CreateImage', 'RebuildInstance', 'RebuildInstance']);
    });
  });

  test('not without being asked to', async () => {
    await onStage({ script, emulator: { faults } }, async (world) => {
      const report = await world.run({ health });
      expect(report.status).toBe('failed');
      expect(oneOf(report)).toMatchObject({ failure: { reason } });
      expect(oneOf(report).rollback).toBeUndefined();
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });
});

describe('the order of a rollback', () => {
  const error = [ends({ kind: 'endsIn', status: 'Error' })];

  test.each<[Login]>([
    [{ kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') }],
    [{ kind: 'keypairId', keypairId: 'k-demo0001' }],
    [{ kind: 'keepImageLogin' }]
  ])('has the login %j', async (login) => {
    await onStage({ emulator: { faults: error } }, async (world) => {
      expect((await world.run({ rollback: true, rebuildOptions: { login } })).status).toBe('rolledBack');
      const [first, second] = world.emulator.rebuilds;
      const sent =
        login.kind === 'adminPass'
          ? { adminPass: login.adminPass.reveal() }
          : login.kind === 'keypairId'
            ? { keypairId: login.keypairId }
            : {};
      expect(second).toMatchObject({ imageId: 'm-web-1', ...sent, login: login.kind });
      expect(first).toMatchObject({ login: login.kind });
    });
  });

  test('clears the script where there was none before', async () => {
    await onStage(withUserData('', { emulator: { faults: error } }), async (world) => {
      const rebuildOptions = { login: { kind: 'keepImageLogin' }, userData: new Secret(newScript) } as const;
      expect((await world.run({ rollback: true, rebuildOptions })).status).toBe('rolledBack');
      expect(world.emulator.rebuilds.map(({ userData }) => userData)).toEqual([newScript, '']);
      expect(now(world).userData).toBe('');
    });
  });

  test('restores the script that the rebuild cleared', async () => {
    await onStage(withUserData(oldScript, { emulator: { faults: error } }), async (world) => {
      const rebuildOptions = { login: { kind: 'keepImageLogin' }, cleanLastUserData: true } as const;
      expect((await world.run({ rollback: true, rebuildOptions })).status).toBe('rolledBack');
      expect(world.emulator.rebuilds.map(({ userData }) => userData)).toEqual(['', oldScript]);
    });
  });

  test('is carried out for a protected instance that was allowed', async () => {
    await onStage({ emulator: { faults: error } }, async (world) => {
      world.emulator.setInstance('i-demo0001', { deletionProtection: 1 });
      expect((await world.run({ rollback: true, allowProtected: true })).status).toBe('rolledBack');
    });
  });

  test('is sent once although its answer is lost', async () => {
    const lost = { on: 'RebuildInstance', from: 2, play: { kind: 'reset', when: 'after' } } as const;
    await onStage({ emulator: { faults: [...error, lost] } }, async (world) => {
      expect((await world.run({ rollback: true })).status).toBe('rolledBack');
      expect(world.emulator.rebuilds).toHaveLength(2);
    });
  });

  test('is proven by the same rules: one that is accepted and never seen is no rollback', async () => {
    const lost = { on: 'RebuildInstance', from: 2, play: { kind: 'lostRebuild' } } as const;
    await onStage({ script: onlyOldIsHealthy, emulator: { faults: [lost] } }, async (world) => {
      const one = oneOf(await world.run({ rollback: true, health }));
      expect(one).toMatchObject({ status: 'failed', rollback: { ok: false } });
      expect(one.failure?.diskNote).toContain('the rebuild is not proven');
    });
  });
});

test('an Error on the previous image, where the new one never showed, is rebuilt all the same', async () => {
  const faults = [ends({ kind: 'endsIn', status: 'Error' })];
  await onStage({ emulator: { faults, behaviour: { imageIdFlips: 'end' } } }, async (world) => {
    expect((await world.run({ rollback: true })).status).toBe('rolledBack');
    expect(world.emulator.rebuilds.map(({ imageId }) => imageId)).toEqual(['m-web-2', 'm-web-1']);
  });
});

test('a rolled back instance keeps those behind it from starting', async () => {
  const faults = [ends({ kind: 'endsIn', status: 'Error' })];
  await onStage({ emulator: { faults } }, async (world) => {
    const report = await world.run({
      rollback: true,
      selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] }
    });
    expect(report.status).toBe('rolledBack');
    expect(report.instances.map(({ status }) => status)).toEqual(['rolledBack', 'notStarted']);
  });
});

describe('a rollback that fails itself', () => {
  test('ends in Error as well: both are reported', async () => {
    const faults = [ends({ kind: 'endsIn', status: 'Error' }, 2)];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ rollback: true });
      const one = oneOf(report);
      expect(report).toMatchObject({ status: 'failed', changed: true });
      expect(one).toMatchObject({ status: 'failed', rollback: { imageId: 'm-web-1', ok: false } });
      expect(one.failure?.cause).toContain('ended in the status Error');
      expect(one.failure?.diskNote).toContain('The rollback to m-web-1 failed as well: the rebuild ended in');
      expect(one.failure?.remedy).toContain(`with the request ID ${one.requestIds.at(-1)}.`);
      expect(one.requestIds).toHaveLength(2);
      const shown = one.statusHistory.map(({ status, imageId }) => `${status} on ${imageId}`);
      expect(shown.filter((line, at) => line === shown[at - 1])).toEqual([]);
      expect(shown.filter((line) => line.startsWith('Error'))).toHaveLength(2);
      expect(world.emulator.rebuilds).toHaveLength(2);
    });
  });

  test('ends on a third image: the remedy is for where the instance is now', async () => {
    const faults = [
      ends({ kind: 'endsIn', status: 'Error' }),
      { on: 'RebuildInstance', from: 2, play: { kind: 'wrongImage', imageId: 'm-ubuntu22' } } as const
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const { failure, after } = oneOf(await world.run({ rollback: true }));
      expect(after).toMatchObject({ status: 'Running', imageId: 'm-ubuntu22' });
      expect(failure?.cause).toContain('ended in the status Error');
      expect(failure?.diskNote).toContain('failed as well: it runs on the image m-ubuntu22');
      expect(failure?.remedy).toBe('Find out whether somebody else rebuilt it; then run again.');
    });
  });

  test('is not healthy either: both are reported', async () => {
    const script: ProbeScript = (_, world) =>
      onlyOldIsHealthy(0, world).healthy
        ? { healthy: false, reason: { kind: 'reset', stage: 'banner' } }
        : refuses;
    await onStage({ script }, async (world) => {
      const one = oneOf(await world.run({ rollback: true, health }));
      expect(one).toMatchObject({
        status: 'failed',
        rollback: { ok: false },
        failure: { reason: 'unhealthy' }
      });
      expect(one.failure?.cause).toContain('last: tcp://192.168.0.11:22: connection refused');
      expect(one.failure?.diskNote).toContain(
        'failed as well: tcp://192.168.0.11:22: the connection was lost while waiting for the SSH'
      );
    });
  });

  test('stays stuck: it is not sent into a rebuild that goes on', async () => {
    const faults = [ends({ kind: 'stuck', status: 'Starting' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ rollback: true }));
      expect(one).toMatchObject({
        status: 'failed',
        rollback: { ok: false },
        failure: { reason: 'timedOut' }
      });
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });

  test('has lost its image meanwhile', async () => {
    const faults = [ends({ kind: 'endsIn', status: 'Error' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ rollback: true }, undefined, {
        planned: async () => world.emulator.removeImage('m-web-1')
      });
      const one = oneOf(report);
      expect(one).toMatchObject({ status: 'failed', rollback: { imageId: 'm-web-1', ok: false } });
      expect(one.rollback?.problem).toContain('GetImage m-web-1');
      expect(one.failure?.diskNote).toContain('The rollback to m-web-1 failed as well: GetImage m-web-1');
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });

  test('reports that its image does not exist', async () => {
    const faults = [ends({ kind: 'endsIn', status: 'Error' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ rollback: true }, undefined, {
        planned: async () =>
          world.emulator.addFault({
            on: 'GetImage',
            times: 99,
            play: { kind: 'error', status: 404, code: 'NoSuchObject', message: 'gone' }
          })
      });
      expect(oneOf(report).rollback?.problem).toContain('gone (HTTP 404');
    });
  });

  test('is denied: both are reported', async () => {
    const faults = [
      ends({ kind: 'endsIn', status: 'Error' }),
      { on: 'RebuildInstance', from: 2, times: 99, play: { kind: 'accessDenied' } } as const
    ];
    await onStage({ emulator: { faults } }, async (world) => {
      const one = oneOf(await world.run({ rollback: true }));
      expect(one.failure?.reason).toBe('status');
      expect(one.failure?.diskNote).toContain('failed as well: RebuildInstance: ');
      expect(one.failure?.remedy).toMatch(/^Let the policy of the user permit RebuildInstance\. Look at the/);
      expect(one.failure?.remedy).toContain(`with the request ID ${one.requestIds[0]}. A re-run rebuilds`);
    });
  });
});

describe('there is no rollback', () => {
  test.each([30_000, 150_000])('on a cancel of the rebuild, after %i ms', async (atMs) => {
    const { cancel, pull } = newCancel();
    await onStage({}, async (world) => {
      world.clock.onSleep = () => world.clock.nowMs() >= atMs && pull();
      const report = await world.run({ rollback: true, health, backup: {} }, cancel);
      expect(oneOf(report).rollback).toBeUndefined();
      expect(writesOf(world).filter((name) => name === 'RebuildInstance').length).toBeLessThan(2);
    });
  });

  test('when the instance has failed and the cancel comes before the rollback', async () => {
    const { cancel, pull } = newCancel();
    const faults = [ends({ kind: 'endsIn', status: 'Error' })];
    await onStage({ emulator: { faults } }, async (world) => {
      const report = await world.run({ rollback: true }, cancel, {
        progressed: (report) => {
          const { instances } = report();
          if (instances[0]?.statusHistory.some(({ status }) => status === 'Error')) pull();
        }
      });
      expect(writesOf(world)).toEqual(['RebuildInstance']);
      expect(oneOf(report).rollback).toBeUndefined();
    });
  });

  test.each<[string, Fault]>([
    ['unproven', ends({ kind: 'lostRebuild' })],
    ['denied', { on: 'GetInstance', from: 6, times: 99, play: { kind: 'accessDenied' } }],
    ['denied', { on: 'RebuildInstance', times: 99, play: { kind: 'accessDenied' } }],
    [
      'invalid',
      { on: 'RebuildInstance', times: 99, play: { kind: 'error', status: 400, code: 'BadRequest' } }
    ]
  ])('after %s', async (reason, fault) => {
    await onStage({ emulator: { faults: [fault] } }, async (world) => {
      const report = await world.run({ rollback: true });
      expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason } });
      expect(oneOf(report).rollback).toBeUndefined();
      expect(writesOf(world).filter((name) => name === 'RebuildInstance')).toHaveLength(1);
    });
  });

  test.each(['Expired', 'Deleted', 'Recycled'] as const)('for an instance that is %s', async (status) => {
    await onStage({ emulator: { faults: [ends({ kind: 'endsIn', status })] } }, async (world) => {
      const report = await world.run({ rollback: true });
      expect(oneOf(report)).toMatchObject({ status: 'failed', failure: { reason: 'status' } });
      expect(writesOf(world)).toEqual(['RebuildInstance']);
    });
  });

  test('onto the image that has just failed, where a rebuild was found under way and nothing else is known', async () => {
    await onStage({ emulator: { faults: [ends({ kind: 'endsIn', status: 'Error' }, 2)] } }, async (world) => {
      const { cancel, pull } = newCancel();
      world.clock.onSleep = () => world.clock.nowMs() > 30_000 && pull();
      await world.run({}, cancel);
      world.clock.onSleep = () => undefined;
      const one = oneOf(await world.run({ rollback: true }));
      expect(one.status).toBe('failed');
      expect(one.rollback?.imageId).not.toBe('m-web-2');
      expect(world.emulator.rebuilds.length).toBeLessThan(3);
    });
  });
});

test('a cancel during the rollback says that a rebuild goes on', async () => {
  const { cancel, pull } = newCancel();
  const faults = [ends({ kind: 'endsIn', status: 'Error' })];
  await onStage({ emulator: { faults } }, async (world) => {
    world.clock.onSleep = () => {
      if (world.emulator.rebuilds.length === 2) pull();
    };
    const report = await world.run(
      { rollback: true, selection: { kind: 'ids', ids: ['i-demo0001', 'i-demo0002'] } },
      cancel
    );
    const one = oneOf(report);
    expect(one.status).toBe('inProgress');
    expect(one.failure?.reason).toBe('cancelled');
    expect(one.rollback).toMatchObject({ imageId: 'm-web-1', ok: false });
    expect(callsOf(world).filter((name) => name === 'RebuildInstance')).toHaveLength(2);
  });
});

test.each([false, true])(
  'a cancel before the rollback is sent does not claim that the disk is intact (backup: %s)',
  async (withBackup) => {
    const { cancel, pull } = newCancel();
    const faults = [ends({ kind: 'stuck', status: 'Starting' })];
    await onStage({ emulator: { faults } }, async (world) => {
      world.clock.onSleep = () => world.clock.nowMs() > 400_000 && pull();
      const report = await world.run({ rollback: true, ...(withBackup ? { backup: {} } : {}) }, cancel);
      const one = oneOf(report);
      expect(writesOf(world).filter((name) => name === 'RebuildInstance')).toHaveLength(1);
      expect(report.changed).toBe(true);
      expect(one.disk).toBe('erased');
      expect(one.failure?.diskNote).not.toContain('not touched');
      expect(one.failure?.cause).not.toContain('before the rebuild was sent');
      expect(one.failure?.remedy).not.toBe('Nothing of it needs to be mended.');
    });
  }
);

test('the previous image is read before anything is sent, and so is the script', async () => {
  const images = demoImages.filter(({ id }) => id !== 'm-web-1');
  await onStage({ emulator: { world: { images } } }, async (world) => {
    const report = await world.run({ rollback: true });
    expect(oneOf(report).failure?.reason).toBe('refused');
    expect(writesOf(world)).toEqual([]);
    expect(callsOf(world)).toContain('GetInstanceUserDataInfo');
  });
});
