import { parseConfig } from '../../src/config/config.ts';
import type { RawInputs } from '../../src/config/inputs.ts';

/** Inputs as a runner hands them over for the shortest `with:` block, defaults of action.yml included. */
export const minimal: RawInputs = {
  accessKeyId: 'ALTAKexampleKeyId',
  secretAccessKey: '0123456789abcdef0123456789abcdef',
  sessionToken: '',
  region: 'bj',
  endpoint: '',
  instanceId: 'i-YufwpQAe',
  instanceTag: '',
  imageId: 'm-DpgNg8lO',
  imageName: '',
  adminPass: '',
  keypairId: 'k-keypair1',
  keepImageLogin: 'false',
  userData: '',
  cleanLastUserData: '',
  dryRun: 'false',
  force: 'false',
  allowProtected: 'false',
  confirmName: '',
  backupImage: 'false',
  backupKeep: '',
  rollback: 'false',
  wait: 'true',
  timeout: '20m',
  pollInterval: '5s',
  maxUnavailable: '1',
  canary: '0',
  pauseBetweenBatches: '0s',
  maxFailures: '0',
  requestsPerSecond: '5',
  healthCheck: '',
  healthDeadline: '5m',
  minHealthyTime: '10s',
  blbId: '',
  drainTime: '30s',
  githubToken: '',
  environment: '',
  environmentUrl: '',
  summary: 'true'
};

/** The problems of the minimal inputs after some changes, each with its input's name in front. */
export function problemsOf(changes: Partial<RawInputs>): readonly string[] {
  const result = parseConfig({ ...minimal, ...changes });
  return result.ok ? [] : result.problems.map(({ input, message }) => `${input} ${message}`);
}
