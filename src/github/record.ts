/**
 * A Deployment record on GitHub, for those who ask for one. A record is an extra: whatever happens to it only
 * ever warns, and no deploy fails by it. The GitHub toolkit is loaded only when a record is asked for.
 */
import type { RecordConfig } from '../config/config.ts';

/** The state of a deployment; `inactive` where the run was cancelled. */
export type RecordState = 'in_progress' | 'success' | 'failure' | 'inactive';

/** How long GitHub may take for one call, in milliseconds. */
const limitMs = 10_000;

/** The longest reply that is read, in MB; that to a new deployment has some kilobytes. */
const maxMegabytes = 1;

/**
 * Creates a record, which has no state yet, and gives its id.
 *
 * @throws what the toolkit throws; the caller warns
 */
export async function openRecord(
  config: RecordConfig,
  { imageId, instanceIds }: { readonly imageId: string; readonly instanceIds: readonly string[] },
  signal?: AbortSignal
): Promise<number> {
  const { repos, context, request } = await connect(config, signal);
  const { data } = await repos.createDeployment({
    ...context.repo,
    ref: context.sha,
    environment: config.environment,
    auto_merge: false,
    required_contexts: [],
    description: `BCC image ${imageId}`,
    payload: { imageId, instanceIds },
    request
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
  const { repos, context, request } = await connect(config, signal);
  const { owner, repo } = context.repo;
  await repos.createDeploymentStatus({
    owner,
    repo,
    deployment_id: id,
    state,
    log_url: `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}`,
    ...(state === 'success' && config.environmentUrl ? { environment_url: config.environmentUrl.href } : {}),
    request
  });
}

/** The toolkit, and limits for a call in time and bytes: it reads whatever comes. */
async function connect({ githubToken }: RecordConfig, signal?: AbortSignal) {
  const { getOctokit, context } = await import('./toolkit.ts');
  const { rest, request } = getOctokit(githubToken);
  // The toolkit's own fetch knows the proxy.
  const { fetch } = { fetch: globalThis.fetch, ...request.endpoint.DEFAULTS.request };
  // Not `AbortSignal.timeout`: in Node 20 such a signal may be collected before its time, if only `any` refers to it.
  const limit = new AbortController();
  setTimeout(() => limit.abort(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs).unref();
  return {
    repos: rest.repos,
    context,
    request: {
      signal: AbortSignal.any(signal === undefined ? [limit.signal] : [limit.signal, signal]),
      fetch: async (...call: Parameters<typeof fetch>) => bounded(await fetch(...call))
    }
  };
}

/** The response, read to its end. Throws for one that is too long. */
async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxMegabytes * 1024 * 1024) throw new Error(`its reply is longer than ${maxMegabytes} MB`);
    chunks.push(chunk);
  }
  return new Response(bytes === 0 ? null : Buffer.concat(chunks), response);
}
