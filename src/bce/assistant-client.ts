/** Cloud Assistant on the connection of a client. A file of its own, loaded only where a check looks from inside. */
import { isLoopback } from '../core/loopback.ts';
import type { Secret } from '../core/model/secret.ts';
import { secretLines } from '../core/secret-forms.ts';
import type { Assistant } from '../ports/assistant.ts';
import { checkedIds, invalidCall } from './api/check-arguments.ts';
import * as operations from './api/cloud-assistant.ts';
import { type Hidden, hiding, redact } from './api/reply-facts.ts';
import { endpointOf } from './api/service-endpoints.ts';
import type { BccClient } from './client.ts';

/**
 * Cloud Assistant for one client.
 *
 * @param secrets texts that no output of a script may show
 * @param scriptOf the first-boot script that an instance had before, as far as it is known: a log of the boot may show it
 */
export function createAssistant(
  client: Pick<BccClient, 'call' | 'endpoint'>,
  secrets: readonly string[],
  scriptOf: (instanceId: string) => Secret | undefined
): Assistant {
  const hidden = hiding(secrets);
  // What is hidden of a script is made once, however often its instance is read.
  const known = new Map<Secret | undefined, Hidden>([[undefined, hidden]]);
  const hiddenIn = (instanceId: string): Hidden => {
    const script = scriptOf(instanceId);
    const all = known.get(script) ?? [...hidden, ...hiding(secretLines(script?.reveal() ?? ''))];
    known.set(script, all);
    return all;
  };
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
      const children = run.children.map((child) => {
        const shown = (text: string): string => redact(text, hiddenIn(child.instanceId));
        const { stdout, stderr, failReason } = child;
        return { ...child, stdout: shown(stdout), stderr: shown(stderr), failReason: shown(failReason) };
      });
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
  throw invalidCall('CreateAction', '', message);
}
