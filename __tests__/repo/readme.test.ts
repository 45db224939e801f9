import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { groupsOf, readAction } from '../../scripts/action-metadata.ts';
import { inputsPage, outputsPage, type Schema } from '../../scripts/docs.ts';
import { parseHealthCheck } from '../../src/config/parsers/health-check.ts';
import { blocksOf, exists, filesIn, read, type Step } from './files.ts';
import { wordsOf } from './types.ts';

const readme = read('README.md');
const howItWorks = read('docs/how-it-works.md');
const permissions = read('docs/permissions.md');
const troubleshooting = read('docs/troubleshooting.md');
const action = readAction(read('action.yml'));

describe('the pages of inputs and outputs', () => {
  const text = read('action.yml');
  const schema = JSON.parse(read('docs/result.schema.json')) as Schema;

  test('are those of action.yml and the schema', () => {
    expect(inputsPage(text)).toBe(read('docs/inputs.md'));
    expect(outputsPage(text, schema)).toBe(read('docs/outputs.md'));
  });

  test('tell of every input and output, in groups', () => {
    const page = inputsPage(text);
    for (const name of Object.keys(action.inputs)) expect(page).toContain(`### \`${name}\``);
    expect([...groupsOf(text).keys()][0]).toBe(Object.keys(action.inputs)[0]);
    const outputs = outputsPage(text, schema);
    for (const name of Object.keys(action.outputs)) expect(outputs).toContain(`### \`${name}\``);
  });

  test('would be found stale after a change of a default or a description', () => {
    expect(inputsPage(text.replace('default: 20m', 'default: 9m'))).not.toBe(inputsPage(text));
    expect(inputsPage(text)).toContain('Default `20m`.');
  });
});

describe('README.md', () => {
  test('says what is erased before anything else', () => {
    const beginning = readme.slice(0, readme.indexOf('\n## '));
    expect(beginning).toMatch(/erases the system disk and deletes all snapshots/);
  });

  test('can be read in five minutes', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1_500);
  });

  test('names every input and output', () => {
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)]) {
      expect(readme).toContain(`\`${name}\``);
    }
  });

  test('names only inputs that exist, in every block that uses the action', () => {
    const steps = blocksOf('README.md', 'yaml')
      .map((block) => parse(block) as { readonly jobs: Record<string, { readonly steps: Step[] }> })
      .flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps))
      .filter(({ uses }) => uses?.includes('rebuild-bcc-instance'));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    }
  });

  test('names every operation that needs a permission', () => {
    const files = [
      'bce/api/instances',
      'bce/api/images',
      'bce/api/load-balancers',
      'core/model/backend-server'
    ];
    const operations = files.flatMap((file) =>
      [...read(`src/${file}.ts`).matchAll(/(?:\bname: |\bcallOn\(| [?:] )'([A-Z]\w+)'/g)].map(
        ([, name = '']) => name
      )
    );
    expect(operations).toEqual(expect.arrayContaining(['RebuildBatchInstance', 'UpdateBlbServer']));
    expect(new Set(operations).size).toBeGreaterThan(17);
    for (const name of operations) expect(permissions).toContain(`- **${name}** for `);
    const named = [...permissions.matchAll(/^- \*\*(\w+)\*\*/gm)].map(([, name = '']) => name);
    expect(new Set(named)).toEqual(new Set(operations));
  });
});

const documents = [readme, howItWorks, permissions, troubleshooting, read('docs/fleets.md')].join('\n');

/** The source of a number in a document, and the text that contains it. */
type Numbers = readonly (readonly [file: string, code: string, words: string])[];

