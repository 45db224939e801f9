import type { ActionSource } from '../core/report/help-link.ts';

/** Where this action runs from; the runner sets the variables for the main and the post step alike. */
export function readActionSource(env: NodeJS.ProcessEnv = process.env): ActionSource {
  return {
    serverUrl: env['GITHUB_SERVER_URL'],
    repository: env['GITHUB_ACTION_REPOSITORY'],
    ref: env['GITHUB_ACTION_REF']
  };
}
