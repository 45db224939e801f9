import { describe, expect, test } from '@jest/globals';
import { read } from './files.ts';

interface Manifest {
  readonly version: string;
  readonly type: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

interface Lock {
  readonly version: string;
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly integrity?: string; readonly link?: boolean }>
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
  test('names no host to download from, and a checksum for every package', () => {
    const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(packages.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  test('has one version of the HTTP client', () => {
    const copies = Object.keys(lock.packages).filter((path) =>
      path.endsWith('node_modules/@actions/http-client')
    );
    expect(copies).toEqual(['node_modules/@actions/http-client']);
  });
});