const numbers: Numbers = [
  ['src/core/schedule.ts', 'const jitter = 0.02;', '±2 % of it'],
  ['src/core/rebuild/stable-streak.ts', 'const confirmMs = 1_000;', '1 s after the first'],
  [
    'src/core/rebuild/stable-streak.ts',
    'Math.max(2_000, Math.min(pollIntervalMs, 15_000))',
    'at least 2 s, at most 15 s'
  ],
  [
    'src/core/rebuild/proof.ts',
    'Math.min(15_000, quietMs(rebuild))',
    'within 15 s of its first other status'
  ],
  ['src/core/rebuild/observation-interval.ts', 'const bootMs = 60_000;', 'every second, for a minute'],
  ['src/core/rebuild/observation-interval.ts', 'const bootIntervalMs = 1_000;', 'every second, for a minute'],
  ['src/core/rebuild/observation-interval.ts', 'const leastPart = 0.8;', 'no less than 80 % of it'],
  [
    'src/core/rebuild/observation-interval.ts',
    'answeredAtMs - referenceAtMs >= lateMs',
    '30 s or more have passed since the acceptance'
  ],
  ['src/core/rebuild/observation-interval.ts', '2 * intervalOf(rebuild) + 10_000', 'two intervals and 10 s'],
  ['src/deploy/rebuild/rebuild.ts', 'const lastReadMs = 2_000;', 'is cut 2 s later'],
  ['src/deploy/rebuild/send.ts', 'const freshMs = 10_000;', 'must leave within 10 s of it'],
  ['src/core/rebuild/observation-interval.ts', 'const startIntervalMs = 5_000;', 'at least every 5 s'],
  ['src/core/rebuild/evidence.ts', 'const lateMs = 30_000;', 'later than 30 seconds after the acceptance'],
  ['src/core/rebuild/stable-streak.ts', 'return rebuild.task.timeoutMs / 10;', 'a tenth of `timeout`'],
  [
    'src/core/rebuild/stable-streak.ts',
    'isDown ? rebuild.task.timeoutMs / 4',
    'a stopped instance has to be stable for a quarter of `timeout` (5 minutes by default)'
  ],
  [
    'src/core/rebuild/after-send.ts',
    'Math.max(60_000, rebuild.task.timeoutMs / 4)',
    'an unbroken minute of observing, or a quarter of `timeout`'
  ],
  [
    'src/core/rebuild/after-send.ts',
    'Math.max(60_000, rebuild.task.timeoutMs / 4)',
    'a minute and no less than a quarter of `timeout`'
  ],
  ['src/core/rebuild/after-send.ts', 'const maxSends = 2;', 'at most once more'],
  ['src/core/rebuild/after-send.ts', 'const maxStarts = 3;', 'told to start, up to 3 times'],
  ['src/core/rebuild/step-rebuild.ts', 'const maxConflicts = 3;', 'taken the same way, up to 3 times'],
  [
    'src/bce/call-attempt.ts',
    'const timeoutMs: Readonly<Record<CallKind, number>> = { read: 15_000, write: 30_000 };',
    '15 s, 30 s'
  ],
  ['src/bce/retry/retry-policy.ts', 'const baseMs = 500;', 'below 0.5, 1, 2, 4 s'],
  ['src/bce/retry/retry-policy.ts', 'return isRepeatable(traits) ? 5 : 1;', 'Attempts of a read | 5,'],
  ['src/bce/retry/retry-policy.ts', 'const capMs = 8_000;', 'between half and all of 0.5, 1, 2, 4, 8 s'],
  [
    'src/bce/retry/retry-policy.ts',
    'const deferralLimitMs = 300_000;',
    'put off for 5 minutes from the first time in a row'
  ],
  ['src/bce/retry/retry-policy.ts', 'const resendWindowMs = 10_000;', 'is sent within 10 s of the decision'],
  [
    'src/bce/retry/retry-policy.ts',
    'const deferralLimitMs = 300_000;',
    'is asked again, for 5 minutes at least'
  ],
  ['src/bce/retry/retry-policy.ts', 'const minDeferrals = 5;', 'and at least 5 times'],
  ['src/core/model/failure.ts', 'const longestRetryAfterMs = 120_000;', 'obeyed up to 120 s'],
  ['src/bce/retry/token-bucket.ts', 'const lowestRate = 0.5;', 'not below 0.5'],
  ['src/bce/retry/token-bucket.ts', 'const slowEveryMs = 1_000;', 'at most once a second'],
  ['src/bce/retry/token-bucket.ts', 'const stepsUp = 100;', 'a hundredth of it back with each success'],
  ['src/deploy/calls/heartbeat.ts', 'const heartbeatMs = 60_000;', 'else every 60 s'],
  ['src/deploy/rollout/rollout-log.ts', 'const leastMs = 15_000;', 'lines of progress, 15 to 60 s apart'],
  ['src/deploy/calls/heartbeat.ts', 'const heartbeatMs = 60_000;', 'lines of progress, 15 to 60 s apart'],
  ['src/core/model/limits.ts', 'const maxIdsPerCall = 100;', 'lists of up to 100 instances'],
  ['src/deploy/calls/read-many.ts', 'const fewDisks = 4;', 'more than 4 disks at once'],
  ['src/deploy/plan/survey.ts', 'const many = 10;', 'for more than 10 instances'],
  ['src/core/report/result-text.ts', 'const resultLimit = 100_000;', 'Beyond 100,000 bytes'],
  ['src/core/summary/annotations.ts', 'const most = 10;', 'There are at most 10 annotations'],
  ['src/core/images/backup.ts', 'const customImageQuota = 20;', 'A region holds 20 custom images'],
  ['src/core/images/backup.ts', "const backupPrefix = 'rbi-backup/';", 'The name is `rbi-backup/`'],
  ['src/core/images/choose-image.ts', 'const maxNearest = 5;', 'the five nearest names'],
  ['src/core/health/check.ts', "['ssh', 22]", 'port 22 unless given'],
  ['src/config/parsers/expectations.ts', '{ from: 200, to: 299 }', 'a status from 200 to 299'],
  ['src/config/parsers/expectations.ts', 'write codes from 200 to 599', 'all from 200 to 599'],
  ['src/core/health/health.ts', 'const maxIntervalMs = 2_000;', '`pollInterval`, at most 2 s'],
  ['src/deploy/health/await-healthy.ts', 'const probeTimeoutMs = 5_000;', 'One probe | 5 s'],
  ['src/deploy/plan/survey-instance.ts', 'const hostKeysMs = 5_000;', 'shows no key within 5 s'],
  ['src/health/probe-http.ts', 'const maxBodyBytes = 1024 * 1024;', 'the first MiB of the body'],
  ['src/action/signal-cancel.ts', 'const writeGraceMs = 700;', '0.7 s to answer'],
  ['src/action/signal-cancel.ts', 'const lastResortMs = 1_700;', 'ends within 2 s'],
  ['src/action/post-step.ts', 'const restoreLimitMs = 60_000;', 'for at most a minute'],
  ['src/action/post-step.ts', 'const awaitVisibleLimitMs = 180_000;', 'up to 3 minutes']
];

