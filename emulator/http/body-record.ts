import { judgePassword } from '../bcc/password.ts';
import type { Behaviour } from '../world/behaviour.ts';
import type { JsonObject } from './json.ts';
import type { CallRecord } from './records.ts';

/** What is kept of a body: all of it but the password, of which only whether it can be read and is good. */
export function bodyRecord(
  secretAccessKey: string,
  behaviour: Behaviour,
  body: JsonObject | undefined
): Pick<CallRecord, 'body' | 'passwordLength' | 'passwordValid'> {
  if (body === undefined) return {};
  const adminPass = body['adminPass'];
  if (typeof adminPass !== 'string' || adminPass === '') return { body };
  const verdict = judgePassword(adminPass, secretAccessKey, behaviour);
  return {
    body: { ...body, adminPass: '[encrypted]' },
    passwordLength: verdict.length,
    passwordValid: verdict.problem === undefined
  };
}
