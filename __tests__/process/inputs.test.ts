/** Bad inputs: reported all at once, before anything is sent, and without a secret. Their texts are tested in config/. */
import { describe, expect, test } from '@jest/globals';
import { expectNoSecrets, expectRed, type Played, playAll, type Scene } from './scene.ts';

/** A password that breaks the rule, but is still somebody's password. */
const weakPass = 'onlylowercaseletters';

const scenes = {
  nothingGiven: {
    withPost: true,
    inputs: {
      accessKeyId: '',
      secretAccessKey: '',
      sessionToken: '',
      instanceId: '',
      imageId: '',
      adminPass: ''
    }
  },
  manyProblems: {
    inputs: {
      instanceId: 'i-demo0001, i-demo0001 i-*',
      imageId: 'i-demo0002',
      adminPass: weakPass,
      keypairId: 'k-demo0001',
      dryRun: 'yes',
      timeout: '20',
      pollInterval: '1x',
      environmentUrl: 'ftp://example.com'
    }
  },
  secrets: {
    inputs: {
      secretAccessKey: 'first-half-of-it\nsecond-half-of-it',
      endpoint: 'https://somebody:hunter2@bcc.bj.baidubce.com'
    }
  },
  names: {
    inputs: {
      confirmName: '',
      instanceId: 'i-x\n::error::gotcha\u200b',
      imageId: '::set-output name=status::rebuilt'
    },
    env: {
      'INPUT_DRY-RUN': 'true',
      'INPUT_CONFIRM-NAME': 'not-this-one',
      INPUT_PASSWORD: 'x'
    }
  },
  stranger: { inputs: { dryRun: 'true' }, env: { INPUT_FOO: 'Zq9', 'INPUT_WHO-TO-GREET': 'Zq9' } }
} satisfies Readonly<Record<string, Scene>>;

const played = playAll<keyof typeof scenes>(scenes);

/** Plays the scene and holds what is true of all bad inputs. */
async function refused(name: keyof typeof scenes): Promise<Played> {
  const result = await played(name);
  expectRed(result, { cause: /./, remedy: /^Nothing was sent\.$/m, changed: false });
  expect(result.annotations[0]?.title).toBe('The inputs are not right');
  expect(result.log).toMatch(/^Nothing was sent: the inputs are not right\.$/m);
  expect(result.calls).toEqual([]);
  expect(result.main.tookMs).toBeLessThan(10_000);
  return result;
}

const linesOf = (result: Played): readonly string[] =>
  result.annotations[0]?.message.split('\n').slice(0, -1) ?? [];

describe('bad inputs', () => {
  test('of every required thing: each is named', async () => {
    const result = await refused('nothingGiven');
    expect(linesOf(result).map((line) => line.split(' ')[0])).toEqual([
      'accessKeyId',
      'secretAccessKey',
      'instanceId',
      'imageId',
      'adminPass'
    ]);
  });

  test('of many kinds are reported in one annotation, in the order of the inputs', async () => {
    const result = await refused('manyProblems');
    const named = [...new Set(linesOf(result).map((line) => line.split(' ')[0]))];
    expect(named).toEqual([
      'instanceId',
      'imageId',
      'adminPass',
      'dryRun',
      'timeout',
      'pollInterval',
      'githubToken',
      'environment',
      'environmentUrl'
    ]);
    expect(linesOf(result)).toContain('timeout is "20", which has no unit; did you mean 20s or 20m?');
    expect(result.annotations[0]?.message).toMatch(/adminPass is too simple: it has 1 of the four classes/);
    expectNoSecrets(result, [weakPass]);
    expect(result.masks).toContain(weakPass);
  });

  test('of a secret with a line break, and of an endpoint with a user: the true name, and no part of it', async () => {
    const result = await refused('secrets');
    expect(linesOf(result)).toEqual([
      expect.stringMatching(/^secretAccessKey contains white space/),
      expect.stringMatching(/^endpoint holds a user name or a password/)
    ]);
    expectNoSecrets(result, ['first-half-of-it', 'second-half-of-it', 'hunter2']);
    expect(result.masks).toEqual(expect.arrayContaining(['first-half-of-it', 'second-half-of-it']));
  });

  test('that contain commands of the runner are only quoted', async () => {
    const result = await refused('names');
    expect(result.annotations).toHaveLength(1);
    const commands = result.main.stdout.split('\n').filter((line) => /^\s*::(?!add-mask)/.test(line));
    expect(commands).toHaveLength(1);
    expect(result.main.stdout).not.toMatch(/^\s*::set-output/m);
    expect(result.everything).not.toContain('\u200b');
    expect(result.outputs['status']).toBe('failed');
  });

  test('of names that the action does not have: each with the right one, and nothing is erased', async () => {
    const result = await refused('names');
    const lines = linesOf(result).join('\n');
    expect(lines).toContain('adminPass is not spelled "password"');
    expect(lines).toContain('dryRun is not spelled "dry-run"');
    expect(lines).toContain('confirmName is not spelled "confirm-name"');
  });

  test('of names that mean nothing here: a warning, and the run goes on', async () => {
    const result = await played('stranger');
    expect(result.main.exitCode).toBe(0);
    expect(result.outputs['status']).toBe('planned');
    expect(result.annotations).toMatchObject([
      {
        level: 'warning',
        message: 'This action has no input "foo", "who-to-greet": without effect. Check the spelling.'
      }
    ]);
    expect(result.everything).not.toContain('Zq9');
  });
});
