// Stands in for undici in the bundle. `@actions/http-client` imports undici only for `getAgentDispatcher`, which
// only Octokit calls; a plain rebuild would load nine tenths of the bundle for nothing. The two names are filled
// in by github.js, when the GitHub toolkit is loaded.
export let ProxyAgent;
export let fetch;

export function lend(real) {
  ({ ProxyAgent, fetch } = real);
}
