import { expect, test } from '@jest/globals';
import { withBench } from '../client.ts';

test.each([
  ['GET', '/v1/blb', 'DescribeBlbs'],
  ['GET', '/v1/blb/lb-1', 'DescribeBlb'],
  ['PUT', '/v1/blb/lb-1/backendserver', 'DeleteBlbServer'],
  ['PUT', '/v1/blb/lb-1/backendserver?clientToken=t&update', 'UpdateBlbServer'],
  ['PUT', '/v1/blb/lb-1/backendserver?update=', 'UpdateBlbServer'],
  ['PUT', '/v1/appblb/lb-1/blbrs', 'UpdateAppBlbServerGroupRs'],
  ['PUT', '/v1/appblb/lb-1/blbrs?batchdelete', 'DeleteAppBlbServerGroupRs'],
  ['GET', '/v1/instance', 'ListInstances'],
  ['GET', '/v2/volume', 'ListVolumes'],
  ['PUT', '/v2/instance/rebuild', 'RebuildBatchInstance']
])('%s %s is %s', async (method, target, operation) => {
  await withBench({}, async ({ send, emulator }) => {
    await send(method, target);
    expect(emulator.calls).toMatchObject([{ operation }]);
  });
});

test.each([
  ['GET', '/v2/blb', 404, 'InvalidVersion'],
  ['PUT', '/v2/appblb/lb-1/blbrs', 404, 'InvalidVersion'],
  ['GET', '/v3/instance', 404, 'InvalidVersion'],
  ['GET', '/blb', 400, 'InvalidURI'],
  ['GET', '/v1/blb/', 400, 'InvalidURI'],
  ['GET', '/v1/blb/lb-1/nothing', 400, 'InvalidURI'],
  ['GET', '/v1/blb/lb-1/more/backendserver', 400, 'InvalidURI'],
  ['DELETE', '/v1/blb/lb-1', 501, 'NotEmulated']
])('%s %s: %i %s', async (method, target, status, code) => {
  await withBench({}, async ({ send, emulator }) => {
    expect(await send(method, target)).toMatchObject({ status, json: { code } });
    expect(emulator.calls).toMatchObject([{ operation: '' }]);
  });
});

test.each([
  ['GET', '/v1/blb/lb-none'],
  ['GET', '/v1/blb/lb-none/backendserver'],
  ['PUT', '/v1/blb/lb-none/backendserver?update'],
  ['PUT', '/v1/blb/lb-none/backendserver'],
  ['POST', '/v1/blb/lb-none/backendserver'],
  ['GET', '/v1/blb/lb-demo0002'],
  ['GET', '/v1/blb/lb-demo0002/backendserver'],
  ['PUT', '/v1/blb/lb-demo0002/backendserver?update'],
  ['GET', '/v1/appblb/lb-demo0001'],
  ['GET', '/v1/appblb/lb-demo0001/appservergroup'],
  ['GET', '/v1/appblb/lb-demo0001/blbrs?sgId=sg-demo0001'],
  ['PUT', '/v1/appblb/lb-demo0001/blbrs']
])('unknown, or of the other kind: %s %s', async (method, target) => {
  await withBench({}, async ({ send }) => {
    const body = method === 'GET' ? undefined : { sgId: 'sg-demo0001', backendServerList: ['i-demo0001'] };
    expect(await send(method, target, body)).toMatchObject({
      status: 404,
      json: { code: 'InstanceNotFound', message: expect.stringContaining('lb-') }
    });
  });
});
