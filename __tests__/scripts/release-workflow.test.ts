/**
 * The scripts of release.yml, run in a temporary repository with a stand-in for `gh`: the steps of a fork
 * for its first releases. What GitHub itself does (attestation, approval) is not covered.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withOwner } from '../../scripts/owner.ts';
import { filesIn, read, root, stepsOf, type Workflow, workflowOf } from '../repo/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'release-'));
const work = join(folder, 'work');
const remote = join(folder, 'remote.git');
const temp = join(folder, 'temp');
const calls = join(folder, 'calls.txt');

/** Knows `release view`, `release create` and the two calls of `api` that release.yml makes, and no other. */
const gh = `#!/usr/bin/env bash
set -euo pipefail
echo "$*" >> '${calls}'
case "$1 $2" in
  'release view') test -e "${folder}/released-$3" ;;
  'release create')
    git -C '${remote}' rev-parse --quiet --verify "refs/tags/$3" > /dev/null
    cat release/notes.md release/sbom.cdx.json > "${folder}/released-$3" ;;
  'api --method')
    commit=$(sed -n 's/.*--field sha=\\([0-9a-f]*\\).*/\\1/p' <<< "$*")
    case "$3 $4" in
      'POST repos/octo/rebuild-bcc-instance/git/refs')
        git -C '${remote}' update-ref "$(sed -n 's/.*--field ref=\\([^ ]*\\).*/\\1/p' <<< "$*")" "$commit" '' ;;
      'PATCH repos/octo/rebuild-bcc-instance/git/refs/tags/'*)
        [[ "$*" == *'--field force=true'* ]]
        git -C '${remote}' update-ref "\${4#repos/octo/rebuild-bcc-instance/git/}" "$commit" ;;
      *) exit 64 ;;
    esac ;;
  *) exit 64 ;;
esac
`;

function must(cwd: string, file: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout.trim();
}

const git = (...args: readonly string[]): string => must(work, 'git', ...args);
const environment: NodeJS.ProcessEnv = {
  PATH: [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
  HOME: folder,
  GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
  GIT_CONFIG_NOSYSTEM: '1'
};

/** What the npm script of this name stands for; a start of npm costs three times as much as the script. */
const direct = ['npm run --silent release --', 'node scripts/release.ts'] as const;

/**
 * Runs the scripts of a job, as far as it has any and they are asked for, in the checkout of a tag.
 *
 * @param isByNpm whether npm itself starts what the scripts start by it
 */
function play(
  job: string,
  tag: string,
  wanted: RegExp,
  isByNpm = false
): { readonly code: number; readonly text: string } {
  const at = join(folder, 'checkout');
  rmSync(at, { recursive: true, force: true });
  must(folder, 'git', 'clone', '--quiet', '--branch', tag, remote, at);
  cpSync(join(temp, 'release'), join(at, 'release'), { recursive: true, force: true });
  const { jobs } = workflowOf('.github/workflows/release.yml');
  const steps = stepsOf({ jobs: { [job]: jobs[job] } } as Workflow) as readonly { readonly run?: string }[];
  const scripts = steps.flatMap(({ run = '' }) => (wanted.test(run) ? [run] : []));
  if (scripts.length === 0) throw new Error(`release.yml has no such script in ${job}`);
  let text = '';
  for (const script of scripts) {
    const line = isByNpm ? script : script.replaceAll(...direct);
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', line], {
      cwd: at,
      encoding: 'utf8',
      env: {
        ...environment,
        GITHUB_REF_NAME: tag,
        GITHUB_REPOSITORY: 'octo/rebuild-bcc-instance',
        RUNNER_TEMP: temp
      }
    });
    text += stdout + stderr;
    if (status !== 0) return { code: status ?? -1, text };
  }
  return { code: 0, text };
}

