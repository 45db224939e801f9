import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.ts';
import type { RawInputs } from '../../src/config/inputs.ts';
import { revealed } from '../support/revealed.ts';
import { minimal } from './raw.ts';

describe('a config', () => {
  test('of the shortest inputs holds the defaults, and no key that was not set', () => {
    expect(parseConfig(minimal)).toStrictEqual({
      ok: true,
      warnings: [],
      config: {
        credentials: { accessKeyId: minimal.accessKeyId, secretAccessKey: minimal.secretAccessKey },
        endpoint: new URL('https://bcc.bj.baidubce.com'),
        request: {
          selection: { kind: 'ids', ids: ['i-YufwpQAe'] },
          image: { kind: 'id', id: 'm-DpgNg8lO' },
          options: { login: { kind: 'keypairId', keypairId: 'k-keypair1' }, script: 'kept' },
          dryRun: false,
          force: false,
          allowProtected: false,
          rollback: false,
          wait: true,
          timeoutMs: 1_200_000,
          pollIntervalMs: 5_000,
          region: 'bj',
          imageWaitMs: 0,
          rollout: { maxUnavailable: { kind: 'count', count: 1 }, canary: 0, pauseMs: 0, maxFailures: 0 }
        },
        requestsPerSecond: 5,
        rebuildOptions: { login: { kind: 'keypairId', keypairId: 'k-keypair1' } },
        summary: true
      }
    });
  });

  test('of all inputs holds them all', () => {
    const raw: RawInputs = {
      ...minimal,
      sessionToken: 'token',
      region: 'gz',
      endpoint: ' http://127.0.0.1:8080 ',
      instanceId: ' i-a\n',
      instanceTag: ' \n',
      imageId: ' ',
      imageName: ' web-*\n',
      adminPass: 'Abcdefg1',
      keypairId: '',
      userData: '#!/bin/sh\n',
      cleanLastUserData: 'true',
      dryRun: ' true ',
      force: 'True',
      allowProtected: 'TRUE',
      confirmName: ' web 1 ',
      backupImage: 'true',
      backupKeep: ' 3 ',
      rollback: 'true',
      wait: 'True',
      timeout: '1h',
      pollInterval: '1m30s',
      maxUnavailable: ' 25% ',
      canary: ' 2 ',
      pauseBetweenBatches: ' 1m ',
      maxFailures: '3\n',
      requestsPerSecond: ' 20',
      healthCheck: ' tcp://{internalIp}:22\n',
      healthDeadline: '2m',
      minHealthyTime: '0s',
      blbId: ' lb-b, lb-a\n',
      drainTime: ' 0s ',
      githubToken: 'ghs_x',
      environment: ' production ',
      environmentUrl: 'https://example.com/',
      summary: 'FALSE'
    };
    expect(revealed(parseConfig(raw))).toStrictEqual({
      ok: true,
      warnings: [],
      config: {
        credentials: {
          accessKeyId: minimal.accessKeyId,
          secretAccessKey: minimal.secretAccessKey,
          sessionToken: 'token'
        },
        endpoint: new URL('http://127.0.0.1:8080'),
        request: {
          selection: { kind: 'ids', ids: ['i-a'] },
          image: { kind: 'name', pattern: ' web-*' },
          options: { login: { kind: 'adminPass' }, script: 'given' },
          dryRun: true,
          force: true,
          allowProtected: true,
          confirmName: ' web 1 ',
          backup: { keep: 3 },
          rollback: true,
          wait: true,
          timeoutMs: 3_600_000,
          pollIntervalMs: 90_000,
          imageWaitMs: 0,
          rollout: {
            maxUnavailable: { kind: 'percent', percent: 25 },
            canary: 2,
            pauseMs: 60_000,
            maxFailures: 3
          },
          health: {
            checks: [{ kind: 'tcp', hostPattern: '{internalIp}', port: 22 }],
            deadlineMs: 120_000,
            minHealthyTimeMs: 0
          },
          balancers: { blbIds: ['lb-b', 'lb-a'], drainMs: 0 }
        },
        rebuildOptions: {
          login: { kind: 'adminPass', adminPass: 'Abcdefg1' },
          userData: '#!/bin/sh\n',
          cleanLastUserData: true
        },
        requestsPerSecond: 20,
        record: {
          githubToken: 'ghs_x',
          environment: 'production',
          environmentUrl: new URL('https://example.com/')
        },
        summary: false
      }
    });
  });

  test('keeps the login of the image, and a cleanLastUserData of false that was asked for', () => {
    const result = parseConfig({
      ...minimal,
      keypairId: '',
      keepImageLogin: 'true',
      cleanLastUserData: 'false'
    });
    expect(result.ok && result.config.rebuildOptions).toStrictEqual({
      login: { kind: 'keepImageLogin' },
      cleanLastUserData: false
    });
  });

  test('of several instances, and one that is not waited for', () => {
    const result = parseConfig({ ...minimal, instanceId: 'i-b i-a', wait: 'False' });
    expect(result).toMatchObject({
      ok: true,
      config: { request: { selection: { kind: 'ids', ids: ['i-b', 'i-a'] }, wait: false } }
    });
  });

  test('of instances by their tags', () => {
    const result = parseConfig({ ...minimal, instanceId: ' ', instanceTag: 'role = web\nstage=canary\n' });
    const tags = [
      { key: 'role', value: 'web' },
      { key: 'stage', value: 'canary' }
    ];
    expect(result.ok && result.config.request.selection).toStrictEqual({ kind: 'tags', tags });
  });

  test('has a time to drain only where a load balancer is named', () => {
    const balancersOf = (blbId: string): unknown => {
      const result = parseConfig({ ...minimal, blbId });
      return result.ok && result.config.request.balancers;
    };
    expect(balancersOf('lb-a')).toStrictEqual({ blbIds: ['lb-a'], drainMs: 30_000 });
    expect(balancersOf('')).toBeUndefined();
  });

  test('keeps all backups where no number is given', () => {
    const result = parseConfig({ ...minimal, backupImage: 'true' });
    expect(result.ok && result.config.request.backup).toStrictEqual({});
  });

  test('has a record without an address', () => {
    const result = parseConfig({ ...minimal, githubToken: 't', environment: 'e' });
    expect(result.ok && result.config.record).toStrictEqual({ githubToken: 't', environment: 'e' });
  });

  test('takes an empty text for the default where that makes nothing less safe', () => {
    const safe = {
      force: '',
      imageWait: '',
      timeout: '',
      pollInterval: ' ',
      maxUnavailable: '',
      maxFailures: '\n',
      requestsPerSecond: '',
      healthDeadline: '',
      minHealthyTime: '',
      drainTime: '',
      summary: ''
    };
    expect(parseConfig({ ...minimal, ...safe })).toEqual(parseConfig(minimal));
  });

  test('warns of an instance ID that does not begin as one', () => {
    expect(parseConfig({ ...minimal, instanceId: 'i-a 0a1b2c' })).toMatchObject({
      ok: true,
      warnings: ['instanceId has "0a1b2c": instance IDs usually begin with i-, such as i-YufwpQAe.']
    });
  });

  test('warns of a script that may never run, without showing it', () => {
    const warningOf = (userData: string): unknown => {
      const result = parseConfig({ ...minimal, userData });
      return result.ok && result.config.request.scriptWarning;
    };
    expect(warningOf('echo Zq9')).toMatch(/^userData may never run at first boot: it begins with none/);
    expect(warningOf('#!/bin/sh')).toBeUndefined();
  });

  test('has no secret in its request', () => {
    const secrets = { adminPass: 'Zq9-Abcdefg1', keypairId: '', userData: '#!/bin/sh\n# Zq9' };
    const result = parseConfig({ ...minimal, ...secrets });
    expect(result.ok && result.config.request.options).toEqual({
      login: { kind: 'adminPass' },
      script: 'given'
    });
    expect(JSON.stringify(result.ok && result.config.request)).not.toContain('Zq9');
  });
});
