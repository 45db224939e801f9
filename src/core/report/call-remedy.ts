/** What to do about a call of the API that failed for good. */
import type { CallFailure } from '../model/failure.ts';

/** What a person should know before running again, once a rebuild shows or where none was sent. */
export const rerunIsSafe =
  'A re-run is safe: it looks first, waits for a rebuild that is under way, and skips an instance that runs on the image.';

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
      return `${notFoundRemedy(failure, region)}`;
    case 'conflict':
      return `Look at the state of the instance in the console and at what else works on it.${again}`;
    case 'invalid':
      return 'The service refuses the request as it is; its message says why.';
    case 'throttled':
      return `The service asks to slow down: run again later, or with a lower requestsPerSecond or a longer pollInterval.${again}`;
    case 'unreached':
      return `${unreachedRemedy(region)}${again}`;
    case 'unsent':
      return `Nothing was sent. Fix what the message names: the certificate (NODE_EXTRA_CA_CERTS) or the proxy of the runner.${again}`;
    case 'skewed':
      return `Set the clock of the runner right.${again}`;
    case 'ambiguous':
    case 'transient':
    case 'malformed':
      return `The service or the way to it is in trouble: run again later.${again || ` ${rerunIsSafe}`}`;
  }
}

/** The codes by which the service says that the keys themselves are wrong (BCC page Ojwvyo6nc), in lower case. */
const wrongKeyCodes: ReadonlySet<string> = new Set([
  'iamsignatureinvalid',
  'invalidaccesskeyid',
  'invalidhttpauthheader',
  'invalidsignature',
  'signaturedoesnotmatch',
  'signatureinvalid'
]);

/** Wrong keys have codes of their own; a refusal without a code may be about the keys or about the policy. */
function deniedRemedy({ code, operation }: CallFailure): string {
  if (code === undefined) {
    return `Check that the policy of the user permits ${operation}, then accessKeyId and secretAccessKey.`;
  }
  return wrongKeyCodes.has(code.toLowerCase())
    ? 'Check accessKeyId and secretAccessKey; of a temporary key, also sessionToken, which may have run out.'
    : `Let the policy of the user permit ${operation}.`;
}

function notFoundRemedy({ operation, target }: CallFailure, region: string | undefined): string {
  const input = operation === 'GetImage' ? 'imageId' : operation === 'GetInstance' ? 'instanceId' : 'the ID';
  const where = region === undefined ? 'there' : `in region ${region}`;
  return `Check ${input} and the region: ${target} is not known ${where}.`;
}

function unreachedRemedy(region: string | undefined): string {
  return region === undefined
    ? 'Check endpoint, and how the runner gets there: DNS, https_proxy, no_proxy.'
    : `Is ${region} the right region? If so, check how the runner gets there: DNS, https_proxy, no_proxy.`;
}
