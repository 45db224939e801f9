/** A second run uses the `with:` lines of the first: the instance must end in its initial state. */

import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { WorldPlay } from '../../emulator/faults/faults.ts';
import type { Login } from '../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../src/core/model/secret.ts';
import { summaryOf } from '../../src/core/summary/summary.ts';
import { stateBehind } from '../support/reported.ts';
import { health, oneOf, onStage, refuses, textOf, web } from '../support/stage.ts';
import type { TestRequest } from '../support/virtual.ts';

const adminPass = new Secret('Abcdef1!xyz');

/** The request that the lines ask for; the secret is filled in as the runner would. */
function requestOf(lines: readonly string[]): TestRequest {
  const inputs: unknown = parse(['with:', ...lines.map((line) => `  ${line}`)].join('\n'));
  const given = Object.entries((inputs as { readonly with: Readonly<Record<string, unknown>> }).with);
  const known = [
    'instanceId',
    'imageId',
    'adminPass',
    'keypairId',
    'keepImageLogin',
    'force',
    'cleanLastUserData'
  ];
  expect(given.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
  const value = new Map(given);
  if (value.has('adminPass')) expect(value.get('adminPass')).toBe('${{ secrets.BCC_ADMIN_PASS }}');
  const login: Login = value.has('adminPass')
    ? { kind: 'adminPass', adminPass }
    : value.has('keypairId')
      ? { kind: 'keypairId', keypairId: String(value.get('keypairId')) }
      : { kind: 'keepImageLogin' };
  if (login.kind === 'keepImageLogin') expect(value.get('keepImageLogin')).toBe(true);
  return {
    selection: { kind: 'ids', ids: [String(value.get('instanceId'))] },
    image: { kind: 'id', id: String(value.get('imageId')) },
    rebuildOptions: {
      login,
      ...(value.get('cleanLastUserData') === true ? { cleanLastUserData: true } : {})
    },
    force: value.get('force') === true
  };
}

const logins: readonly Login[] = [
  { kind: 'adminPass', adminPass },
  { kind: 'keypairId', keypairId: 'k-demo0001' },
  { kind: 'keepImageLogin' }
];

/** As the emulator keeps it: in plain text. */
function revealed(login: Login): unknown {
  return login.kind === 'adminPass' ? { ...login, adminPass: login.adminPass.reveal() } : login;
}

describe('the rollback by hand', () => {
  describe.each(logins)('with %j', (login) => {
    test.each([false, true])('after a success (backup: %s)', async (withBackup) => {
      await onStage({}, async (world) => {
        const first = await world.run({ rebuildOptions: { login }, ...(withBackup ? { backup: {} } : {}) });
        const { restoreWith, backup } = oneOf(first);
        expect(first.status).toBe('rebuilt');
        const second = await world.run(requestOf(restoreWith));
        expect(second).toMatchObject({ status: 'rebuilt', changed: true });
        const wanted = withBackup ? backup?.imageId : 'm-web-1';
        const now = world.emulator.instance('i-demo0001');
        expect(now).toMatchObject({ status: 'Running', imageId: wanted });
        // Whether an image has a login of its own is certain only of the backup.
        if (login.kind !== 'keepImageLogin' || withBackup) expect(now.login).toEqual(revealed(login));
        expect(world.emulator.rebuilds).toHaveLength(2);
      });
    });
  });

  test('does not run the script of this run on the previous system', async () => {
    await onStage({}, async (world) => {
      const login = { kind: 'adminPass', adminPass } as const;
      const first = await world.run({
        rebuildOptions: { login, userData: new Secret('#!/bin/sh\necho new') }
      });
      const { restoreWith } = oneOf(first);
      expect(restoreWith).toContain('cleanLastUserData: true');
      await world.run(requestOf(restoreWith));
      expect(world.emulator.rebuilds.map(({ userData }) => userData)).toEqual(['#!/bin/sh\necho new', '']);
    });
  });

  test.each<[string, WorldPlay]>([
    ['Error', { kind: 'endsIn', status: 'Error' }],
    ['the wrong image', { kind: 'wrongImage', imageId: 'm-ubuntu22' }]
  ])('after %s', async (_, play) => {
    const faults = [{ on: 'RebuildInstance', play }];
    await onStage({ emulator: { faults } }, async (world) => {
      const first = await world.run();
      expect(first.status).toBe('failed');
      expect((await world.run(requestOf(oneOf(first).restoreWith))).status).toBe('rebuilt');
      expect(world.emulator.instance('i-demo0001')).toMatchObject({ status: 'Running', imageId: 'm-web-1' });
    });
  });

  test('after a check that failed', async () => {
    await onStage({ script: () => refuses }, async (world) => {
      const first = await world.run({ health });
      expect((await world.run(requestOf(oneOf(first).restoreWith))).status).toBe('rebuilt');
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-web-1');
    });
  });

  test('after a start with wait: false', async () => {
    await onStage({}, async (world) => {
      const first = await world.run({ wait: false });
      expect(first.status).toBe('started');
      expect((await world.run(requestOf(oneOf(first).restoreWith))).status).toBe('rebuilt');
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-web-1');
    });
  });

  test('after a rebuild of the same image it needs force', async () => {
    await onStage({}, async (world) => {
      const first = await world.run({ image: { kind: 'id', id: 'm-web-1' }, force: true });
      const { restoreWith } = oneOf(first);
      expect(restoreWith).toContain('force: true');
      expect((await world.run(requestOf(restoreWith))).status).toBe('rebuilt');
      expect(world.emulator.rebuilds).toHaveLength(2);
    });
  });

  test('for each of several instances its own', async () => {
    const instances = [web('i-1'), web('i-2', { imageId: 'm-ubuntu22' })];
    await onStage({ emulator: { world: { instances } } }, async (world) => {
      const first = await world.run({ selection: { kind: 'ids', ids: ['i-1', 'i-2'] } });
      for (const { restoreWith } of first.instances) await world.run(requestOf(restoreWith));
      expect(world.emulator.instance('i-1').imageId).toBe('m-web-1');
      expect(world.emulator.instance('i-2').imageId).toBe('m-ubuntu22');
    });
  });

  test('onto a system image does not use keepImageLogin', async () => {
    const instances = [web('i-demo0001', { imageId: 'm-ubuntu22' })];
    await onStage({ emulator: { world: { instances } } }, async (world) => {
      const first = await world.run({ rebuildOptions: { login: { kind: 'keepImageLogin' } } });
      expect((await world.run(requestOf(oneOf(first).restoreWith))).status).toBe('rebuilt');
      expect(world.emulator.instance('i-demo0001').imageId).toBe('m-ubuntu22');
    });
  });

  test('contains no password, and is in the summary', async () => {
    await onStage({}, async (world) => {
      const report = await world.run({
        rebuildOptions: { login: { kind: 'adminPass', adminPass }, userData: new Secret('#!/x') }
      });
      const summary = summaryOf(stateBehind(report));
      expect(textOf(report) + summary).not.toContain(adminPass.reveal());
      expect(summary).toContain('To rebuild it from its earlier image:');
      expect(summary).toContain(
        ['with:', ...oneOf(report).restoreWith.map((line) => `  ${line}`)].join('\n')
      );
    });
  });

  test('is not given where nothing was erased', async () => {
    await onStage({}, async (world) => {
      expect(oneOf(await world.run({ dryRun: true })).restoreWith).toEqual([]);
      world.emulator.setInstance('i-demo0001', { imageId: 'm-web-2' });
      expect(oneOf(await world.run()).restoreWith).toEqual([]);
      expect(summaryOf(stateBehind(await world.run()))).not.toContain('To go back to');
    });
  });
});
