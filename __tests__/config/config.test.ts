import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.ts';
import { inputNames, type RawInputs } from '../../src/config/inputs.ts';
import { minimal } from './raw.ts';

describe('a config', () => {
  test('of the shortest inputs holds the defaults, and no key that was not set', () => {
    expect(parseConfig(minimal)).toStrictEqual({
      ok: true,
      config: {
        credentials: { accessKeyId: minimal.accessKeyId, secretAccessKey: minimal.secretAccessKey },
        region: 'bj',
        endpoint: new URL('https://bcc.bj.baidubce.com'),
        instanceIds: ['i-YufwpQAe'],
        image: { kind: 'id', id: 'm-DpgNg8lO' },
        order: { login: { kind: 'keypairId', keypairId: 'k-keypair1' } },
        dryRun: false,
        force: false,
        allowProtected: false,
        rollback: false,
        wait: true,
        timeoutMs: 1_200_000,
        pollIntervalMs: 5_000,
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
      healthCheck: ' tcp://{internalIp}:22\n',
      healthDeadline: '2m',
      minHealthyTime: '0s',
      githubToken: 'ghs_x',
      environment: ' production ',
      environmentUrl: 'https://example.com/',
      summary: 'FALSE'
    };
    expect(parseConfig(raw)).toStrictEqual({
      ok: true,
      config: {
        credentials: {
          accessKeyId: minimal.accessKeyId,
          secretAccessKey: minimal.secretAccessKey,
          sessionToken: 'token'
        },
        region: 'gz',
        endpoint: new URL('http://127.0.0.1:8080'),
        instanceIds: ['i-a'],
        image: { kind: 'name', pattern: 'web-*' },
        order: {
          login: { kind: 'adminPass', adminPass: 'Abcdefg1' },
          userData: '#!/bin/sh\n',
          cleanLastUserData: true
        },
        dryRun: true,
        force: true,
        allowProtected: true,
        confirmName: 'web 1',
        backup: { keep: 3 },
        rollback: true,
        wait: true,
        timeoutMs: 3_600_000,
        pollIntervalMs: 90_000,
        health: {
          check: { kind: 'tcp', hostPattern: '{internalIp}', port: 22 },
          deadlineMs: 120_000,
          minHealthyTimeMs: 0
        },
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
    expect(result.ok && result.config.order).toStrictEqual({
      login: { kind: 'keepImageLogin' },
      cleanLastUserData: false
    });
  });

  test('of several instances, and one that is not waited for', () => {
    const result = parseConfig({ ...minimal, instanceId: 'i-b i-a', wait: 'False' });
    expect(result).toMatchObject({ ok: true, config: { instanceIds: ['i-b', 'i-a'], wait: false } });
  });

  test('keeps all backups where no number is given', () => {
    const result = parseConfig({ ...minimal, backupImage: 'true' });
    expect(result.ok && result.config.backup).toStrictEqual({});
  });

  test('has a record without an address', () => {
    const result = parseConfig({ ...minimal, githubToken: 't', environment: 'e' });
    expect(result.ok && result.config.record).toStrictEqual({ githubToken: 't', environment: 'e' });
  });
});

describe('problems', () => {
  test('of empty inputs name every input that needs a value', () => {
    const empty = Object.fromEntries(inputNames.map((input) => [input, ''])) as RawInputs;
    const result = parseConfig(empty);
    const optional = [
      'sessionToken',
      'endpoint',
      // One of two has to be given, which is told at the first.
      'imageName',
      'confirmName',
      'backupKeep',
      'healthCheck',
      'adminPass',
      'keypairId',
      'userData',
      'cleanLastUserData',
      'githubToken',
      'environment',
      'environmentUrl'
    ];
    expect(result.ok ? [] : result.problems.map(({ input }) => input)).toEqual(
      inputNames.filter((input) => !optional.includes(input))
    );
  });

  test('of all inputs come at once, in the order of the inputs', () => {
    const bad: RawInputs = {
      accessKeyId: 'a\n',
      secretAccessKey: 'short',
      sessionToken: 'a b',
      region: 'BJ',
      endpoint: 'http://example.com',
      instanceId: 'm-a',
      imageId: 'i-a',
      imageName: '*',
      adminPass: 'x',
      keypairId: 'k k',
      keepImageLogin: 'yes',
      userData: ' ',
      cleanLastUserData: '1',
      dryRun: 'on',
      force: 'y',
      allowProtected: 'n',
      confirmName: 'a\nb',
      backupImage: 'please',
      backupKeep: '0',
      rollback: 'maybe',
      wait: '0',
      timeout: '20',
      pollInterval: '1h',
      healthCheck: 'localhost',
      healthDeadline: '3h',
      minHealthyTime: '10',
      githubToken: 'é',
      environment: '',
      environmentUrl: 'x',
      summary: 'maybe'
    };
    const result = parseConfig(bad);
    const inputs = result.ok ? [] : result.problems.map(({ input }) => input);
    expect([...new Set(inputs)]).toEqual(inputNames);
    // Too short, too simple, and not the only way to log in.
    expect(inputs.filter((input) => input === 'adminPass')).toHaveLength(3);
  });
});
