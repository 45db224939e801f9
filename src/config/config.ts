import { guestScriptOf } from '../core/health/guest/guest-system.ts';
import { type Login, type RebuildOptions, withoutSecrets } from '../core/model/rebuild-spec.ts';
import { Secret } from '../core/model/secret.ts';
import { userDataWarning } from '../core/plan/user-data.ts';
import { withoutUndefined } from '../core/without-undefined.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { RunRequest } from '../ports/request.ts';
import { inputNames, type Problem, parseInputs, type RawInputs, type Values } from './inputs.ts';
import { endpointOfRegion } from './parsers/endpoint.ts';
import { ruleProblems } from './rules/rules.ts';
import { valueWarnings } from './rules/warnings.ts';
import { judgeUnknown } from './unknown-inputs.ts';

/** What a Deployment record on GitHub is made of. */
export interface RecordConfig {
  readonly githubToken: string;
  readonly environment: string;
  readonly environmentUrl?: URL;
}

/** What the user asks for: the request of the run, and what is needed to carry it out and to report it. */
export interface Config {
  readonly credentials: Credentials;
  /** Scheme, host and port; HTTPS, or HTTP on the loopback interface. */
  readonly endpoint: URL;
  /** Of all calls together; 1 to 100. */
  readonly requestsPerSecond: number;
  /** Without a secret. */
  readonly request: RunRequest;
  /** What is sent with each rebuild, login and script included. What the user did not set is not a key of it. */
  readonly rebuildOptions: RebuildOptions;
  /** Unset where no Deployment record is asked for. */
  readonly record?: RecordConfig;
  /** Whether to write the job summary. */
  readonly summary: boolean;
}

/** A config, or all that is wrong with the inputs: at least one problem, in the order of the inputs. */
export type ParsedConfig = {
  /** What a person should know, and what stops nothing. */
  readonly warnings: readonly string[];
} & (
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] }
);

/**
 * Turns what the runner hands over into a config. Pure; throws nothing; no message shows a secret.
 *
 * @param undeclared the names of what the workflow gives although the action has no such input
 */
export function parseConfig(raw: RawInputs, undeclared: readonly string[] = []): ParsedConfig {
  const { values, problems } = parseInputs(raw);
  const unknown = judgeUnknown(undeclared);
  const all = [...unknown.problems, ...problems, ...ruleProblems(values)];
  const warnings = [...unknown.warnings, ...valueWarnings(values)];
  if (all.length > 0) {
    return { ok: false, problems: all.toSorted(byInput), warnings };
  }
  // Without a problem every input has been read, so no value is missing.
  return { ok: true, config: toConfig(values as Values), warnings };
}

/** All that concerns one input side by side, wherever it was found. */
function byInput(one: Problem, other: Problem): number {
  return inputNames.indexOf(one.input) - inputNames.indexOf(other.input);
}

function toConfig(values: Values): Config {
  const { accessKeyId, secretAccessKey, sessionToken, githubToken, environment, environmentUrl } = values;
  const { cleanLastUserData } = values;
  const userData = values.userData === undefined ? undefined : new Secret(values.userData);
  const rebuildOptions = { login: toLogin(values), ...withoutUndefined({ userData, cleanLastUserData }) };
  return {
    credentials: { accessKeyId, secretAccessKey, ...withoutUndefined({ sessionToken }) },
    endpoint: values.endpoint ?? endpointOfRegion(values.region),
    requestsPerSecond: values.requestsPerSecond,
    request: toRequest(values, rebuildOptions),
    rebuildOptions,
    ...(githubToken !== undefined &&
      environment !== undefined && {
        record: { githubToken, environment, ...withoutUndefined({ environmentUrl }) }
      }),
    summary: values.summary
  };
}

/** Of two inputs of which exactly one is allowed, the rules have let through exactly one. */
function toRequest(values: Values, rebuildOptions: RebuildOptions): RunRequest {
  const { instanceId = [], instanceTag, imageId, imageName = '' } = values;
  const { userData, confirmName, backupImage, backupKeep, blbId } = values;
  return {
    // Were none of the two given, then no ID: an empty list of tags would be every instance.
    selection: instanceTag ? { kind: 'tags', tags: instanceTag } : { kind: 'ids', ids: instanceId },
    image: imageId === undefined ? { kind: 'name', pattern: imageName } : { kind: 'id', id: imageId },
    ...(values.endpoint === undefined && { region: values.region }),
    imageWaitMs: values.imageWait,
    options: withoutSecrets(rebuildOptions),
    ...withoutUndefined({ scriptWarning: userData === undefined ? undefined : userDataWarning(userData) }),
    dryRun: values.dryRun,
    force: values.force,
    allowProtected: values.allowProtected,
    ...withoutUndefined({ confirmName }),
    ...(backupImage && { backup: withoutUndefined({ keep: backupKeep }) }),
    rollback: values.rollback,
    wait: values.wait,
    timeoutMs: values.timeout,
    pollIntervalMs: values.pollInterval,
    rollout: {
      maxUnavailable: values.maxUnavailable,
      canary: values.canary,
      pauseMs: values.pauseBetweenBatches,
      maxFailures: values.maxFailures
    },
    ...withoutUndefined({ health: toHealth(values) }),
    ...(blbId !== undefined && { balancers: { blbIds: blbId, drainMs: values.drainTime } })
  };
}

/** A script is run only in a system that is proven to be the new one, so it brings the proof along. */
function toHealth(values: Values): RunRequest['health'] {
  const { healthCheck = [], guestScript, guestUser, healthDeadline, minHealthyTime } = values;
  const times = { deadlineMs: healthDeadline, minHealthyTimeMs: minHealthyTime };
  if (guestScript === undefined) {
    return healthCheck.length === 0 ? undefined : { checks: healthCheck, ...times };
  }
  const proof = healthCheck.some(({ kind }) => kind === 'assistant') ? [] : [{ kind: 'assistant' as const }];
  const checks = [...healthCheck, ...proof, { kind: 'guestScript' as const, user: guestUser }];
  return { checks, ...times, guestScript: guestScriptOf(guestScript, guestUser) };
}

function toLogin({ adminPass, keypairId }: Values): Login {
  if (adminPass !== undefined) {
    return { kind: 'adminPass', adminPass: new Secret(adminPass) };
  }
  return keypairId === undefined ? { kind: 'keepImageLogin' } : { kind: 'keypairId', keypairId };
}