const guestNumbers: Numbers = [
  ['src/core/health/guest/guest-proof.ts', '{ ms: 2_000, share: 0.001 }', 'a margin of 2 s and 0.1 %'],
  ['src/core/health/guest/guest-proof.ts', 'const shownLines = 20;', 'its last 20 lines'],
  ['src/core/health/health-log.ts', 'escapedLine(line, 200)', 'cut at 200 characters'],
  ['src/core/health/guest/guest-command.ts', 'const maxScriptSeconds = 600;', 'at most 10 minutes'],
  ['src/core/model/limits.ts', 'maxIdsPerCall = 100;', 'agents of up to 100 instances'],
  ['src/core/health/health.ts', 'const maxIntervalMs = 2_000;', 'a tick (2 s']
];

const fleetNumbers: Numbers = [
  ['src/config/parsers/tags.ts', 'const maxTags = 20;', '`key=value`, one a line, at most 20'],
  ['src/core/rollout/roll-forward-next.ts', 'const checksAtOnce = 50;', '50 at once'],
  ['src/core/rollout/settings.ts', 'Math.max(1,', 'and is at least 1'],
  ['src/deploy/health/await-healthy.ts', 'const probeTimeoutMs = 5_000;', 'one probe of at most 5 s'],
  [
    'src/core/rebuild/after-send.ts',
    'Math.max(60_000, rebuild.task.timeoutMs / 4)',
    'a quarter of `timeout`, and a minute at least'
  ],
  ['src/bce/retry/retry-policy.ts', 'const resendWindowMs = 10_000;', 'not sent within 10 s'],
  ['src/core/model/limits.ts', 'const maxIdsPerCall = 100;', 'in lists of up to 100 instances'],
  ['src/deploy/calls/read-many.ts', 'const fewDisks = 4;', 'more than 4 disks'],
  ['src/deploy/rebuild/send.ts', 'isBatchDenied ? 1 : maxIdsPerCall', 'as one call of up to 100'],
  [
    'src/deploy/rollout/instance-work.ts',
    'const fewTargets = 20;',
    'Of more than 20 instances the single steps'
  ],
  ['src/deploy/rollout/rollout-log.ts', 'const leastMs = 15_000;', 'every 15 to 60 s'],
  ['src/deploy/calls/heartbeat.ts', 'const heartbeatMs = 60_000;', 'every 15 to 60 s'],
  ['src/core/summary/annotations.ts', 'const most = 10;', 'at most 10'],
  ['src/core/summary/timeline.ts', 'const mostInstances = 50;', 'a timeline of up to 50'],
  ['src/core/summary/summary.ts', 'const mostDetailed = 20;', 'of more than 20 only those that failed'],
  ['src/core/summary/summary.ts', 'const summaryLimit = 900_000;', 'beyond 900,000 bytes'],
  ['src/core/report/result-text.ts', 'const resultLimit = 100_000;', 'Beyond 100,000 bytes']
];

