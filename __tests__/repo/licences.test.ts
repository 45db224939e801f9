/** Compares licenses.txt with the packages that another bundler finds in a bundle. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { packagesIn } from '../../scripts/release.ts';
import { read } from './files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The packages whose files esbuild reads for a bundle of this entry, with those that are loaded on demand. */
async function packagesBehind(entry: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`src/${entry}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    // As in scripts/build.ts: what is never called is not bundled.
    alias: { '@actions/exec': './scripts/on-demand/exec.js' },
    outdir: 'out',
    logLevel: 'silent'
  });
  const names = Object.keys(metafile.inputs).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  );
  return new Set(names.filter((name) => name !== undefined));
}

describe.each(['main', 'post'])('dist/%s/licenses.txt', (entry) => {
  const listed = packagesIn(read(`dist/${entry}/licenses.txt`));

  test('lists what is bundled and nothing else', async () => {
    expect(new Set(listed.map(({ name }) => name))).toEqual(await packagesBehind(entry));
  });

  test('has the version that is locked, a licence that allows it, and its text, of each', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly version: string }>>;
    };
    const text = read(`dist/${entry}/licenses.txt`);
    for (const { name, version, licence } of listed) {
      const locked = Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));
      expect([name, locked.map((path) => packages[path]?.version)]).toEqual([
        name,
        expect.arrayContaining([version])
      ]);
      expect(['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause']).toContain(licence);
    }
    for (const part of text.split('\n\n---\n\n')) expect(part).toMatch(/copyright[\s\S]+warrant/i);
  });
});
