import { describe, expect, test } from '@jest/globals';
import { read } from './files.ts';

interface Manifest {
  readonly version: string;
  readonly type: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

interface Lock {
  readonly version: string;
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly link?: boolean;
        readonly optional?: boolean;
        readonly engines?: { readonly node?: string } | readonly string[];
      }
    >
  >;
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const lock = JSON.parse(read('package-lock.json')) as Lock;

describe('package.json', () => {
  test('pins every version exactly', () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
    const all = { ...overrides, ...dependencies, ...devDependencies, ...optionalDependencies };
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test('has what the runtime needs and nothing more', () => {
    expect(Object.keys(manifest.dependencies)).toEqual([
      '@actions/core',
      '@actions/github',
      '@actions/http-client'
    ]);
  });

  test('agrees with the lockfile and the licence', () => {
    expect(lock.version).toBe(manifest.version);
    expect(manifest.license).toBe('MIT');
    expect(read('LICENSE')).toMatch(
      /^MIT License\n\nCopyright \(c\) \d{4} The rebuild-bcc-instance authors\n/
    );
  });
});

describe('package-lock.json', () => {
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

  test('has a checksum for every package', () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  test('names no host', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(hostsIn(lock)).toEqual([]);
  });

  test.each([
    ['a download', { packages: { 'node_modules/a': { resolved: 'https://registry.example/a-1.0.0.tgz' } } }],
    ['a repository', { packages: { 'node_modules/a': { version: 'git+ssh://git@host.example/a/b.git#1' } } }],
    ['a shorthand of one', { packages: { '': { dependencies: { a: 'github:a/b' } } } }],
    ['a host as a key', { packages: { 'https://host.example/a.tgz': {} } }]
  ])('would show %s', (_, planted) => {
    expect(hostsIn(planted)).toHaveLength(1);
  });

  test('has one version of the HTTP client', () => {
    const copies = Object.keys(lock.packages).filter((path) =>
      path.endsWith('node_modules/@actions/http-client')
    );
    expect(copies).toEqual(['node_modules/@actions/http-client']);
  });
});

describe('.npmrc', () => {
  test('keeps hosts out of the lockfile, and runs no script of a package during an install', () => {
    expect(read('.npmrc').trim().split('\n').toSorted()).toEqual([
      'ignore-scripts=true',
      'omit-lockfile-registry-resolved=true'
    ]);
  });
});

describe('engines', () => {
  /** Versions that are in use, each the oldest of its line that `engines` lets in. */
  const promised = ['20.19.0', '22.13.0', '24.0.0'];

  test('promise no Node that a package warns of while it is installed', () => {
    expect(manifest.engines.node).toBe('>=20.19');
    const wary = Object.entries(lock.packages).flatMap(([path, { engines, optional }]) => {
      const range = typeof engines === 'object' && 'node' in engines ? engines.node : undefined;
      if (optional === true || range === undefined) return [];
      return promised.filter((version) => !admits(range, version)).map((version) => `${path}: ${version}`);
    });
    expect(wary).toEqual([]);
  });

  test.each([
    ['^18.14.0 || ^20.0.0 || >=24', '20.19.0', true],
    ['^20.19.0 || >=22.12.0', '20.18.0', false],
    ['>=22', '20.19.0', false],
    ['18 || 20 || >=22', '20.19.0', true],
    ['>= 20', '20.19.0', true],
    ['>=10 <20', '20.19.0', false]
  ])('%s admits %s: %s', (range, version, admitted) => {
    expect(admits(range, version)).toBe(admitted);
  });
});

/**
 * What names a host in a lockfile: keys and texts at any depth. The addresses under `funding` are left out: npm copies
 * them from the packages at every install and asks none of them.
 */
function hostsIn(value: unknown): readonly string[] {
  const host = /:\/\/|^(?:git|github|gitlab|bitbucket|gist|file|https?)[+:]/;
  if (typeof value === 'string') return host.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'funding' ? [] : [...(host.test(key) ? [key] : []), ...hostsIn(inner)]
  );
}

/** Whether a range lets a version in, for the forms of ranges that the lockfile has. */
function admits(range: string, version: string): boolean {
  return range
    .split('||')
    .some((all) =>
      [...all.matchAll(/([<>=^~]*)\s*(\*|\d[\d.x]*)/g)].every(([, sign = '', bound = '']) =>
        admitsBound(sign, bound, version)
      )
    );
}

function admitsBound(sign: string, bound: string, version: string): boolean {
  if (bound === '*') return true;
  const limit = [...bound.split('.').map((part) => Number(part === 'x' ? 0 : part)), 0, 0].slice(0, 3);
  const own = version.split('.').map(Number);
  const difference = own.map((part, index) => part - (limit[index] ?? 0)).find((one) => one !== 0) ?? 0;
  switch (sign) {
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '':
    case '^':
      return own[0] === limit[0] && difference >= 0;
    default:
      throw new Error(`The test does not know ${sign}${bound}.`);
  }
}
