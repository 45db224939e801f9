import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/config.ts';
import { type InputName, inputNames, type RawInputs } from '../../src/config/inputs.ts';

interface ActionFile {
  readonly description: string;
  readonly inputs: Record<InputName, { description: string; required?: boolean; default?: unknown }>;
  readonly outputs: Record<string, { description: string }> & { status: { description: string } };
  readonly runs: Record<string, string>;
}

const text = readFileSync(new URL('../../action.yml', import.meta.url), 'utf8');
const action = parse(text) as ActionFile;

describe('action.yml', () => {
  test('has the inputs that are read, in the same order', () => {
    expect(Object.keys(action.inputs)).toEqual(inputNames);
  });

  test('has defaults that are strings and that parse as they are', () => {
    const defaults = Object.fromEntries(inputNames.map((name) => [name, action.inputs[name].default ?? '']));
    expect(Object.values(defaults).every((value) => typeof value === 'string')).toBe(true);
    const given = {
      accessKeyId: 'a',
      secretAccessKey: 's',
      instanceId: 'i-a',
      imageName: 'web-*',
      keypairId: 'k-a',
      healthCheck: 'ssh://{publicIp}',
      blbId: 'lb-a'
    };
    const result = parseConfig({ ...(defaults as RawInputs), ...given });
    expect(result).toMatchObject({
      ok: true,
      config: {
        endpoint: new URL('https://bcc.bj.baidubce.com'),
        requestsPerSecond: 5,
        request: {
          options: { login: { kind: 'keypairId' }, script: 'kept' },
          dryRun: false,
          force: false,
          allowProtected: false,
          rollback: false,
          wait: true,
          timeoutMs: 1_200_000,
          pollIntervalMs: 5_000,
          imageWaitMs: 0,
          rollout: { maxUnavailable: { kind: 'count', count: 1 }, canary: 0, pauseMs: 0, maxFailures: 0 },
          balancers: { drainMs: 30_000 },
          health: { deadlineMs: 300_000, minHealthyTimeMs: 10_000 }
        },
        summary: true
      }
    });
  });

  test('requires exactly the inputs without which there is always a problem, and gives these no default', () => {
    const required = Object.entries(action.inputs).filter(([, input]) => input.required === true);
    expect(required.map(([name]) => name)).toEqual(['accessKeyId', 'secretAccessKey']);
    expect(required.every(([, input]) => input.default === undefined)).toBe(true);
  });

  test('describes everything, and says what a rebuild erases', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description).toMatch(/^.{15,}\.$/);
    }
    expect(action.inputs.instanceId.description).toMatch(/erases the system disk and deletes all snapshots/);
  });

  test('has the outputs of the main job', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'status',
      'changed',
      'imageId',
      'imageName',
      'previousImageId',
      'backupImageId',
      'instanceIds',
      'publicIp',
      'internalIp',
      'requestId',
      'knownHosts',
      'durationSeconds',
      'result',
      'resultFile'
    ]);
  });

  test('names every word of the output status', () => {
    const words = [
      'rebuilt',
      'skipped',
      'planned',
      'started',
      'inProgress',
      'rolledBack',
      'failed',
      'partial'
    ];
    const description = action.outputs.status.description;
    expect([...description.matchAll(/`(\w+)`/g)].map(([, word]) => word)).toEqual(words);
  });

  test('fits the Marketplace, which cuts a description after 125 characters', () => {
    expect(action.description.length).toBeLessThanOrEqual(125);
  });

  test('holds no expression: the runner would try to evaluate it, even in a description', () => {
    expect(text).not.toContain('$' + '{{');
  });

  test('runs on Node 24 with a post step that always comes', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/main/index.js',
      post: 'dist/post/index.js',
      'post-if': 'always()'
    });
  });
});
