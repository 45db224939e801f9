import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../server.ts';
import { fleetWorld } from '../world/fleet.ts';
import { matrix, type Verdict, verdictsIn } from './matrix.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/conformance/', import.meta.url));

/** A command, its working directory, and additional environment variables. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The check of one SDK: what it needs, how to prepare it, and how to run it. */
interface ClientCheck {
  readonly name: string;
  /** The programs that it needs. */
  readonly needs: readonly string[];
  /** Downloads its packages. */
  fetch(): Promise<void>;
  /** Builds it, if necessary. */
  readonly build?: Command;
  readonly command: Command;
}

const python = `${cache}python/bin/python3`;
const classPath = `${cache}java/lib/*`;
const clientChecks: readonly ClientCheck[] = [
  {
    name: 'Go',
    needs: ['go'],
    fetch: () => runOrThrow({ file: 'go', args: ['mod', 'download'], cwd: `${here}go` }),
    build: { file: 'go', args: ['build', '-o', `${cache}go-conformance`, '.'], cwd: `${here}go` },
    command: { file: `${cache}go-conformance`, args: [], cwd: here }
  },
  {
    name: 'Python',
    needs: ['python3'],
    fetch: () => onChange(`${here}python/requirements.txt`, `${cache}python`, fetchPython),
    command: { file: python, args: ['conformance.py'], cwd: `${here}python` }
  },
  {
    name: 'Java',
    needs: ['javac', 'java', 'mvn'],
    fetch: () => onChange(`${here}java/pom.xml`, `${cache}java/lib`, fetchJava),
    build: {
      file: 'javac',
      args: ['-d', `${cache}java`, '-cp', classPath, 'Conformance.java'],
      cwd: `${here}java`
    },
    command: { file: 'java', args: ['-cp', `${cache}java${delimiter}${classPath}`, 'Conformance'], cwd: here }
  },
  {
    name: 'JS',
    needs: [process.execPath],
    fetch: async () => undefined,
    command: { file: process.execPath, args: ['conformance.mjs'], cwd: `${here}javascript` }
  }
];

/** Downloads packages into a folder, unless their list is unchanged since the last download. */
async function onChange(list: string, folder: string, fetch: () => Promise<void>): Promise<void> {
  const wanted = await readFile(list, 'utf8');
  const stamp = `${folder}/fetched.txt`;
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await fetch();
  await writeFile(stamp, wanted);
}

async function fetchPython(): Promise<void> {
  await runOrThrow({ file: 'python3', args: ['-m', 'venv', `${cache}python`], cwd: here });
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  await runOrThrow({ file: python, args: [...args, '-r', 'requirements.txt'], cwd: `${here}python` });
}

async function fetchJava(): Promise<void> {
  const args = ['--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  await runOrThrow({
    file: 'mvn',
    args: [...args, `-DoutputDirectory=${cache}java/lib`],
    cwd: `${here}java`
  });
}

/** Runs a command; resolves with its output and its exit code, -1 if the program does not exist. */
function run({ file, args, cwd, env = {} }: Command): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part) => {
      out += part;
    });
    child.stderr.on('data', (part) => {
      err += part;
    });
    child.on('error', (error) => resolve({ code: -1, out, err: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, out, err }));
  });
}

async function runOrThrow(command: Command): Promise<void> {
  const { code, out, err } = await run(command);
  if (code !== 0) throw new Error(`${command.file} ${command.args.join(' ')}: ${err || out}`);
}

/** Why a check cannot run on this machine; undefined if it can. */
async function obstacle({ needs, fetch }: ClientCheck): Promise<string | undefined> {
  for (const file of needs) {
    const { code } = await run({ file, args: [file === 'go' ? 'version' : '--version'], cwd: here });
    if (code !== 0) return `there is no ${file} on this machine`;
  }
  try {
    await fetch();
    return undefined;
  } catch (error) {
    return `its packages cannot be fetched: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Runs a check against a new emulator in strict mode. */
async function runCheck({ build, command }: ClientCheck): Promise<readonly Verdict[]> {
  if (build !== undefined) await runOrThrow(build);
  const emulator = await startEmulator({
    strict: true,
    world: fleetWorld(5),
    behaviour: { staleRunningMs: 0, rebuildMs: 300, powerMs: 0, imageMs: 0, imageShowsProcessing: false }
  });
  try {
    const env = {
      ENDPOINT: emulator.endpoint,
      ACCESS_KEY: emulator.credentials.accessKeyId,
      SECRET_KEY: emulator.credentials.secretAccessKey,
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1'
    };
    const { code, out, err } = await run({ ...command, env });
    const verdicts = verdictsIn(out);
    return code === 0 ? verdicts : [...verdicts, { call: 'comes to its end', problem: err.slice(-500) }];
  } finally {
    await emulator.close();
  }
}

async function main(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const needsAll = process.argv.includes('--all');
  const results = new Map<string, readonly Verdict[] | undefined>();
  for (const each of clientChecks) {
    const why = await obstacle(each);
    if (why !== undefined && needsAll) throw new Error(`${each.name} cannot be tried: ${why}`);
    if (why !== undefined) process.stdout.write(`${each.name} is not tried: ${why}\n`);
    results.set(each.name, why === undefined ? await runCheck(each) : undefined);
  }
  const { text, problems } = matrix(results);
  process.stdout.write(text);
  process.exitCode = problems === 0 ? 0 : 1;
}

await main();
