/** Cloud Assistant on the connection of a client. A file of its own, loaded only where a check looks from inside. */
import { isLoopback } from '../core/loopback.ts';
import { CallError } from '../core/model/failure.ts';
import type { Assistant } from '../ports/assistant.ts';
import { checkedId, checkedIds } from './api/check-arguments.ts';
import * as operations from './api/cloud-assistant.ts';
import { redact } from './api/reply-facts.ts';
import { assistantEndpointOf } from './api/service-endpoints.ts';
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
  const hidden = (text: string): string => redact(text, secrets);
  return {
    async getAgents(ids, signal) {
      return client.call(operations.getAgents(checkedIds('BatchGetAgent', ids, 1)), signal);
    },
    async runCommand(spec, ids, signal) {
      refusePlainHttp(client.endpoint);
      return client.call(operations.runCommand(spec, checkedIds('CreateAction', ids, 1)), signal);
    },
    async getRun(runId, signal) {
      const run = await client.call(operations.getRun(checkedId('GetActionRun', runId)), signal);
      const children = run.children.map((child) => ({
        ...child,
        stdout: hidden(child.stdout),
        stderr: hidden(child.stderr),
        failReason: hidden(child.failReason)
      }));
      return { ...run, children };
    },
    findRun: async (nonce, sinceMs, signal) => client.call(operations.findRun(nonce, sinceMs), signal)
  };
}

/** A script over plain HTTP could be exchanged on the way, for the signature does not cover the body. */
function refusePlainHttp(endpoint: URL): void {
  const { protocol, hostname, host } = assistantEndpointOf(endpoint);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw refused(
    'CreateAction',
    `a script is sent only over HTTPS, and ${host} is asked over plain HTTP; nothing was sent`
  );
}

function refused(operation: string, message: string): CallError {
  return new CallError({ kind: 'invalid', operation, target: '', message, attempts: 0 });
}
