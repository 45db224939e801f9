import { expect, test } from '@jest/globals';
import { knownHostsLine } from '../../../src/core/health/known-hosts.ts';
import { fingerprint } from '../../../src/health/ssh/host-key.ts';

const key = {
  algorithm: 'ssh-ed25519',
  key: 'AAAAC3NzaC1lZDI1NTE5AAAAIMq0YgAzVfYAtqFBuQ+tI97jEnz5yryqakuTK0Hp+YVh'
};

test.each([
  ['203.0.113.7', 22, '203.0.113.7'],
  ['203.0.113.7', 2222, '[203.0.113.7]:2222'],
  ['Web-1.Example.com', 22, 'web-1.example.com'],
  ['2001:db8::7', 22, '2001:db8::7'],
  ['2001:db8::7', 2222, '[2001:db8::7]:2222']
])('the line of %s, port %i', (host, port, place) => {
  expect(knownHostsLine(host, port, key)).toBe(`${place} ssh-ed25519 ${key.key}`);
});

test('a fingerprint is as OpenSSH prints it', () => {
  expect(fingerprint(key)).toBe('SHA256:FhCZKLHHcyX7PBBdPATgSXDo0xXmGcHkn8a0NdyiSPU');
});
