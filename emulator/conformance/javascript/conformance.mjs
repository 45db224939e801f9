/** Conformance check of the emulator with the vendor's SDK for JavaScript. Prints one line per call as JSON. */
import { createCipheriv } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import sdk from '@baiducloud/sdk';

const ONE = 'i-demo0001';
const TWO = 'i-demo0002';
const TIMEOUT_MS = 30_000;
const { ENDPOINT, ACCESS_KEY, SECRET_KEY } = process.env;

const clientWith = (sk) => new sdk.BccClient({ endpoint: ENDPOINT, credentials: { ak: ACCESS_KEY, sk } });
const client = clientWith(SECRET_KEY);

/** For calls that this SDK has no method for, in the way that its own methods send them. */
const send = (method, path, params = {}, body = undefined) =>
  client.sendRequest(method, path, { params, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

/** This SDK leaves the encryption of a password to its user (BCC page ojwvynrqn). */
function encrypt(password) {
  const cipher = createCipheriv('aes-128-ecb', SECRET_KEY.slice(0, 16), null);
  return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}

async function report(call, work) {
  let problem;
  try {
    await work();
  } catch (error) {
    problem = String(error.message ?? JSON.stringify(error));
  }
  process.stdout.write(`${JSON.stringify({ call, problem })}\n`);
}

function expect(what, got, want) {
  if (isDeepStrictEqual(got, want)) return;
  throw new Error(`${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
}

async function until(id, status, imageId) {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const { instance } = (await client.getInstance(id)).body;
    if (instance.status === status && instance.imageId === imageId) return;
    if (Date.now() > deadline) expect(id, [instance.status, instance.imageId], [status, imageId]);
    await sleep(50);
  }
}

await report('list instances by pages', async () => {
  let count = 0;
  let marker;
  do {
    const { body } = await client.listInstances({ maxKeys: 3, ...(marker === undefined ? {} : { marker }) });
    count += body.instances.length;
    marker = body.nextMarker;
  } while (marker !== undefined);
  expect('instances', count, 7);
});
await report('list instances by tag', async () => {
  const { body } = await send('GET', '/v2/instance', { tags: 'fleet:demo' });
  expect('instances', body.instances.length, 5);
});
await report('instance', async () => {
  const { name, status, cardCount } = (await client.getInstance(ONE)).body.instance;
  expect('detail', [name, status, cardCount], ['web-1', 'Running', '0']);
});
await report('instances by IDs', async () => {
  const { body } = await send('POST', '/v2/instance/listByInstanceId', {}, { instanceIds: [ONE, TWO] });
  expect('instances', body.instances.length, 2);
});
await report('list volumes', async () => {
  expect('volumes', (await send('GET', '/v2/volume', { instanceId: ONE })).body.volumes.length, 2);
});
await report('volume', async () => {
  expect('size', (await send('GET', '/v2/volume/v-data0001')).body.volume.diskSizeInGB, 100);
});
await report('list snapshots', async () => {
  expect(
    'progress',
    (await send('GET', '/v2/snapshot', { volumeId: ONE })).body.snapshots[0].progress,
    '100'
  );
});
await report('snapshot', async () => {
  expect('status', (await send('GET', '/v2/snapshot/s-demo0001')).body.snapshot.status, 'Available');
});
await report('zones and flavours', async () => {
  await send('GET', '/v2/instance/flavorSpec');
  expect('zones', (await send('GET', '/v2/zone')).body.zones.length, 1);
});
await report('user data', async () => {
  const { body } = await send('POST', '/v2/instance/attribute/getUserdata', {}, { instanceId: ONE });
  expect('id', body.instanceId, ONE);
});
await report('list images', async () => {
  expect('images', (await client.getImages({ imageType: 'Custom' })).body.images.length, 2);
});
await report('image', async () => {
  expect('name', (await send('GET', '/v2/image/m-web-2')).body.image.name, 'web-2');
});
await report('images by spec', async () => {
  const { body } = await send('GET', '/v2/image/getAvailableImagesBySpec', { spec: 'bcc.g5.c2m8' });
  expect('images', body.images.length, 2);
});
let made = '';
await report('create an image', async () => {
  const image = { imageName: 'check-javascript', instanceId: TWO };
  made = (await send('POST', '/v2/image', { clientToken: 'check' }, image)).body.imageId;
  expect('name', (await send('GET', `/v2/image/${made}`)).body.image.name, 'check-javascript');
});
await report('delete an image', () => send('DELETE', `/v2/image/${made}`));
await report('stop', async () => {
  await client.stopInstance(TWO);
  await until(TWO, 'Stopped', 'm-web-1');
});
await report('start', async () => {
  await client.startInstance(TWO);
  await until(TWO, 'Running', 'm-web-1');
});
await report('reboot', async () => {
  await client.restartInstance(TWO);
  await until(TWO, 'Running', 'm-web-1');
});
await report('stop and start several', async () => {
  const path = '/v2/instance/batchAction';
  const { body } = await send('PUT', path, { stop: '' }, { instanceIds: [TWO, 'i-none'] });
  expect('failed', body.failedInstanceIdList, ['i-none']);
  await send('PUT', path, { start: '' }, { instanceIds: [TWO] });
});
await report('change the password', () =>
  send('PUT', `/v2/instance/${TWO}`, { changePass: '' }, { adminPass: encrypt('Check-pass-2026') })
);
await report('rebuild with a password', async () => {
  const body = { imageId: 'm-web-2', adminPass: encrypt('Check-pass-2026') };
  await send('PUT', `/v2/instance/${ONE}`, { rebuild: '' }, body);
  await until(ONE, 'Running', 'm-web-2');
});
await report('rebuild with a key pair', async () => {
  const body = { imageId: 'm-web-1', keypairId: 'k-demo0001' };
  await send('PUT', `/v2/instance/${ONE}`, { rebuild: '' }, body);
  await until(ONE, 'Running', 'm-web-1');
});
await report('rebuild several', async () => {
  const instanceIds = ['i-fleet00001', 'i-fleet00002'];
  await send('PUT', '/v2/instance/rebuild', {}, { imageId: 'm-web-2', instanceIds, keepImageLogin: true });
  for (const id of instanceIds) await until(id, 'Running', 'm-web-2');
});
await report('deletion protection', () =>
  send('PUT', `/v2/instance/${TWO}/deletionProtection`, {}, { deletionProtection: 0 })
);
await report('load balancers', async () => {
  await send('GET', '/v1/blb/lb-demo0001');
  expect('load balancers', (await send('GET', '/v1/blb', { bccId: ONE })).body.blbList.length, 1);
});
const members = '/v1/blb/lb-demo0001/backendserver';
await report('health of backend servers', async () => {
  const { body } = await send('GET', members, { listenerPort: 80 });
  expect('health', [body.listenerPort, body.backendServerList[0].status], [80, 'Alive']);
});
await report('weight of a backend server', async () => {
  await send('PUT', members, { update: '' }, { backendServerList: [{ instanceId: ONE, weight: 7 }] });
  expect('weight', (await send('GET', members)).body.backendServerList[0].weight, 7);
});
await report('application load balancers', async () => {
  await send('GET', '/v1/appblb');
  await send('GET', '/v1/appblb/lb-demo0002');
  const { body } = await send('GET', '/v1/appblb/lb-demo0002/appservergroup');
  expect('group', body.appServerGroupList[0].id, 'sg-demo0001');
});
await report('weight in a server group', async () => {
  const path = '/v1/appblb/lb-demo0002/blbrs';
  const sgId = 'sg-demo0001';
  await send('PUT', path, {}, { sgId, backendServerList: [{ instanceId: ONE, weight: 7 }] });
  expect('weight', (await send('GET', path, { sgId })).body.backendServerList[0].weight, 7);
});
await report('agents of Cloud Assistant', async () => {
  const hosts = [{ instanceId: ONE }, { instanceId: TWO }];
  const { body } = await send('POST', '/v1/ca/agent/batch', {}, { hosts });
  expect(
    'agents',
    body.result.map(({ state }) => state),
    ['ONLINE', 'ONLINE']
  );
});
let runId = '';
await report('command by Cloud Assistant', async () => {
  const script = { type: 'SHELL', content: 'exit 1', scope: 'INDIVIDUAL', user: 'root', workDir: '/' };
  const action = { type: 'COMMAND', name: 'check', timeoutSecond: 60, command: script };
  const targets = [{ instanceType: 'BCC', instanceId: ONE }];
  runId = (await send('POST', '/v1/ca/action', {}, { execution: 'RUN', action, targets })).body.result.runId;
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const { state, children } = (await send('GET', '/v1/ca/actionRun', { id: runId })).body.result;
    const isOver = !['PENDING', 'RUNNING'].includes(state) || Date.now() > deadline;
    if (isOver) return expect('run', [state, children[0].output.exitCode], ['FAILED', 1]);
    await sleep(50);
  }
});
await report('list of its runs', async () => {
  const { body } = await send('POST', '/v1/ca/actionRun/list', {}, { pageNo: 1, pageSize: 10, runId });
  expect(
    'runs',
    body.result.data.map(({ id }) => id),
    [runId]
  );
});
await report('a wrong key is refused', async () => {
  await clientWith('another0secret0key0')
    .getInstance(ONE)
    .then(
      () => Promise.reject(new Error('it was accepted')),
      () => undefined
    );
});
