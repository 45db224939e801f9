/** Links from a failure to what the documents say about it. */
import type { ReportedReason } from './instance-failure.ts';

/** Where this action runs from, as the runner's environment tells. */
export interface ActionSource {
  /** `GITHUB_SERVER_URL`, such as `https://github.com`. */
  readonly serverUrl: string | undefined;
  /** `GITHUB_ACTION_REPOSITORY`, `owner/name`; empty for an action of the same repository (`uses: ./`). */
  readonly repository: string | undefined;
  /** `GITHUB_ACTION_REF`: the tag, branch or commit after `@`. */
  readonly ref: string | undefined;
}

/**
 * The address of the section on `reason` in `docs/troubleshooting.md`, of the very version that runs; of the whole
 * page without a reason. `undefined` where it is not known from where the action runs.
 */
export function helpLink(source: ActionSource | undefined, reason?: ReportedReason): string | undefined {
  const { serverUrl = '', repository = '', ref = '' } = source ?? {};
  if (
    !/^https?:\/\/[\w.:[\]-]+\/?$/.test(serverUrl) ||
    !/^[\w.-]+\/[\w.-]+$/.test(repository) ||
    ref === ''
  ) {
    return undefined;
  }
  const page = `${serverUrl.replace(/\/$/, '')}/${repository}/blob/${encodePath(ref)}/docs/troubleshooting.md`;
  return reason === undefined ? page : `${page}#${reason.toLowerCase()}`;
}

/** A ref may hold slashes, and signs that would end a Markdown link. */
function encodePath(ref: string): string {
  const percent = (sign: string): string => `%${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
  const encode = (part: string): string => encodeURIComponent(part).replace(/[()'*!~]/g, percent);
  return ref.split('/').map(encode).join('/');
}
