/** What the failure of one call for several instances means for each of them. */
import type { CallFailure } from '../model/failure.ts';

/**
 * Codes of a request that was turned away by its signature alone, before anybody read what it asks for, in lower
 * case (BCC page Ojwvyo6nc; `IamSignatureInvalid` is what the vendor's gateway answers).
 */
export const signatureCodes: ReadonlySet<string> = new Set([
  'iamsignatureinvalid',
  'invalidaccesskeyid',
  'invalidhttpauthheader',
  'signaturedoesnotmatch'
]);

/**
 * Whether the service may have carried out a failed batch for some of its instances. Its reply tells nothing of a
 * single one, so any refusal may have come after some of them were taken: `AccessDenied` for the third, throttling
 * after two. Only a request that never reached the service, or that its signature or clock turned away, did nothing.
 */
export function mayBePartlyDone({ kind, code = '', httpStatus }: CallFailure): boolean {
  if (kind === 'ambiguous' || kind === 'malformed') return true;
  if (httpStatus === undefined || kind === 'skewed') return false;
  return !signatureCodes.has(code.toLowerCase());
}
