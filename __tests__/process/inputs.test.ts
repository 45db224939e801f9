/** Bad inputs: reported all at once, before anything is sent, and without a secret. */
import { describe, expect, test } from '@jest/globals';
import { credentials, expectNoSecrets, expectRed, type Played, playAll, type Scene } from './scene.ts';

/** A password that breaks the rule, but is still somebody's password. */
const weakPass = 'onlylowercaseletters';

const scenes = {
  nothingGiven: {
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
  brokenSecret: { inputs: { secretAccessKey: `${credentials.secretAccessKey}\n` } },
  brokenInside: { inputs: { secretAccessKey: 'first-half-of-it\nsecond-half-of-it' } },
  shortSecret: { inputs: { secretAccessKey: 'tooshort' } },
  hostile: { inputs: { instanceId: 'i-x\n::error::gotcha', imageId: '::set-output name=status::rebuilt' } },
  misspelled: {
    inputs: { confirmName: '' },
    env: {
      'INPUT_DRY-RUN': 'true',
      'INPUT_CONFIRM-NAME': 'not-this-one',
      INPUT_PASSWORD: 'x'
    }
  },
  stranger: { inputs: { dryRun: 'true' }, env: { INPUT_FOO: 'Zq9', 'INPUT_WHO-TO-GREET': 'Zq9' } },
  blankName: { inputs: { confirmName: ' ' } },
  invisible: { inputs: { instanceId: 'i-demo0001\u200b', imageId: 'm\u2011web-2' } },
  curlyCheck: { inputs: { healthCheck: 'http://{publicIp}/ body=“ok”' } },
  singleCheck: { inputs: { healthCheck: "http://{publicIp}/ body='ok'" } },
  joinedChecks: { inputs: { healthCheck: 'tcp://{publicIp}:22, http://{publicIp}/' } },
  imageWaitPattern: { inputs: { imageId: '', imageName: 'web-*', imageWait: '10m' } },
  plainEndpoint: { inputs: { endpoint: 'http://bcc.bj.baidubce.com' } },
  userInEndpoint: { inputs: { endpoint: 'https://somebody:hunter2@bcc.bj.baidubce.com' } }
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

  test('of a secret with a line break: its true name, and no part of it', async () => {
    const trailing = await refused('brokenSecret');
    expect(linesOf(trailing)[0]).toMatch(/^secretAccessKey begins or ends with white space/);
    const inside = await refused('brokenInside');
    expect(linesOf(inside)[0]).toMatch(/^secretAccessKey contains white space/);
    expectNoSecrets(inside, ['first-half-of-it', 'second-half-of-it']);
    expect(inside.masks).toEqual(expect.arrayContaining(['first-half-of-it', 'second-half-of-it']));
    const short = await refused('shortSecret');
    expect(linesOf(short)[0]).toMatch(/^secretAccessKey is shorter than 16 characters/);
  });

  test('that contain commands of the runner are only quoted', async () => {
    const result = await refused('hostile');
    expect(result.annotations).toHaveLength(1);
    const commands = result.main.stdout.split('\n').filter((line) => /^\s*::(?!add-mask)/.test(line));
    expect(commands).toHaveLength(1);
    expect(result.main.stdout).not.toMatch(/^\s*::set-output/m);
    expect(result.outputs['status']).toBe('failed');
  });

  test('of an endpoint: nothing goes out in the clear, and no user is shown', async () => {
    expect(linesOf(await refused('plainEndpoint'))[0]).toMatch(/^endpoint begins with http:/);
    const result = await refused('userInEndpoint');
    expect(linesOf(result)[0]).toMatch(/^endpoint holds a user name or a password/);
    expectNoSecrets(result, ['hunter2']);
  });

  test('of names that the action does not have: each with the right one, and nothing is erased', async () => {
    const result = await refused('misspelled');
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

  test.each([
    ['blankName', /^confirmName holds only white space/],
    ['invisible', /^instanceId is "i-demo0001\\u200b"/],
    ['curlyCheck', /^healthCheck has a body that begins with/],
    ['singleCheck', /^healthCheck has a body that begins with/],
    ['joinedChecks', /^healthCheck has several checks on one line/],
    ['imageWaitPattern', /^imageWait is 10m, but imageName "web-\*" is a pattern/]
  ] as const)('of a value that cannot be meant (%s)', async (name, line) => {
    const result = await refused(name);
    expect(linesOf(result).find((one) => line.test(one))).toBeDefined();
    expect(result.everything).not.toMatch(/[\u200b\u2011]/);
  });
});
