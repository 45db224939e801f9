/** What to do about a call of the API that failed for good. */
import type { CallFailure } from '../model/failure.ts';
import { signatureCodes } from '../rebuild/batch-refusal.ts';

/** What a person should know before running again, once a rebuild shows or where none was sent. */
export const rerunIsSafe =
  'A re-run is safe: it waits for a rebuild that is under way, and skips an instance that runs on the image.';

/**
 * What to do about a call that failed for good.
 *
 * @param rerun what to know before running again; absent where nothing was sent
 * @param region the value of the input; absent where it is not known or an endpoint of one's own is used
 */
export function callRemedy(failure: CallFailure, rerun?: string, region?: string): string {
  const again = rerun === undefined ? '' : ` ${rerun}`;
  switch (failure.kind) {
    case 'denied':
      return `${deniedRemedy(failure)}${again}`;
    case 'notFound':
      return notFoundRemedy(failure, region);
    case 'conflict':
      return `Look at the state of the instance in the console and at what else works on it.${again}`;
    case 'invalid':
      return `${invalidRemedy(failure)}${again}`;
    case 'throttled':
      return `The service asks to slow down: run again later, or with a lower requestsPerSecond or a longer pollInterval.${again}`;
    case 'unreached':
      return `${unreachedRemedy(failure, region)}${again}`;
    case 'unsent':
      return `Nothing was sent. Fix what the message names: the certificate (NODE_EXTRA_CA_CERTS), the proxy or the disk of the runner.${again}`;
    case 'skewed':
      return `Set the clock of the runner right; of a temporary key, check sessionToken, which may have run out.${again}`;
    case 'ambiguous':
    case 'transient':
    case 'malformed':
      return `The service or the network is in trouble: run again later.${again}`;
  }
}

/** The codes by which the service says that the keys themselves are wrong, in lower case. */
const wrongKeyCodes: ReadonlySet<string> = new Set([
  ...signatureCodes,
  'invalidsignature',
  'signatureinvalid'
]);

/** Wrong keys have codes of their own; a refusal without a code may be about the keys or about the policy. */
function deniedRemedy({ code, operation }: CallFailure): string {
  if (code === undefined) {
    return `Check that the policy of the user permits ${operation}, then accessKeyId and secretAccessKey.`;
  }
  return wrongKeyCodes.has(code.toLowerCase())
    ? 'Check accessKeyId, secretAccessKey and, if given, sessionToken, which may have run out.'
    : `Let the policy of the user permit ${operation}.`;
}

/** Full quotas have a code of their own (BCC page Ojwvyo6nc). */
function invalidRemedy({ code }: CallFailure): string {
  return code === 'Image.ImageQuotaExceedLimit'
    ? 'Delete custom images that are no longer needed, or have the quota raised.'
    : 'Change what the message names: the service does not accept the request as it is.';
}

/** The input that names what a call is about, by a word in the operation's name. */
const inputs: readonly (readonly [operation: RegExp, input: string])[] = [
  [/Image/, 'imageId'],
  [/Blb/, 'blbId'],
  [/Instance/, 'instanceId']
];

function notFoundRemedy({ operation, target }: CallFailure, region: string | undefined): string {
  const input = inputs.find(([pattern]) => pattern.test(operation))?.[1] ?? 'the ID';
  return region === undefined
    ? `Check ${input} and endpoint: ${target} is not known there.`
    : `Check ${input} and region: ${target} is not known in region ${region}.`;
}

function unreachedRemedy({ barrier }: CallFailure, region: string | undefined): string {
  const input = region === undefined ? 'endpoint' : `region (${region})`;
  if (barrier === 'proxy') {
    return 'Check https_proxy and no_proxy of the runner: the proxy does not answer, or refuses.';
  }
  return barrier === 'hostName'
    ? `Check ${input}: its host name is not known. If it is right, check DNS on the runner.`
    : `Check ${input}, and whether the runner can reach it: firewall, https_proxy, no_proxy.`;
}
