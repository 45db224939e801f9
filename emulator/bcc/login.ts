import { type Call, textOf } from '../http/call.ts';
import { badRequest, Refusal } from '../http/errors.ts';
import type { ImageState, Login } from '../world/models.ts';
import { checkPassword } from './password.ts';

/** Whether keepImageLogin works with an image (BCC page 1jwvyoaw8: custom and shared ones). */
function keepsLogin(image: ImageState): boolean {
  return image.type.endsWith('Custom') || image.type === 'Sharing';
}

/**
 * The login that a rebuild asks for: exactly one of adminPass, keypairId and keepImageLogin. A switch decides what
 * adminPass and keypairId together mean. Empty strings, null and false count as absent.
 */
export function loginOf(call: Call, image: ImageState): Login {
  const { body, behaviour } = call;
  let adminPass = textOf(body, 'adminPass');
  let keypairId = textOf(body, 'keypairId');
  // The Java SDK requires a password and sends both. The schema forbids only keepImageLogin with either of them.
  if (adminPass !== '' && keypairId !== '') {
    if (behaviour.passwordWithKeypair === 'keypairWins') adminPass = '';
    if (behaviour.passwordWithKeypair === 'passwordWins') keypairId = '';
  }
  const keepImageLogin = body['keepImageLogin'] === true;
  const named = [adminPass !== '', keypairId !== '', keepImageLogin].filter(Boolean).length;
  if (named !== 1) throw badRequest('Exactly one of adminPass, keypairId and keepImageLogin is needed.');
  if (keepImageLogin) {
    if (!keepsLogin(image)) throw badRequest('keepImageLogin needs a custom or shared image.');
    return { kind: 'keepImageLogin' };
  }
  if (keypairId !== '') {
    if (image.osType !== 'linux') {
      throw new Refusal(403, 'Keypair.UnsupportOsType', 'Key pairs are for Linux only.');
    }
    if (!call.world.at(call.nowMs).keypairs.has(keypairId)) {
      throw new Refusal(404, 'Keypair.KeypairNotExist', 'The key pair does not exist.');
    }
    return { kind: 'keypairId', keypairId };
  }
  return passwordLogin(call, adminPass);
}

/** The login by password; throws unless adminPass decrypts and meets the password rule. */
export function passwordLogin(call: Call, adminPass: string): Login {
  if (call.hasToken && call.behaviour.passwordWithToken === 'refused') {
    throw badRequest('The parameter adminPass is invalid: it does not decrypt with the key of the account.');
  }
  const verdict = checkPassword(adminPass, call.secretAccessKey, call.behaviour);
  if (verdict.password === undefined || verdict.problem !== undefined) {
    throw badRequest(`The parameter adminPass is invalid: ${verdict.problem ?? 'it is unreadable'}.`);
  }
  return { kind: 'adminPass', adminPass: verdict.password };
}

/** The user data of an instance after a rebuild; `old` is the user data before it (plain text). */
export function userDataOf(call: Call, old: string): string {
  const { body, behaviour } = call;
  const given = textOf(body, 'userData');
  if (given !== '') return behaviour.userDataEncoding === 'plain' ? given : decodeBase64(given);
  const clean = body['cleanLastUserData'] === true;
  const reuse = body['useLastUserData'];
  if (clean && reuse === true) return behaviour.userDataPrecedence === 'cleanLast' ? '' : old;
  if (clean || reuse === false) return '';
  return reuse === true || behaviour.useLastUserDataDefault ? old : '';
}

function decodeBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw badRequest('The parameter userData is not base64.');
  return bytes.toString('utf8');
}
