import type { ScriptAnswer } from '../assistant/scripts.ts';
import { type Fault, type Play, playKinds } from '../faults/faults.ts';
import { isObject } from '../http/json.ts';
import { operations } from '../http/operations.ts';
import { type Behaviour, defaultBehaviour, switchValues } from '../world/behaviour.ts';

/** An invalid flag; its message is for the user. */
export class FlagError extends Error {}

/** Reads a switch from `key=value`. A number may be any; a word must be one of the values of the switch. */
export function readBehaviour(text: string): Partial<Behaviour> {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (!isSwitch(key)) {
    throw new FlagError(
      `--behaviour ${text}: no such switch; there are ${Object.keys(defaultBehaviour).join(', ')}`
    );
  }
  if (at < 0) throw new FlagError(`--behaviour ${text}: a value is missing, write ${key}=value`);
  return { [key]: readValue(key, text.slice(at + 1)) };
}

function isSwitch(key: string): key is keyof Behaviour {
  return Object.hasOwn(defaultBehaviour, key);
}

function readValue(key: keyof Behaviour, text: string): unknown {
  if (key === 'statuses') return text.split(',').filter((status) => status !== '');
  if (key === 'throttle') return readShape(text);
  if (typeof defaultBehaviour[key] === 'number') return readNumber(`--behaviour ${key}`, text);
  const found = switchValues[key].find((value) => String(value) === text);
  if (found === undefined) {
    throw new FlagError(`--behaviour ${key}=${text}: must be one of ${switchValues[key].join(', ')}`);
  }
  return found;
}

function readShape(text: string): unknown {
  const shape = readJson('--behaviour throttle', text);
  if (!Number.isInteger(shape['status']) || typeof shape['code'] !== 'string') {
    throw new FlagError(
      '--behaviour throttle: must be like {"status":429,"code":"RateLimit","retryAfter":2}'
    );
  }
  return shape;
}

/** Reads a number of 0 or more. */
export function readNumber(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0)) throw new FlagError(`${flag}: ${text} is not a number of zero or more`);
  return value;
}

/** The required properties of each play, besides its kind. */
const needs: Readonly<Record<Play['kind'], readonly string[]>> = {
  throttle: [],
  error: ['status', 'code'],
  accessDenied: [],
  softError: ['code'],
  reset: ['when'],
  cutBody: [],
  hang: [],
  emptyBody: [],
  garbage: [],
  redirect: ['to'],
  slow: ['ms'],
  skew: ['ms'],
  stale: ['reads'],
  lag: ['ms'],
  wrongImage: ['imageId'],
  stuck: ['status'],
  unknownStatus: ['status'],
  endsIn: ['status'],
  lostRebuild: [],
  snapshotAt: ['afterMs', 'ms'],
  partialBatch: ['count'],
  diskNeverSettles: [],
  imageStuck: [],
  ghost: [],
  runStuck: [],
  agentLost: [],
  imageEndsIn: ['status']
};

/** Reads a fault from JSON. `times` may be "always", because JSON has no Infinity. */
export function readFault(text: string): Fault {
  const fault = readJson('--fault', text);
  const { on, play, times } = fault;
  const known = operations.map((operation) => operation.name);
  if (typeof on !== 'string' || (on !== '*' && !known.includes(on))) {
    throw new FlagError(`--fault: "on" must be * or one of ${known.join(', ')}`);
  }
  const kinds: readonly string[] = Object.values(playKinds).flat();
  if (!isObject(play) || typeof play['kind'] !== 'string' || !kinds.includes(play['kind'])) {
    throw new FlagError(
      `--fault: "play" must be like {"kind":"throttle"}; the kinds are ${kinds.join(', ')}`
    );
  }
  const kind = play['kind'] as Play['kind'];
  const missing = needs[kind].filter((name) => play[name] === undefined);
  if (missing.length > 0)
    throw new FlagError(`--fault: a play of the kind ${kind} needs ${missing.join(' and ')}`);
  for (const [name, value] of Object.entries({
    from: fault['from'] ?? 1,
    times: times === 'always' ? 1 : (times ?? 1)
  })) {
    if (typeof value !== 'number' || value < 1)
      throw new FlagError(`--fault: "${name}" must be a number from 1 on`);
  }
  const during = fault['during'];
  if (during !== undefined && !isDuring(during)) {
    throw new FlagError('--fault: "during" must be like {"since":"rebuild","fromMs":0,"forMs":60000}');
  }
  const whole = { ...fault, ...(times === 'always' ? { times: Number.POSITIVE_INFINITY } : {}) };
  return whole as unknown as Fault;
}

function isDuring(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { since = 'added', fromMs, forMs = 0 } = value;
  const isTime = (ms: unknown) => typeof ms === 'number' && ms >= 0;
  return (since === 'added' || since === 'rebuild') && isTime(fromMs) && isTime(forMs);
}

/** Reads from JSON how guests answer a script. Throws a FlagError. */
export function readScript(text: string): ScriptAnswer {
  const row = readJson('--script', text);
  const { pattern } = row;
  if (typeof pattern !== 'string' || !isPattern(pattern)) {
    throw new FlagError(
      '--script: "pattern" must be a regular expression, as in {"pattern":"nginx","exitCode":3}'
    );
  }
  return { ...row, pattern };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

function readJson(flag: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FlagError(`${flag}: ${text} is not JSON`);
  }
  if (!isObject(value)) throw new FlagError(`${flag}: ${text} is not a JSON object`);
  return value;
}
