/**
 * A Deployment record on GitHub, for those who ask for one. A record is an extra: whatever happens to it only
 * ever warns, and no deploy fails by it. The GitHub toolkit is loaded only when a record is asked for.
 */
import type { RecordConfig } from '../config/config.ts';

/** How a deployment ended; `inactive` where the run was cancelled. */
export type RecordState = 'in_progress' | 'success' | 'failure' | 'inactive';

/** What the record says it is about. */
export interface RecordSubject {
  readonly instanceIds: readonly string[];
  readonly imageId: string;
}

/** How long GitHub may take for one call, in milliseconds. */
const limitMs = 10_000;

/**
 * Creates a record, which has no state yet, and gives its id.
 *
 * @throws what the toolkit throws; the caller warns
 */
export async function openRecord(
  config: RecordConfig,
  subject: RecordSubject,
  signal?: AbortSignal
): Promise<number> {
  const { getOctokit, context } = await import('./toolkit.ts');
  const octokit = getOctokit(config.githubToken);
  const { data } = await octokit.rest.repos.createDeployment({
    ...context.repo,
    ref: context.sha,
    environment: config.environment,
    auto_merge: false,
    required_contexts: [],
    description: `BCC image ${subject.imageId}`,
    payload: { imageId: subject.imageId, instanceIds: subject.instanceIds },
    request: { signal: limited(signal) }
  });
  if (!('id' in data)) throw new Error(`GitHub made no deployment: ${data.message ?? 'no reason given'}`);
  return data.id;
}

/**
 * Sets the state of a record.
 *
 * @throws what the toolkit throws; the caller warns
 */
export async function setRecord(
  config: RecordConfig,
  id: number,
  state: RecordState,
  signal?: AbortSignal
): Promise<void> {
  const { getOctokit, context } = await import('./toolkit.ts');
  const { owner, repo } = context.repo;
  await getOctokit(config.githubToken).rest.repos.createDeploymentStatus({
    owner,
    repo,
    deployment_id: id,
    state,
    log_url: `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}`,
    ...(state === 'success' && config.environmentUrl ? { environment_url: config.environmentUrl.href } : {}),
    request: { signal: limited(signal) }
  });
}

function limited(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}
