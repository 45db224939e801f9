import type { FailureKind } from '../../core/model/failure.ts';

/** What a call does to the service: read, or change something. */
export type CallKind = 'read' | 'write';

/**
 * Codes that mean the same whichever status they come with, in lower case. From BCC pages Ojwvyo6nc and
 * ukcld1o5f, the error tables of the single operations, and the lists in Terraform's provider; the codes of
 * throttling beyond `RateLimit` are those of sister services, because no page of BCC names one.
 */
const codes: ReadonlyMap<FailureKind, readonly string[]> = new Map([
  [
    'throttled',
    [
      'ratelimit',
      'ratelimitexceeded',
      'throttling',
      'throttled',
      'throttlingexception',
      'toomanyrequests',
      'requestlimitexceeded',
      'exceedratelimit',
      'slowdown'
    ]
  ],
  ['skewed', ['requestexpired', 'requesttimetooskewed']],
  [
    'denied',
    [
      'accessdenied',
      'iamsignatureinvalid',
      'invalidaccesskeyid',
      'invalidhttpauthheader',
      'optinrequired',
      'qualifynotpass',
      'signaturedoesnotmatch',
      'signatureinvalid',
      'invalidsignature'
    ]
  ],
  [
    'notFound',
    [
      'forbidden.instancenotfound',
      'instancenotexist',
      'instancenotfound',
      'invalidinstanceid.notfound',
      'keypair.instancenotexist',
      'keypair.keypairnotexist',
      'nosuchobject',
      'resourcenotfound'
    ]
  ],
  [
    'conflict',
    [
      'image.creatingimagecannotbedeleted',
      'image.imagehasbeensharedtoothers',
      'image.instancestatusforbidden',
      'instance.passwordoperationforbidden',
      'instance.rebootinstanceoperationforbidden',
      'instance.startinstanceoperationforbidden',
      'instance.stopinstanceoperationforbidden',
      'keypair.instancestatusforbidden',
      'lastoperationnotfinished',
      'operationdenied'
    ]
  ],
  // By their status alone, these would be taken for missing permissions or a missing thing.
  [
    'invalid',
    [
      'idempotentparametermismatch',
      'image.imagequotaexceedlimit',
      'image.uncustomimagecannotbedeleted',
      'invalidversion',
      'keypair.unsupportostype'
    ]
  ]
]);

/**
 * A code that only asks to wait: a load balancer takes one change at a time, and the one before has not ended (BLB pages
 * Mjwvxnz6v, Djwvxnzw6).
 */
const busyCode = 'lastoperationnotfinished';

/** Codes of a fault inside the service, which may have struck before or after the work was done. */
const serverCodes: readonly string[] = ['internalerror', 'serviceinternalerror', 'serviceunavailable'];

/**
 * What the caller should make of an answer that is no success. The code decides where it is known, because the
 * services of the vendor give one code with different statuses; messages are never read, because they vary.
 * `code` is empty where the answer had none.
 */
export function classify(status: number, code: string, kind: CallKind): FailureKind {
  const lower = code.toLowerCase();
  for (const [failure, members] of codes) {
    if (members.includes(lower)) {
      return failure;
    }
  }
  // A time-out reported by a gateway says as little about the work as a 5xx does.
  if (serverCodes.includes(lower) || status >= 500 || status === 408) {
    return kind === 'read' ? 'transient' : 'ambiguous';
  }
  return byStatus.get(status) ?? 'invalid';
}

/** Whether an answer with this code says that nothing was done because something else has to end first. */
export function isBusy(code = ''): boolean {
  return code.toLowerCase() === busyCode;
}

/** What a status means alone; any other one is the fault of the request. */
const byStatus: ReadonlyMap<number, FailureKind> = new Map([
  [401, 'denied'],
  [403, 'denied'],
  [404, 'notFound'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'throttled']
]);
