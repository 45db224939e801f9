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
        imageId: 'm-DpgNg8lO',
        order: { login: { kind: 'keypairId', keypairId: 'k-keypair1' } },
        dryRun: false,
        force: false,
        allowProtected: false,
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
      instanceId: 'i-a\ni-b',
      imageId: ' m-a ',
      adminPass: 'Abcdefg1',
      keypairId: '',
      userData: '#!/bin/sh\n',
      cleanLastUserData: 'true',
      dryRun: ' true ',
      force: 'True',
      allowProtected: 'TRUE',
      wait: 'False',
      timeout: '1h',
      pollInterval: '1m30s',
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
        instanceIds: ['i-a', 'i-b'],
        imageId: 'm-a',
        order: {
          login: { kind: 'adminPass', adminPass: 'Abcdefg1' },
          userData: '#!/bin/sh\n',
          cleanLastUserData: true
        },
        dryRun: true,
        force: true,
        allowProtected: true,
        wait: false,
        timeoutMs: 3_600_000,
        pollIntervalMs: 90_000,
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
      adminPass: 'x',
      keypairId: 'k k',
      keepImageLogin: 'yes',
      userData: ' ',
      cleanLastUserData: '1',
      dryRun: 'on',
      force: 'y',
      allowProtected: 'n',
      wait: '0',
      timeout: '20',
      pollInterval: '1h',
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
