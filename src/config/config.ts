import type { Login, RebuildSpec } from '../core/model/rebuild-spec.ts';
import type { Selection } from '../core/model/selection.ts';
import type { RolloutSettings } from '../core/rollout/settings.ts';
import { endpointOfRegion } from './endpoint.ts';
import { readFields, type Values } from './fields.ts';
import { type BalancerConfig, toBalancers, toRollout, toSelection } from './fleet.ts';
import { inputNames, type Problem, type RawInputs } from './inputs.ts';
import {
  type BackupConfig,
  type HealthConfig,
  type ImageConfig,
  toBackup,
  toHealth,
  toImage
} from './parts.ts';
import { relationProblems } from './relations.ts';

/** The key pair that signs; with temporary credentials also the token that belongs to it. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a Deployment record on GitHub is made of. */
export interface RecordConfig {
  readonly githubToken: string;
  readonly environment: string;
  readonly environmentUrl?: URL;
}

/** What the user asks for: read once, right in itself, and with nothing left to interpret. */
export interface Config {
  readonly credentials: Credentials;
  readonly region: string;
  /** Scheme, host and port; HTTPS, or HTTP on the loopback interface. */
  readonly endpoint: URL;
  /** At least one ID, or at least one tag; none twice, in the order given. */
  readonly selection: Selection;
  readonly image: ImageConfig;
  /** The rebuild call without the image. What the user did not set is not a key of it. */
  readonly order: Omit<RebuildSpec, 'imageId'>;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly allowProtected: boolean;
  /** What the single instance, named by its ID, must be called. Unset where nobody asks. */
  readonly confirmName?: string;
  /** Unset where no backup is asked for. */
  readonly backup?: BackupConfig;
  /** Only where `wait` is true. */
  readonly rollback: boolean;
  readonly wait: boolean;
  /** One instance's rebuild, from accepted to `Running`; 10 s to 24 h. */
  readonly timeoutMs: number;
  /** Between two looks; 1 s to 5 min, and shorter than `timeoutMs`. */
  readonly pollIntervalMs: number;
  /** With canaries and a pause (0 to 24 h) only where `wait` is true. */
  readonly rollout: RolloutSettings;
  /** Of all calls together; 1 to 100. */
  readonly requestsPerSecond: number;
  /** Unset where no check is asked for; only where `wait` is true. */
  readonly health?: HealthConfig;
  /** Unset where no load balancer is named; only where `wait` is true. */
  readonly balancers?: BalancerConfig;
  /** Unset where no Deployment record is asked for. */
  readonly record?: RecordConfig;
  readonly summary: boolean;
}

/** A config, or all that is wrong with the inputs: at least one problem, in the order of the inputs. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Turns what the runner hands over into a config. Pure; throws nothing; no message shows a secret. */
export function parseConfig(raw: RawInputs): ParsedConfig {
  const { values, problems } = readFields(raw);
  const all = [...problems, ...relationProblems(values)];
  if (all.length > 0) {
    return { ok: false, problems: all.toSorted(byInput) };
  }
  // Without a problem every input has been read, so that the values are whole.
  return { ok: true, config: toConfig(values as Values) };
}

/** All that concerns one input side by side, wherever it was found. */
function byInput(one: Problem, other: Problem): number {
  return inputNames.indexOf(one.input) - inputNames.indexOf(other.input);
}

function toConfig(values: Values): Config {
  const backup = toBackup(values);
  const health = toHealth(values);
  const balancers = toBalancers(values);
  const record = toRecord(values);
  return {
    credentials: {
      accessKeyId: values.accessKeyId,
      secretAccessKey: values.secretAccessKey,
      ...(values.sessionToken !== undefined && { sessionToken: values.sessionToken })
    },
    region: values.region,
    endpoint: values.endpoint ?? endpointOfRegion(values.region),
    selection: toSelection(values),
    image: toImage(values),
    order: {
      login: toLogin(values),
      ...(values.userData !== undefined && { userData: values.userData }),
      ...(values.cleanLastUserData !== undefined && { cleanLastUserData: values.cleanLastUserData })
    },
    dryRun: values.dryRun,
    force: values.force,
    allowProtected: values.allowProtected,
    ...(values.confirmName !== undefined && { confirmName: values.confirmName }),
    ...(backup !== undefined && { backup }),
    rollback: values.rollback,
    wait: values.wait,
    timeoutMs: values.timeout,
    pollIntervalMs: values.pollInterval,
    rollout: toRollout(values),
    requestsPerSecond: values.requestsPerSecond,
    ...(health !== undefined && { health }),
    ...(balancers !== undefined && { balancers }),
    ...(record !== undefined && { record }),
    summary: values.summary
  };
}

function toLogin({ adminPass, keypairId }: Values): Login {
  if (adminPass !== undefined) {
    return { kind: 'adminPass', adminPass };
  }
  return keypairId === undefined ? { kind: 'keepImageLogin' } : { kind: 'keypairId', keypairId };
}

function toRecord({ githubToken, environment, environmentUrl }: Values): RecordConfig | undefined {
  return githubToken === undefined || environment === undefined
    ? undefined
    : { githubToken, environment, ...(environmentUrl !== undefined && { environmentUrl }) };
}
