/** The only door to the GitHub toolkit. It is imported on demand, so that a plain rebuild never loads it. */
export { context, getOctokit } from '@actions/github';
