/**
 * Builds dist/ from the sources: tsc compiles them into build/, then ncc bundles each entry. The bundler resolves
 * three packages to stand-ins (see on-demand/), so that a plain rebuild does not load what it never needs. The same
 * sources give the same bytes on every machine.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = join(root, 'build');
const standIns = {
  undici: ['./on-demand/undici.js'],
  '@actions/github': ['./on-demand/github.js'],
  '@actions/exec': ['./on-demand/exec.js']
};

function run(tool: string, args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd, stdio: 'inherit' });
}

/** The part of the bundler's statistics that is needed: the modules, and those concatenated into one. */
interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

/** The folders, relative to the root, of the packages in a bundle. */
function bundledIn(modules: readonly Module[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { nameForCondition, modules: joined = [] } of modules) {
    const path = (nameForCondition ?? '').replaceAll('\\', '/');
    const folder = /\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (folder !== undefined) found.add(folder);
    for (const inner of bundledIn(joined)) found.add(inner);
  }
  return found;
}

/**
 * The licences of the packages in a bundle, which must be distributed with it. The bundler's own list omits the
 * packages of the first chunk.
 */
function licences(folders: ReadonlySet<string>): string {
  const parts = [...folders].toSorted().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly license?: string;
    };
    const { name, version, license = 'licence not stated' } = manifest;
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version}\n${license}\n${text}`.trim().replaceAll('\r\n', '\n');
  });
  return `${parts.join('\n\n---\n\n')}\n`;
}

rmSync(build, { recursive: true, force: true });
rmSync(join(root, 'dist'), { recursive: true, force: true });
run('typescript/bin/tsc', ['-p', 'tsconfig.build.json'], root);
cpSync(join(root, 'scripts', 'on-demand'), join(build, 'on-demand'), { recursive: true });
writeFileSync(join(build, 'package.json'), JSON.stringify({ type: 'module' }));
// The bundler reads its path mapping from the tsconfig.json of its working directory.
writeFileSync(
  join(build, 'tsconfig.json'),
  JSON.stringify({ compilerOptions: { baseUrl: '.', paths: standIns } })
);
for (const entry of ['main', 'post']) {
  // -C: no cache. The cache of ncc is in the home folder and could be outdated.
  const stats = join(build, `${entry}.stats.json`);
  const args = ['build', `${entry}.js`, '-o', join(root, 'dist', entry), '-C', '-q', '--stats-out', stats];
  run('@vercel/ncc/dist/ncc/cli.js', args, build);
  const { modules } = JSON.parse(readFileSync(stats, 'utf8')) as { readonly modules: readonly Module[] };
  writeFileSync(join(root, 'dist', entry, 'licenses.txt'), licences(bundledIn(modules)));
}
