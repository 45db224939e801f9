/**
 * Builds dist/ from the sources: tsc erases the types into build/, then ncc bundles each entry. The bundler
 * resolves three packages to stand-ins (see on-demand/), so that what a plain rebuild never needs stays out of
 * its way. The same sources give the same bytes on every machine.
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

/** What is needed of the bundler's statistics: the modules, and those that were joined into one. */
interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

/** The folders of the packages, from the root, whose code is in a bundle. */
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
 * The licences of the packages in a bundle, which they ask to be kept with it. The bundler's own list leaves out what
 * lies in the first chunk.
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
// The bundler takes its path mapping from the tsconfig.json of the folder that it runs in.
writeFileSync(
  join(build, 'tsconfig.json'),
  JSON.stringify({ compilerOptions: { baseUrl: '.', paths: standIns } })
);
for (const entry of ['main', 'post']) {
  // Without the cache of ncc, which lies in the home folder and could be of another day.
  const stats = join(build, `${entry}.stats.json`);
  const args = ['build', `${entry}.js`, '-o', join(root, 'dist', entry), '-C', '-q', '--stats-out', stats];
  run('@vercel/ncc/dist/ncc/cli.js', args, build);
  const { modules } = JSON.parse(readFileSync(stats, 'utf8')) as { readonly modules: readonly Module[] };
  writeFileSync(join(root, 'dist', entry, 'licenses.txt'), licences(bundledIn(modules)));
}
