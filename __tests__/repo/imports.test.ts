import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { blocksOf, filesIn, read } from './files.ts';

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether it is gone once the types are erased. */
  readonly typeOnly: boolean;
}

/** Every import of a file: those of types, those on demand and those that are exported again as well. */
function importsOf(from: string): readonly Import[] {
  const statements = read(from).matchAll(
    /^(?:import|export)\b((?:[^;'=]*\bfrom)?) '([^']+)';|\bimport\(()'([^']+)'\)/gm
  );
  return [...statements].map(([, names = '', plain, , onDemand]) => {
    const to = plain ?? onDemand ?? '';
    return {
      from,
      to: to.startsWith('.') ? posix.join(posix.dirname(from), to) : to,
      typeOnly: isTypeOnly(names)
    };
  });
}

/** The folder below `src`; `entries` for the files right in it. */
function folderOf(path: string): string {
  const [, folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? 'entries' : folder;
}

const sources = filesIn('src', /\.ts$/);
const all = sources.flatMap(importsOf);
const inside = all.filter(({ to }) => to.startsWith('src/'));
const outside = all.filter(({ to }) => !to.startsWith('src/'));

/** Which folders a folder may import from, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ports: ['core'],
  config: ['core', 'ports'],
  bce: ['core', 'ports'],
  deploy: ['core', 'ports'],
  health: ['core', 'ports', 'deploy'],
  github: ['config'],
  action: ['config', 'core', 'ports', 'bce', 'deploy', 'health', 'github'],
  entries: ['action']
};

describe('the imports of src', () => {
  test('lead to files that exist', () => {
    expect(inside.filter(({ to }) => !sources.includes(to))).toEqual([]);
  });

  test('keep to the directions of docs/architecture.md', () => {
    const against = inside.filter(({ from, to }) => {
      const [here, there] = [folderOf(from), folderOf(to)];
      return here !== there && !(allowed[here] ?? []).includes(there);
    });
    expect(against).toEqual([]);
  });

  test('are all in the diagram there, which has no other edges', () => {
    const picture = blocksOf('docs/architecture.md', 'mermaid').join('');
    const arrows = [...picture.matchAll(/^ {2}(\w+)(?:\[.*?\])? (?:-->|-\. types \.->) (\w+)/gm)];
    const drawn = arrows.map(([, from = '', to = '']) => `${from} to ${to}`);
    const made = inside
      .map(({ from, to }) => [folderOf(from), folderOf(to)])
      .filter(([from, to]) => from !== to);
    expect(drawn).toEqual(expect.arrayContaining(made.map(([from, to]) => `${from} to ${to}`)));
    const permitted = Object.entries(allowed).flatMap(([from, all]) => all.map((to) => `${from} to ${to}`));
    expect(permitted).toEqual(expect.arrayContaining(drawn));
  });

  test('take only types where only types are shared', () => {
    const shared: Readonly<Record<string, string>> = { github: 'config', health: 'deploy' };
    const values = inside.filter(
      ({ from, to, typeOnly }) => shared[folderOf(from)] === folderOf(to) && !typeOnly
    );
    expect(values).toEqual([]);
  });

  test('go one way among the folders of core, so that none is on both sides of another', () => {
    const folder = (path: string): string => posix.dirname(path).split('/').slice(0, 3).join('/');
    const parts = inside.filter(({ from, to }) => [from, to].every((path) => path.startsWith('src/core/')));
    const edges = parts
      .map((one) => ({ ...one, from: folder(one.from), to: folder(one.to) }))
      .filter(({ from, to }) => from !== to);
    const folders = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
    expect(folders.length).toBeGreaterThan(8);
    expect(circle(folders, edges)).toEqual([]);
  });

  test('have no cycle of files', () => {
    expect(circle(sources, inside)).toEqual([]);
  });

  test('name the public result only where it is made and written: all else reads the state of the run', () => {
    const readers = inside.filter(({ to }) => to === 'src/core/report/report.ts').map(({ from }) => from);
    const others = readers.filter((path) => !path.startsWith('src/core/report/'));
    expect(others).toEqual(['src/action/outputs.ts']);
    expect(readers.length).toBeGreaterThan(3);
  });

  test('reveal a secret only where it is sent, and in the one place that hands it to what redacts', () => {
    const revealing = filesIn('src', /\.ts$/).filter((path) => read(path).includes('.reveal('));
    expect(revealing.filter((path) => !path.startsWith('src/bce/'))).toEqual(['src/action/connect.ts']);
  });

  test('use each package only in its folder', () => {
    const places: Readonly<Record<string, readonly string[]>> = {
      '@actions/core': ['action'],
      '@actions/github': ['github'],
      '@actions/http-client': ['bce']
    };
    const packages = outside.filter(({ to }) => !to.startsWith('node:'));
    expect(packages.filter(({ from, to }) => !places[to]?.includes(folderOf(from)))).toEqual([]);
  });

  test('use no module of Node in core and config, which are pure', () => {
    const pure = outside.filter(({ from }) => ['core', 'config'].includes(folderOf(from)));
    expect(pure).toEqual([]);
  });

  test('keep the process to action and the entries', () => {
    const users = sources.filter((path) => /\bprocess\./.test(withoutComments(read(path))));
    expect(users.filter((path) => !['action', 'entries'].includes(folderOf(path)))).toEqual([]);
  });

  test('use no clock and no random numbers in core and config', () => {
    const pure = sources.filter((path) => ['core', 'config'].includes(folderOf(path)));
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bsetTimeout\(|\bfetch\(/;
    expect(pure.filter((path) => impure.test(withoutComments(read(path))))).toEqual([]);
  });

  test('load the GitHub toolkit on demand', () => {
    const loaders = all.filter(({ to }) => to === 'src/github/toolkit.ts');
    expect(loaders.length).toBeGreaterThan(0);
    for (const { from } of loaders) {
      expect(read(from)).not.toMatch(/^(?:import|export)\b[^;]*from '\.\/toolkit\.ts'/m);
    }
  });
});

describe('the emulator', () => {
  const imports = filesIn('emulator', /\.ts$/).flatMap(importsOf);

  test('shares no code with src, and needs no package', () => {
    const foreign = imports.filter(({ to }) => !to.startsWith('emulator/') && !to.startsWith('node:'));
    expect(foreign).toEqual([]);
  });

  test('makes no circle of files', () => {
    expect(circle(filesIn('emulator', /\.ts$/), imports)).toEqual([]);
  });
});

describe('the scripts', () => {
  test('have no cycle of files', () => {
    const files = filesIn('scripts', /\.ts$/);
    expect(circle(files, files.flatMap(importsOf))).toEqual([]);
  });
});

describe('the tests of the imports', () => {
  test('see every kind of import', () => {
    const kinds = outside.map(({ to }) => to);
    expect(kinds).toEqual(expect.arrayContaining(['@actions/core', '@actions/github', 'node:crypto']));
    const toolkit = { from: 'src/github/record.ts', to: 'src/github/toolkit.ts', typeOnly: false };
    const config = { from: 'src/github/record.ts', to: 'src/config/config.ts', typeOnly: true };
    expect(inside).toEqual(expect.arrayContaining([toolkit, config]));
    expect(inside.filter(({ typeOnly }) => typeOnly).length).toBeLessThan(inside.length);
  });

  test('find a cycle', () => {
    const edges = ['ab', 'bc', 'cb'].map(([from = '', to = '']) => ({ from, to, typeOnly: false }));
    expect(circle(['a', 'b', 'c'], edges)).toEqual(['b', 'c', 'b']);
  });
});

/** Of what stands between `import` and the module: `type { A }`, or `{ type A, type B }`. */
function isTypeOnly(names: string): boolean {
  if (/^ type\b/.test(names)) return true;
  const parts = /\{([^}]*)\}/.exec(names)?.[1]?.split(',') ?? ['all of it'];
  return parts.every((part) => part.trim() === '' || part.trim().startsWith('type '));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '').replace(/\/\/.*$/gm, '');
}

/** The first cycle, as a path; empty if there is none. */
function circle(files: readonly string[], edges: readonly Import[]): readonly string[] {
  const next = new Map(
    files.map((file) => [file, edges.filter(({ from }) => from === file).map(({ to }) => to)])
  );
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const to of next.get(file) ?? []) {
      const found = walk(to, [...path, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of files) {
    const found = walk(file, []);
    if (found.length > 0) return found;
  }
  return [];
}
