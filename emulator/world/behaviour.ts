import { type AssistantBehaviour, assistantValues } from '../assistant/assistant-behaviour.ts';
import type { Behaviour, Conditions } from './switches.ts';

export type { Behaviour, ThrottleShape } from './switches.ts';

type OccasionalSwitch = 'tokenRefusal' | 'passwordWithToken' | 'protectedInstance' | 'bothNameFilters';

/** Every possible value of each switch, most likely first: a table for tests that combine them. */
export const behaviourValues: {
  readonly [K in Exclude<
    keyof Behaviour,
    keyof Conditions | keyof AssistantBehaviour | OccasionalSwitch
  >]: readonly Behaviour[K][];
} = {
  staleRunningMs: [7000, 0, 45_000, 200_000],
  statuses: [
    ['Starting'],
    ['Stopping', 'Stopped', 'Starting'],
    ['ImageProcessing', 'Starting'],
    ['SnapshotProcessing', 'Starting'],
    ['Rebuilding'],
    []
  ],
  rebuildMs: [180_000, 20_000, 600_000],
  rebuildSpread: [0, 0.5],
  imageIdFlips: ['start', 'accept', 'end'],
  diskReplaced: ['newId', 'newCreateTime', 'unchanged'],
  diskChanges: ['start', 'accept', 'end'],
  diskStatusDuringRebuild: ['InUse', 'Creating'],
  stoppedInstance: ['endsRunning', 'endsStopped', 'refused'],
  rebuildReply: ['empty', 'object'],
  rebuildReplyContentType: [true, false],
  secondRebuild: ['refused', 'queued', 'whileRunning'],
  refusals: ['specific', 'badRequest'],
  osChange: ['allowed', 'refused'],
  batchWithBadId: ['none', 'others', 'refusedInPart'],
  clientTokenOnRebuild: ['ignored', 'honoured', 'rejected'],
  clientTokenOnImage: ['optional', 'required'],
  throttle: [
    { status: 429, code: 'RateLimit' },
    { status: 429, code: 'RateLimit', retryAfter: 2 },
    { status: 400, code: 'RateLimit' },
    { status: 403, code: 'Throttling' },
    { status: 503, code: 'ServiceUnavailable', retryAfter: 1 },
    { status: 429, code: 'TooManyRequests' }
  ],
  callsPerSecond: [0, 5, 20],
  clockToleranceMs: [900_000, 60_000, 300_000],
  skewReply: ['RequestExpired400', 'RequestTimeTooSkewed403'],
  unsignedToken: ['accepted', 'refused'],
  userDataEncoding: ['plain', 'base64'],
  useLastUserDataDefault: [true, false],
  userDataPrecedence: ['cleanLast', 'useLast'],
  isOpenHostEyeDefault: [true, false],
  emptyStrings: ['tolerated', 'refused'],
  keypairAfterPassword: ['kept', 'cleared'],
  passwordWithKeypair: ['keypairWins', 'passwordWins', 'refused'],
  hostnameAfterRebuild: ['kept', 'reset'],
  tagsAfterRebuild: ['kept', 'dropped'],
  changePassWhen: ['runningOrStopped', 'stopped'],
  rebootReply: ['object', 'empty'],
  passwordRule: ['newest', 'oldEnglish', 'terraform'],
  upperCaseHex: ['accepted', 'refused'],
  unknownIdsInList: ['dropped', 'error'],
  emptyTags: ['list', 'absent', 'null'],
  listTags: [true, false],
  imagesCarryTags: [false, true],
  powerMs: [20_000, 0, 60_000],
  imageMs: [120_000, 0, 600_000],
  imageShowsProcessing: [true, false],
  weightShowsMs: [0, 5000],
  memberHealth: ['Alive/Dead', 'alive/dead', 'normal/abnormal'],
  blbBusyMs: [0, 2000],
  ...assistantValues
};

/**
 * Switches without effect on a plain rebuild, so that combining them with the others is pointless. They need a session
 * token, a protected instance, or a client that uses both name filters.
 */
export const occasionalValues: { readonly [K in OccasionalSwitch]: readonly Behaviour[K][] } = {
  tokenRefusal: [
    'SignatureDoesNotMatch400',
    'InvalidAccessKeyId403',
    'InvalidHTTPAuthHeader400',
    'AccessDenied403',
    'RequestExpired400'
  ],
  passwordWithToken: ['accepted', 'refused'],
  protectedInstance: ['rebuilt', 'refused'],
  bothNameFilters: ['refused', 'exact', 'fuzzy', 'both']
};

/** Conditions to combine with any switch; the first value of each is the normal one. */
export const conditionValues: { readonly [K in keyof Conditions]: readonly Conditions[K][] } = {
  keysKnownAfterMs: [0, 3000],
  sessionEndsAfterMs: [0, 600_000],
  replicas: [1, 3],
  replicaLagMs: [0, 3000, 20_000],
  replicaFor: ['call', 'connection'],
  snapshotEveryMs: [0, 600_000],
  snapshotMs: [30_000, 300_000],
  snapshotShowsProcessing: [true, false]
};

/** All switches with all their values. */
export const switchValues: { readonly [K in keyof Behaviour]: readonly Behaviour[K][] } = {
  ...behaviourValues,
  ...occasionalValues,
  ...conditionValues,
  ...assistantValues
};

/** The most likely service: the first value of every switch. */
export const defaultBehaviour = Object.fromEntries(
  Object.entries(switchValues).map(([name, [first]]) => [name, first])
) as unknown as Behaviour;