/** Sets the two values, wherever the repository itself stands. */
function writePackages(owner: string, version: string): void {
  for (const name of ['package.json', 'package-lock.json']) {
    const own = JSON.parse(read(name)) as { readonly version: string };
    const text = read(name).replaceAll(`"version": "${own.version}"`, `"version": "${version}"`);
    writeFileSync(join(work, name), text.replace(/github:[^/"]+\/rebuild/, `github:${owner}/rebuild`));
  }
}

/** What CONTRIBUTING.md says to do for a release, but for the tests. */
function prepare(version: string): void {
  writePackages('octo', version);
  const changelog = readFileSync(join(work, 'CHANGELOG.md'), 'utf8');
  const section = `## [${version}] - 2026-12-01\n\n### Changed\n\n- What ${version} brings.\n`;
  const heading = '## [Unreleased]\n';
  writeFileSync(join(work, 'CHANGELOG.md'), changelog.replace(heading, `${heading}\n${section}`));
  git('commit', '--quiet', '--all', '--message', version);
  git('tag', `v${version}`);
  git('push', '--quiet', 'origin', 'main', `v${version}`);
}

const checks = /merge-base|release -- check/;
const building = /merge-base|release -- (check|write)/;
const everything = /./;
const tagAt = (name: string): string => must(remote, 'git', 'rev-parse', `refs/tags/${name}`);
const callsSoFar = (): string => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');

beforeAll(() => {
  for (const path of [work, join(folder, 'bin'), join(temp, 'release')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(folder, 'bin', 'gh'), gh, { mode: 0o755 });
  writeFileSync(environment['GIT_CONFIG_GLOBAL'] ?? '', '[user]\nname = Octo\nemail = octo@example.com\n');
  const scripts = ['.npmrc', 'scripts/release.ts', 'scripts/owner.ts'];
  for (const path of [...scripts, 'dist/main/licenses.txt', 'dist/post/licenses.txt']) {
    cpSync(join(root, path), join(work, path), { recursive: true });
  }
  writePackages('OWNER', '0.1.0');
  writeFileSync(join(work, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n- All.\n');
  must(folder, 'git', 'init', '--quiet', '--bare', '--initial-branch', 'main', remote);
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', remote);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'The fork as it is');
  git('push', '--quiet', 'origin', 'main');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the releases of a fork, one after another', () => {
  test('are stopped before the two values are set', () => {
    git('tag', 'v0.9.0');
    git('push', '--quiet', 'origin', 'v0.9.0');
    const { code, text } = play('build', 'v0.9.0', checks);
    expect(code).toBe(1);
    expect(text).toMatch(/package\.json says .*, the tag 0\.9\.0\./);
    expect(text).toContain('CHANGELOG.md has no section ## [0.9.0]');
    expect(text).toContain('CHANGELOG.md still has something under Unreleased');
    expect(text).toContain('package.json does not name the owner');
    git('push', '--quiet', 'origin', ':v0.9.0');
  });

  test('v1.0.0 passes the checks and gets its notes and an SBOM', () => {
    writeFileSync(join(work, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n');
    prepare('1.0.0');
    expect(play('build', 'v1.0.0', building, true)).toEqual({ code: 0, text: '' });
    expect(readFileSync(join(temp, 'release', 'notes.md'), 'utf8')).toBe(
      '### Changed\n\n- What 1.0.0 brings.\n'
    );
    const sbom = JSON.parse(readFileSync(join(temp, 'release', 'sbom.cdx.json'), 'utf8')) as {
      readonly metadata: { readonly component: object };
      readonly components: readonly { readonly name: string }[];
    };
    expect(sbom.metadata.component).toMatchObject({ name: 'rebuild-bcc-instance', version: '1.0.0' });
    expect(sbom.components.map(({ name }) => name)).toContain('@actions/core');
  });

  test('it is released once, however often the job runs', () => {
    expect(play('publish', 'v1.0.0', everything)).toEqual({ code: 0, text: '' });
    expect(play('publish', 'v1.0.0', everything)).toEqual({ code: 0, text: '' });
    expect(callsSoFar().match(/^release create/gm)).toHaveLength(1);
    expect(callsSoFar()).toContain(
      'release create v1.0.0 --verify-tag --title v1.0.0 --notes-file release/notes.md'
    );
  });

  test('v1 is made, and a second run changes nothing', () => {
    expect(play('major', 'v1.0.0', everything).code).toBe(0);
    expect(tagAt('v1')).toBe(tagAt('v1.0.0'));
    expect(play('major', 'v1.0.0', everything).code).toBe(0);
    expect(tagAt('v1')).toBe(tagAt('v1.0.0'));
  });

  test('v1.0.1 moves v1 by one forced update, and v1.0.0 does not move it back', () => {
    prepare('1.0.1');
    expect(play('build', 'v1.0.1', building)).toEqual({ code: 0, text: '' });
    expect(readFileSync(join(temp, 'release', 'notes.md'), 'utf8')).toBe(
      '### Changed\n\n- What 1.0.1 brings.\n'
    );
    const before = callsSoFar().length;
    expect(play('major', 'v1.0.1', everything).code).toBe(0);
    expect(callsSoFar().slice(before)).toMatch(
      /^api --method PATCH .*\/git\/refs\/tags\/v1 .*--field force=true\n$/
    );
    expect(tagAt('v1')).toBe(tagAt('v1.0.1'));
    expect(play('major', 'v1.0.0', everything).text).toContain('is not the newest of its major version');
    expect(tagAt('v1')).toBe(tagAt('v1.0.1'));
  });

  test('a tag on a commit that never came to main is refused', () => {
    git('checkout', '--quiet', '-b', 'aside');
    git('commit', '--quiet', '--allow-empty', '--message', 'Aside');
    git('tag', 'v1.0.2');
    git('push', '--quiet', 'origin', 'v1.0.2');
    expect(play('build', 'v1.0.2', /merge-base/).code).toBe(1);
    git('checkout', '--quiet', 'main');
  });
});

test('the owner is named in every document, and the sentence that explains the name stays true', () => {
  const text = '`OWNER` is the account that publishes the action.\n`OWNER` 是发布此 Action 的账号。\n';
  const once = withOwner(text, 'octo');
  expect(once).toBe('`octo` is the account that publishes the action.\n`octo` 是发布此 Action 的账号。\n');
  expect(withOwner(once, 'other')).toBe(once.replaceAll('octo', 'other'));
  const documents = [
    ...filesIn('docs', /\.md$/),
    ...filesIn('examples', /\.yml$/),
    ...filesIn('.github', /\.yml$/)
  ];
  for (const path of ['README.md', 'README.zh-CN.md', '.github/CODEOWNERS', ...documents]) {
    expect([path, withOwner(read(path), 'octo').includes('OWNER')]).toEqual([path, false]);
  }
});

test('a team that is asked about changes stays, and an account follows', () => {
  expect(withOwner('* @octo/maintainers\n', 'other')).toBe('* @octo/maintainers\n');
  expect(withOwner('* @octo\n', 'other')).toBe('* @other\n');
});
