import { createHash } from 'node:crypto';
import { Refusal } from '../http/errors.ts';
import type { Incoming } from '../http/incoming.ts';
import type { AssistantBehaviour } from './assistant-behaviour.ts';

/** What Cloud Assistant checks first; throws a Refusal. */
export function checkRequest(
  { headers, body }: Pick<Incoming, 'headers' | 'body'>,
  { contentMd5, assistantSwitchedOn }: AssistantBehaviour
): void {
  const claimed = headers['content-md5'] ?? '';
  if (contentMd5 === 'checked' && claimed !== '') {
    const digest = createHash('md5').update(body).digest();
    if (![digest.toString('base64'), digest.toString('hex')].includes(claimed)) {
      throw new Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }
  if (!assistantSwitchedOn) {
    throw new Refusal(403, 'OptInRequired', 'Cloud Assistant is not switched on for this account.');
  }
}

/** A refusal in the format of Cloud Assistant. */
export function asAssistant(
  refusal: Refusal | undefined,
  { assistantRefusals }: AssistantBehaviour
): Refusal | undefined {
  if (refusal === undefined || assistantRefusals === 'status') return refusal;
  return new Refusal(200, refusal.code, refusal.message);
}
