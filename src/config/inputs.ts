import { ascii } from './parsers/ascii.ts';
import { parseBoolean } from './parsers/boolean.ts';
import { parseMaxUnavailable } from './parsers/count-or-percent.ts';
import { parseAccessKeyId, parseScript, parseSecret, parseSecretKey } from './parsers/credential.ts';
import { durationWithin } from './parsers/duration.ts';
import { parseEndpoint, parseWebUrl } from './parsers/endpoint.ts';
import { parseGuestScript, parseGuestUser } from './parsers/guest.ts';
import { parseHealthChecks } from './parsers/health-checks.ts';
import { parseBalancerIds, parseImageId, parseInstanceIds, parseKeypairId } from './parsers/ids.ts';
import { integerWithin } from './parsers/integer.ts';
import { parseConfirmName, parseImageName } from './parsers/name.ts';
import {
  neverEmpty,
  optional,
  orDefault,
  type Parser,
  parseText,
  required,
  trimmed
} from './parsers/parser.ts';
import { parsePassword } from './parsers/password.ts';
import { parseRegion } from './parsers/region.ts';
import { parseTags } from './parsers/tags.ts';

const fromSecret =
  'set it from a secret (one that is not defined is empty, and so is every secret in a run from a fork)';
/** A flag that may only do more harm when it is set, so that an empty text can be its default. */
const flag = orDefault('false', trimmed(ascii(parseBoolean)));

const duration = (least: string, most: string): Parser<number> => trimmed(ascii(durationWithin(least, most)));

/**
 * Every input of the action, by the name that it has in action.yml and in the same order, with its parser.
 *
 * A new input begins here: a test asks for its entry in action.yml, and config.ts says what it means. What two
 * inputs mean together stands in rules/.
 */
const parsers = {
  accessKeyId: required(parseAccessKeyId, fromSecret),
  secretAccessKey: required(parseSecretKey, fromSecret),
  sessionToken: optional(parseSecret),
  region: neverEmpty('bj', 'pick the instances of another region', trimmed(parseRegion)),
  endpoint: trimmed(optional(parseEndpoint)),
  instanceId: trimmed(optional(parseInstanceIds)),
  instanceTag: trimmed(optional(parseTags)),
  imageId: trimmed(optional(ascii(parseImageId))),
  imageName: optional(parseImageName),
  imageWait: orDefault('0s', duration('0s', '6h')),
  adminPass: optional(parsePassword),
  keypairId: trimmed(optional(ascii(parseKeypairId))),
  keepImageLogin: flag,
  userData: optional(parseScript),
  cleanLastUserData: trimmed(optional(ascii(parseBoolean))),
  dryRun: neverEmpty('false', 'erase', trimmed(ascii(parseBoolean))),
  force: flag,
  allowProtected: flag,
  confirmName: optional(parseConfirmName),
  backupImage: neverEmpty('false', 'erase without a backup', trimmed(ascii(parseBoolean))),
  // Of the 20 custom images that a region holds, one must be free for the backup that is being made.
  backupKeep: trimmed(optional(ascii(integerWithin(1, 19)))),
  rollback: neverEmpty('false', 'leave a failed instance as it is', trimmed(ascii(parseBoolean))),
  wait: neverEmpty('true', 'change what a green step means', trimmed(ascii(parseBoolean))),
  timeout: orDefault('20m', duration('10s', '24h')),
  pollInterval: orDefault('5s', duration('1s', '5m')),
  maxUnavailable: orDefault('1', trimmed(ascii(parseMaxUnavailable))),
  canary: neverEmpty('0', 'send no canary ahead', trimmed(ascii(integerWithin(0, 1_000)))),
  pauseBetweenBatches: neverEmpty('0s', 'leave out the pause', duration('0s', '24h')),
  maxFailures: orDefault('0', trimmed(ascii(integerWithin(0, 1_000)))),
  requestsPerSecond: orDefault('5', trimmed(ascii(integerWithin(1, 100)))),
  healthCheck: trimmed(optional(parseHealthChecks)),
  guestScript: optional(parseGuestScript),
  guestUser: orDefault('root', trimmed(ascii(parseGuestUser))),
  healthDeadline: orDefault('5m', duration('10s', '2h')),
  minHealthyTime: orDefault('10s', duration('0s', '1h')),
  blbId: trimmed(optional(parseBalancerIds)),
  drainTime: orDefault('30s', duration('0s', '1h')),
  githubToken: optional(parseSecret),
  environment: trimmed(optional(parseText)),
  environmentUrl: trimmed(optional(parseWebUrl)),
  summary: orDefault('true', trimmed(ascii(parseBoolean)))
} satisfies Readonly<Record<string, Parser<unknown>>>;

/** The name of an input. */
export type InputName = keyof typeof parsers;

/** The names of all inputs, in the order of action.yml. */
export const inputNames = Object.keys(parsers) as readonly InputName[];

/**
 * What the runner hands over, untrimmed; `''` stands for an input that was not given. Defaults are already in:
 * the runner fills them in from action.yml.
 */
export type RawInputs = Readonly<Record<InputName, string>>;

/** The inputs whose values are to be masked in the log before anything else happens. */
export const secretInputs: readonly InputName[] = [
  'secretAccessKey',
  'sessionToken',
  'adminPass',
  'githubToken'
];

/** Something that is wrong with an input. */
export interface Problem {
  readonly input: InputName;
  /** What is wrong, and what to do about it; reads on after the input's name. Never shows a secret. */
  readonly message: string;
}

type ValueOf<P> = P extends Parser<infer T> ? T : never;

/** The values of all inputs, each right in itself. */
export type Values = { readonly [Name in InputName]: ValueOf<(typeof parsers)[Name]> };

/** The values that could be read; one that is missing has a problem of its own. */
export type ReadValues = Partial<Values>;

/** A value that could not be read was given all the same. */
export function isGiven(values: ReadValues, input: InputName): boolean {
  return !(input in values) || values[input] !== undefined;
}

/** Reads every input on its own, and goes on after a bad one. */
export function parseInputs(raw: RawInputs): {
  readonly values: ReadValues;
  readonly problems: readonly Problem[];
} {
  const values: Partial<Record<InputName, unknown>> = {};
  const problems: Problem[] = [];
  for (const input of inputNames) {
    const result = parsers[input](raw[input]);
    if (result.ok) {
      values[input] = result.value;
    } else {
      problems.push(...result.faults.map((message) => ({ input, message })));
    }
  }
  // Each value comes from the parser of its own name, a tie that the compiler cannot follow through a loop.
  return { values: values as ReadValues, problems };
}