describe('a number of the documents is the one in the code', () => {
  test.each(numbers)('%s: %s', (file, code, words) => {
    expect(read(file)).toContain(code);
    expect(documents).toContain(words);
  });
});

describe('a number of docs/fleets.md is the one in the code', () => {
  test.each(fleetNumbers)('%s: %s', (file, code, words) => {
    expect(read(file)).toContain(code);
    expect(read('docs/fleets.md')).toContain(words);
  });
});

describe('a number of docs/cloud-assistant.md is the one in the code', () => {
  test.each(guestNumbers)('%s: %s', (file, code, words) => {
    expect(read(file)).toContain(code);
    expect(read('docs/cloud-assistant.md')).toContain(words);
  });
});

test('CONTRIBUTING.md knows how large a bundle may be', () => {
  const [, limit = ''] = /toBeLessThan\((\d+)_000\)/.exec(read('__tests__/repo/dist.test.ts')) ?? [];
  expect(read('CONTRIBUTING.md')).toContain(`bundle over ${limit} kB`);
});

describe('the checks of docs/how-it-works.md', () => {
  const checks = [...howItWorks.matchAll(/`((?:tcp|ssh|https?):\/\/\{[^`]*)`/g)].map(([, text = '']) => text);
  const cells = [...howItWorks.matchAll(/^\| (`(?:tcp|ssh|https?):\/\/[^|]*) \|/gm)];

  test('are in the table, one for each kind at least', () => {
    expect(cells.length).toBeGreaterThan(4);
    expect(checks.length).toBeGreaterThan(4);
  });

  test.each(checks)('%s can be read', (text) => {
    expect(parseHealthCheck(text)).toMatchObject({ ok: true });
  });
});

test('docs/how-it-works.md says for every kind of end whether a rollback follows', () => {
  const from = howItWorks.indexOf('| It ended so |');
  const table = howItWorks.slice(from, howItWorks.indexOf('\n\n', from));
  const rebuildReasons = wordsOf('src/core/rebuild/ending.ts', 'FailureReason').filter(
    (word) => word !== 'call'
  );
  const runReasons = ['unhealthy', 'cancelled', 'rejoin', 'rollbackFailed'];
  for (const word of [...rebuildReasons, ...runReasons]) expect(table).toContain(`\`${word}\``);
});

describe('the documents', () => {
  const paths = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesIn('docs', /\.md$/)];

  test.each(paths)('%s links only to what is there', (path) => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
    const links = [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to);
    const missing = links.filter((to) => !exists(`${folder}${to}`));
    expect(missing).toEqual([]);
  });

  test.each(['CONTRIBUTING.md', 'docs/architecture.md'])('%s names only files that exist', (path) => {
    const named = [...read(path).matchAll(/`((?:[a-z-]+\/)+[a-z-]+\.[a-z.]+)`/g)].map(
      ([, file = '']) => file
    );
    const missing = named.filter((file) => !exists(file) && !exists(`src/${file}`));
    expect(missing).toEqual([]);
  });
});
