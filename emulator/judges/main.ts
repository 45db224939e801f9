import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../server.ts';
import { fleetWorld } from '../world/fleet.ts';
import { matrix, type Verdict, verdictsIn } from './matrix.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../node_modules/.cache/judges/', import.meta.url));

/** A command, where it runs, and what it may find in its environment besides. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A client of the vendor's: what it needs, how it is made ready, and how it is run. */
interface Judge {
  readonly name: string;
  /** The programs without which it cannot be tried. */
  readonly needs: readonly string[];
  /** Fetches its packages from their registry. */
  fetch(): Promise<void>;
  /** What has to be built of it. */
  readonly build?: Command;
  readonly command: Command;
}

const python = `${cache}python/bin/python3`;
const classPath = `${cache}java/lib/*`;
const judges: readonly Judge[] = [
  {
    name: 'Go',
    needs: ['go'],
    fetch: () => must({ file: 'go', args: ['mod', 'download'], cwd: `${here}go` }),
    build: { file: 'go', args: ['build', '-o', `${cache}go-judge`, '.'], cwd: `${here}go` },
    command: { file: `${cache}go-judge`, args: [], cwd: here }
  },
  {
    name: 'Python',
    needs: ['python3'],
    fetch: () => onChange(`${here}python/requirements.txt`, `${cache}python`, fetchPython),
    command: { file: python, args: ['judge.py'], cwd: `${here}python` }
  },
  {
    name: 'Java',
    needs: ['javac', 'java', 'mvn'],
    fetch: () => onChange(`${here}java/pom.xml`, `${cache}java/lib`, fetchJava),
    build: {
      file: 'javac',
      args: ['-d', `${cache}java`, '-cp', classPath, 'Judge.java'],
      cwd: `${here}java`
    },
    command: { file: 'java', args: ['-cp', `${cache}java${delimiter}${classPath}`, 'Judge'], cwd: here }
  },
  {
    name: 'JavaScript',
    needs: [process.execPath],
    fetch: async () => undefined,
    command: { file: process.execPath, args: ['judge.mjs'], cwd: `${here}javascript` }
  }
];

/** Fetches packages into a folder, anew only when the list of them has changed. */
async function onChange(list: string, folder: string, fetch: () => Promise<void>): Promise<void> {
  const wanted = await readFile(list, 'utf8');
  const stamp = `${folder}/fetched.txt`;
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await fetch();
  await writeFile(stamp, wanted);
}

async function fetchPython(): Promise<void> {
  await must({ file: 'python3', args: ['-m', 'venv', `${cache}python`], cwd: here });
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  await must({ file: python, args: [...args, '-r', 'requirements.txt'], cwd: `${here}python` });
}

async function fetchJava(): Promise<void> {
  const args = ['--quiet', '--batch-mode', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  await must({ file: 'mvn', args: [...args, `-DoutputDirectory=${cache}java/lib`], cwd: `${here}java` });
}

/** Runs a command; resolves with its exit code, -1 where there is no such program, and what it printed. */
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

async function must(command: Command): Promise<void> {
  const { code, out, err } = await run(command);
  if (code !== 0) throw new Error(`${command.file} ${command.args.join(' ')}: ${err || out}`);
}

/** Why a judge cannot be tried on this machine; undefined when it can. */
async function obstacle({ needs, fetch }: Judge): Promise<string | undefined> {
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

/** Lets a judge do the whole job against an emulator of its own, which refuses whatever it does not know. */
async function judge({ build, command }: Judge): Promise<readonly Verdict[]> {
  if (build !== undefined) await must(build);
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
  for (const each of judges) {
    const why = await obstacle(each);
    if (why !== undefined && needsAll) throw new Error(`${each.name} cannot be tried: ${why}`);
    if (why !== undefined) process.stdout.write(`${each.name} is not tried: ${why}\n`);
    results.set(each.name, why === undefined ? await judge(each) : undefined);
  }
  const { text, problems } = matrix(results);
  process.stdout.write(text);
  process.exitCode = problems === 0 ? 0 : 1;
}

await main();
