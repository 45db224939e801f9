import { describe, expect, test } from '@jest/globals';
import { filesIn, read } from './files.ts';

const bundles = ['dist/main/index.js', 'dist/post/index.js'];
const files = filesIn('dist', /./);

describe('dist', () => {
  test('has both steps, with the licences of what is in them', () => {
    const wanted = bundles.flatMap((path) => [path, path.replace('index.js', 'licenses.txt')]);
    expect(files).toEqual(expect.arrayContaining(wanted));
    for (const path of wanted.filter((file) => file.endsWith('.txt'))) {
      expect(read(path).includes('Permission is hereby granted, free of charge')).toBe(true);
    }
  });

  test.each(bundles)('%s is small, and leaves out what a plain rebuild never needs', (path) => {
    expect(Buffer.byteLength(read(path))).toBeLessThan(550_000);
    expect(read(path).includes('undici:client')).toBe(false);
    expect(read(path).includes('createDeploymentStatus:')).toBe(false);
    expect(read(path).includes('/v1/ca/action')).toBe(false);
    expect(read(path).includes('/proc/sys/kernel/random/boot_id')).toBe(false);
  });

  test('has the left out parts in separate files, so that the search for them is meaningful', () => {
    const pieces = files.filter((path) => /\/\d+\.index\.js$/.test(path)).map(read);
    expect(pieces.some((text) => text.includes('undici:client'))).toBe(true);
    expect(pieces.some((text) => text.includes('createDeploymentStatus:'))).toBe(true);
    expect(pieces.some((text) => text.includes('/v1/ca/action'))).toBe(true);
    expect(pieces.some((text) => text.includes('/proc/sys/kernel/random/boot_id'))).toBe(true);
  });

  test('has no code that starts a program', () => {
    const scripts = files.filter((path) => path.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(bundles.length);
    expect(scripts.filter((path) => read(path).includes('child_process'))).toEqual([]);
  });

  test('has no source map, and no minified code', () => {
    expect(files.filter((path) => path.endsWith('.map'))).toEqual([]);
    for (const path of bundles) {
      expect(read(path).split('\n').length).toBeGreaterThan(1_000);
    }
  });
});

describe('the path of a machine', () => {
  const machine =
    /(?:^|[\s"'`(=:])(?:file:\/\/)?(?:\/(?:home|root|Users|work|workspace|build|mnt|opt|srv)\/[\w.-]+|[A-Z]:[\\/]Users)/m;
  const documents = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'action.yml', '.ci/run'];

  test.each([...files, ...documents, ...filesIn('docs', /./), ...filesIn('examples', /./)])(
    'does not stand in %s',
    (path) => {
      expect(machine.exec(read(path))?.[0]).toBeUndefined();
    }
  );

  test('would be found', () => {
    expect('at file:///home/someone/x.js').toMatch(machine);
    expect('const dir = "/opt/someone/src"').toMatch(machine);
    expect('at C:\\Users\\someone').toMatch(machine);
  });
});
