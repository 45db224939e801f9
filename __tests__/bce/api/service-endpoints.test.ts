import { expect, test } from '@jest/globals';
import { endpointOf } from '../../../src/bce/api/service-endpoints.ts';

test.each([
  ['https://bcc.bj.baidubce.com', 'https://blb.bj.baidubce.com/'],
  ['https://bcc.a-region.baidubce.com:8443', 'https://blb.a-region.baidubce.com:8443/'],
  ['https://BCC.gz.baidubce.com', 'https://blb.gz.baidubce.com/'],
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/'],
  ['http://[::1]:4010', 'http://[::1]:4010/'],
  ['https://gateway.example', 'https://gateway.example/'],
  ['https://bcc', 'https://bcc/'],
  ['https://my-bcc.example', 'https://my-bcc.example/']
])('%s belongs to %s', (endpoint, expected) => {
  const url = new URL(endpoint);
  const before = url.href;
  expect(endpointOf('blb', url).href).toBe(expected);
  expect(url.href).toBe(before);
});

test.each([
  ['https://bcc.bj.baidubce.com', 'https://ca.bj.baidubce.com/'],
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010/'],
  ['https://gateway.example', 'https://gateway.example/']
])('Cloud Assistant of %s is at %s', (endpoint, expected) => {
  expect(endpointOf('ca', new URL(endpoint)).href).toBe(expected);
});
