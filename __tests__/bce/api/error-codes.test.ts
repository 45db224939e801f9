import { describe, expect, test } from '@jest/globals';
import { classify } from '../../../src/bce/api/error-codes.ts';
import type { FailureKind } from '../../../src/core/model/failure.ts';

describe('what an error means, the same for reads and writes', () => {
  test.each<[number, string, FailureKind]>([
    [429, '', 'throttled'],
    [403, 'RateLimit', 'throttled'],
    [400, 'ratelimitexceeded', 'throttled'],
    [503, 'Throttling', 'throttled'],
    [500, 'TooManyRequests', 'throttled'],
    [400, 'RequestLimitExceeded', 'throttled'],
    [400, 'RequestExpired', 'skewed'],
    [403, 'RequestTimeTooSkewed', 'skewed'],
    [400, 'SignatureDoesNotMatch', 'denied'],
    [403, 'InvalidAccessKeyId', 'denied'],
    [400, 'InvalidHTTPAuthHeader', 'denied'],
    [403, 'AccessDenied', 'denied'],
    [403, 'OptInRequired', 'denied'],
    [403, 'QualifyNotPass', 'denied'],
    [401, '', 'denied'],
    [403, 'SomethingNew', 'denied'],
    [404, 'NoSuchObject', 'notFound'],
    [400, 'NoSuchObject', 'notFound'],
    [403, 'Forbidden.InstanceNotFound', 'notFound'],
    [400, 'InvalidInstanceId.NotFound', 'notFound'],
    [404, 'Keypair.KeypairNotExist', 'notFound'],
    [404, '', 'notFound'],
    [409, '', 'conflict'],
    [412, 'PreconditionFailed', 'conflict'],
    [409, 'Instance.StartInstanceOperationForbidden', 'conflict'],
    [403, 'Instance.RebootInstanceOperationForbidden', 'conflict'],
    [500, 'Instance.PasswordOperationForbidden', 'conflict'],
    [400, 'OperationDenied', 'conflict'],
    [403, 'IdempotentParameterMismatch', 'invalid'],
    [404, 'InvalidVersion', 'invalid'],
    [403, 'Keypair.UnsupportOsType', 'invalid'],
    [400, 'BadRequest', 'invalid'],
    [400, 'MalformedJSON', 'invalid'],
    [413, 'Image.ImageQuotaExceedLimit', 'invalid'],
    [403, 'Image.ImageQuotaExceedLimit', 'invalid'],
    [403, 'Image.UnCustomImageCannotBeDeleted', 'invalid'],
    [409, 'Image.InstanceStatusForbidden', 'conflict'],
    [409, 'Image.CreatingImageCannotBeDeleted', 'conflict'],
    [403, 'Image.ImageHasBeenSharedToOthers', 'conflict'],
    [409, 'LastOperationNotFinished', 'conflict'],
    [400, 'LastOperationNotFinished', 'conflict'],
    [404, 'BackendServerNotFound', 'notFound'],
    [302, '', 'invalid']
  ])('%d %s is %s', (status, code, kind) => {
    expect(classify(status, code, 'read')).toBe(kind);
    expect(classify(status, code.toUpperCase(), 'write')).toBe(kind);
  });
});

describe('an error that leaves open whether the call was carried out is worse for a write', () => {
  test.each([
    [500, 'InternalError'],
    [500, ''],
    [502, ''],
    [503, 'ServiceUnavailable'],
    [504, ''],
    [408, ''],
    [400, 'InternalError']
  ])('%d %s', (status, code) => {
    expect(classify(status, code, 'read')).toBe('transient');
    expect(classify(status, code, 'write')).toBe('ambiguous');
  });
});
