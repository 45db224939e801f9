/**
 * A refused call; it becomes `{requestId, code, message}` with this HTTP status. Codes and statuses are those of the
 * BCC page of common errors (Ojwvyo6nc) and of each call's page. It is thrown as it is: an Error would collect a stack
 * that nobody reads.
 */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The value of a `Retry-After` header, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    this.status = status;
    this.code = code;
    this.message = message;
    this.retryAfter = retryAfter;
  }
}

/** An object that does not exist, or belongs to somebody else (BCC pages: `NoSuchObject`, 404). */
export function noSuchObject(what: string): Refusal {
  return new Refusal(
    404,
    'NoSuchObject',
    `The specified object is not found or resource do not exist: ${what}.`
  );
}

/** An invalid parameter (BCC pages: `BadRequest`, 400). */
export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequest', message);
}

/** Valid JSON of the wrong shape (common errors: `InappropriateJSON`, 400). */
export function inappropriateJson(message: string): Refusal {
  return new Refusal(
    400,
    'InappropriateJSON',
    `The JSON you provided was well-formed and valid, but ${message}.`
  );
}

/** Invalid JSON (common errors: `MalformedJSON`, 400). */
export function malformedJson(): Refusal {
  return new Refusal(400, 'MalformedJSON', 'The JSON you provided was not well-formed.');
}

/** The credentials are valid, but a policy denies the call (common errors: `AccessDenied`, 403). */
export function accessDenied(): Refusal {
  return new Refusal(403, 'AccessDenied', 'Access denied.');
}

/** An unknown path or a malformed escape (common errors: `InvalidURI`, 400). */
export function invalidUri(): Refusal {
  return new Refusal(400, 'InvalidURI', 'Could not parse the specified URI.');
}

/**
 * A call that the service has and the emulator does not. 501, because clients read 404 as "deleted" and retry 500, 502
 * and 503.
 */
export function notEmulated(operation: string): Refusal {
  return new Refusal(501, 'NotEmulated', `The emulator does not play the operation ${operation}.`);
}

/** A request that is malformed or too large (common errors: `InvalidHTTPRequest`, 400). */
export function invalidHttpRequest(why: string, status = 400): Refusal {
  return new Refusal(status, 'InvalidHTTPRequest', `There was an error in the HTTP request: ${why}.`);
}

/** An API version that the service does not have (common errors: `InvalidVersion`, 404). */
export function invalidVersion(): Refusal {
  return new Refusal(404, 'InvalidVersion', 'The API version specified was invalid.');
}

/** A missing parameter of a load balancer's call (BLB page of errors Djwvxnzw6). */
export function missingParameter(name: string): Refusal {
  return new Refusal(400, 'MissingParameter', `The parameter ${name} is missing.`);
}

/** An invalid parameter of a load balancer's call (BLB page of errors Djwvxnzw6). */
export function invalidParameter(name: string, why: string): Refusal {
  return new Refusal(400, 'InvalidParameter', `The parameter ${name} is invalid: ${why}.`);
}
