import { expect, test } from '@jest/globals';
import { isLoopback } from '../../src/core/loopback.ts';

test.each(['localhost', '[::1]', '127.0.0.1', '127.1.2.3'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['localhost.evil.example', '127.0.0.1.evil.example', '128.0.0.1', '[::2]', ''])(
  '%s is not',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  }
);
