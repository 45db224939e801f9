/** Cloud Assistant on the connection of a client. A file of its own, loaded only where a check looks from inside. */
import { isLoopback } from '../core/loopback.ts';
import type { Assistant } from '../ports/assistant.ts';
import { checkedIds, refused } from './api/check-arguments.ts';
import * as operations from './api/cloud-assistant.ts';
import { hiding, redact } from './api/reply-facts.ts';
import { endpointOf } from './api/service-endpoints.ts';
import type { BccClient } from './client.ts';

/**
 * Cloud Assistant for one client.
 *
 * @param secrets texts that no output of a script may show
 */
export function createAssistant(
  client: Pick<BccClient, 'call' | 'endpoint'>,
  secrets: readonly string[]
): Assistant {
  const hidden = hiding(secrets);
  return {
    async getAgents(ids, signal) {
      return client.call(operations.getAgents(checkedIds('BatchGetAgent', ids)), signal);
    },
    async runCommand(spec, ids, signal) {
      refusePlainHttp(client.endpoint);
      return client.call(operations.runCommand(spec, checkedIds('CreateAction', ids)), signal);
    },
    async getRun(runId, signal) {
      const run = await client.call(operations.getRun(runId), signal);
      const children = run.children.map((child) => ({
        ...child,
        stdout: redact(child.stdout, hidden),
        stderr: redact(child.stderr, hidden),
        failReason: redact(child.failReason, hidden)
      }));
      return { ...run, children };
    },
    findRun: async (nonce, sinceMs, signal) => client.call(operations.findRun(nonce, sinceMs), signal)
  };
}

/** A script over plain HTTP could be replaced on the way, because the signature does not cover the body. */
function refusePlainHttp(endpoint: URL): void {
  const { protocol, hostname, host } = endpointOf('ca', endpoint);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  const message = `a script is sent only over HTTPS, and ${host} is asked over plain HTTP; nothing was sent`;
  throw refused('CreateAction', '', message);
}
