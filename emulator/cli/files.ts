import { readFileSync } from 'node:fs';
import type { EmulatorOptions } from '../server.ts';
import { fleetWorld } from '../world/fleet.ts';
import { readWorld } from '../world/read-world.ts';
import { readReplay } from '../world/replay.ts';
import { FlagError } from './flags.ts';

/** Passwords are encrypted with this many characters of the secret key. */
const SHORTEST_SECRET = 16;

/** The world of --world, --replay or --fleet; only one of them may be given. */
export function readWorlds(
  fleet: number,
  world: string | undefined,
  replay: string | undefined
): Pick<EmulatorOptions, 'world' | 'replay'> {
  const given = [
    fleet > 0 ? '--fleet' : '',
    world === undefined ? '' : '--world',
    replay === undefined ? '' : '--replay'
  ];
  const named = given.filter((each) => each !== '');
  if (named.length > 1) throw new FlagError(`${named.join(' and ')} exclude each other; give one of them`);
  if (world !== undefined) return { world: readFile('--world', world, readWorld) };
  if (replay !== undefined) return { replay: readFile('--replay', replay, readReplay) };
  return { world: fleetWorld(fleet) };
}

function readFile<T>(flag: string, path: string, read: (value: unknown) => T): T {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new FlagError(`${flag} ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The credentials that callers must sign with, if the flags give any. */
export function readCredentials(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined
): Pick<EmulatorOptions, 'credentials'> {
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined) return {};
  if (!accessKeyId || !secretAccessKey) {
    throw new FlagError('--access-key and --secret-key go only together; --session-token needs both');
  }
  if (secretAccessKey.length < SHORTEST_SECRET) {
    throw new FlagError(
      `--secret-key: must have at least ${SHORTEST_SECRET} characters, which passwords are encrypted with`
    );
  }
  if (sessionToken === '') throw new FlagError('--session-token: must not be empty');
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  };
}
