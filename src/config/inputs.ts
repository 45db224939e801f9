/**
 * Every input of the action, by the name that it bears in action.yml.
 *
 * A new input begins here: the compiler then asks for its parser in fields.ts, and a test for its entry in
 * action.yml.
 */
export const inputNames = [
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'region',
  'endpoint',
  'instanceId',
  'instanceTag',
  'imageId',
  'imageName',
  'adminPass',
  'keypairId',
  'keepImageLogin',
  'userData',
  'cleanLastUserData',
  'dryRun',
  'force',
  'allowProtected',
  'confirmName',
  'backupImage',
  'backupKeep',
  'rollback',
  'wait',
  'timeout',
  'pollInterval',
  'maxUnavailable',
  'canary',
  'pauseBetweenBatches',
  'maxFailures',
  'requestsPerSecond',
  'healthCheck',
  'healthDeadline',
  'minHealthyTime',
  'blbId',
  'drainTime',
  'githubToken',
  'environment',
  'environmentUrl',
  'summary'
] as const;

/** The name of an input. */
export type InputName = (typeof inputNames)[number];

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
