import { type RebuildOptions, withoutSecrets } from '../../src/core/model/rebuild-spec.ts';
import { Secret } from '../../src/core/model/secret.ts';
import type { RunRequest } from '../../src/ports/request.ts';
import { quickTimeoutMs } from './quick-service.ts';

/** How one logs in where a test does not care. */
export const defaultOptions: RebuildOptions = {
  login: { kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') }
};

/** A plain rebuild of `i-demo0001` onto `m-web-2`: what a test does not care about. */
export const defaultRequest: RunRequest = {
  selection: { kind: 'ids', ids: ['i-demo0001'] },
  image: { kind: 'id', id: 'm-web-2' },
  options: withoutSecrets(defaultOptions),
  dryRun: false,
  force: false,
  allowProtected: false,
  wait: true,
  rollback: false,
  rollout: { maxUnavailable: { kind: 'count', count: 1 }, canary: 0, pauseMs: 0, maxFailures: 0 },
  timeoutMs: quickTimeoutMs,
  pollIntervalMs: 5_000,
  imageWaitMs: 0
};
