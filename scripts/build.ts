/**
 * Builds dist/ from the sources: tsc erases the types into build/, then ncc bundles each entry. The bundler
 * resolves two packages to stand-ins (see on-demand/), so that what a plain rebuild never needs stays out of
 * its way. The same sources give the same bytes on every machine.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = join(root, 'build');
const standIns = { undici: ['./on-demand/undici.js'], '@actions/github': ['./on-demand/github.js'] };

function run(tool: string, args: readonly string[], cwd: string): void {
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], { cwd, stdio: 'inherit' });
}

/**
 * The licences of every package that can be in a bundle, which they ask to be kept with it. The bundler's own
 * list leaves out what lies in the first chunk.
 */
function licences(): string {
  const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages } = lock as {
    packages: Record<string, { version: string; license?: string; dev?: boolean; optional?: boolean }>;
  };
  const parts = Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .map(([path, { version, license = 'licence not stated' }]) => {
      const file = readdirSync(join(root, path)).find((name) => /^licen[cs]e/i.test(name));
      const text = file === undefined ? '' : readFileSync(join(root, path, file), 'utf8').trim();
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
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
  const args = ['build', `${entry}.js`, '-o', join(root, 'dist', entry), '-C', '-q'];
  run('@vercel/ncc/dist/ncc/cli.js', args, build);
  writeFileSync(join(root, 'dist', entry, 'licenses.txt'), licences());
}
