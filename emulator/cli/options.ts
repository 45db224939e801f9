import { parseArgs } from 'node:util';
import type { EmulatorOptions } from '../server.ts';
import { shortcuts } from './explain.ts';
import { readCredentials, readWorlds } from './files.ts';
import { FlagError, readBehaviour, readFault, readNumber, readScript } from './flags.ts';

/** The default port. */
const DEFAULT_PORT = '8790';

/** The ids of a fleet have five digits. */
const MAX_FLEET = 99_999;

/**
 * What the command line asks for.
 *
 * @throws Error whose message is for the user, for an invalid flag
 */
export function readOptions(args: readonly string[]): EmulatorOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: DEFAULT_PORT },
      'rebuild-seconds': { type: 'string' },
      'stale-seconds': { type: 'string' },
      behaviour: { type: 'string', multiple: true, default: [] },
      fault: { type: 'string', multiple: true, default: [] },
      script: { type: 'string', multiple: true, default: [] },
      fleet: { type: 'string', default: '0' },
      world: { type: 'string' },
      replay: { type: 'string' },
      'access-key': { type: 'string' },
      'secret-key': { type: 'string' },
      'session-token': { type: 'string' },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  });
  if (values.help) return 'help';
  const port = readNumber('--port', values.port);
  if (!Number.isInteger(port) || port > 65_535) throw new FlagError(`--port: ${values.port} is not a port`);
  const fleet = readNumber('--fleet', values.fleet);
  if (!Number.isInteger(fleet) || fleet > MAX_FLEET) {
    throw new FlagError(`--fleet: ${values.fleet} is not a whole number of up to ${MAX_FLEET}`);
  }
  const seconds = (flag: 'rebuild-seconds' | 'stale-seconds') => {
    const text = values[flag];
    return text === undefined ? undefined : readNumber(`--${flag}`, text);
  };
  return {
    port,
    strict: values.strict,
    ...readWorlds(fleet, values.world, values.replay),
    ...readCredentials(values['access-key'], values['secret-key'], values['session-token']),
    behaviour: Object.assign(
      shortcuts(seconds('rebuild-seconds'), seconds('stale-seconds')),
      ...values.behaviour.map(readBehaviour)
    ),
    faults: values.fault.map(readFault),
    scripts: values.script.map(readScript)
  };
}
