import { expect, test } from '@jest/globals';
import { scriptCommand } from '../../../../src/core/health/guest/guest-command.ts';
import {
  escapedLine,
  guestScriptOf,
  guestSystem,
  withSystemOf
} from '../../../../src/core/health/guest/guest-system.ts';

test.each([
  ['Windows Server 2022', 'windows'],
  ['windows', 'windows'],
  ['Ubuntu', 'linux'],
  ['', 'linux']
])('%s has the shell of %s', (osName, system) => {
  expect(guestSystem({ osName })).toBe(system);
});

test('the image determines the system if it names one', () => {
  const instance = { id: 'i-1', osName: 'Ubuntu' };
  expect(guestSystem(withSystemOf({ osType: 'windows', osName: '' }, instance))).toBe('windows');
  expect(withSystemOf({ osType: '', osName: '' }, instance)).toBe(instance);
});

test.each([
  ['#!/bin/sh\n# wait\n\n  systemctl is-active nginx\nexit 0', 'systemctl is-active nginx'],
  ['true', 'true'],
  ['# only a comment', '(only comments and settings)'],
  ['set -eu\nexit 0', 'set -eu'],
  ['TOKEN=abc\nexport A_B=1\n$env:X = 1\n$x = 2\ncurl -fs http://127.0.0.1/', 'curl -fs http://127.0.0.1/'],
  [`echo ${'x'.repeat(200)}`, `echo ${'x'.repeat(75)}…`],
  ['echo \u001b[31m\u202e', 'echo \\u{1b}[31m\\u{202e}']
])('the first line of %j', (content, line) => {
  expect(guestScriptOf(content, 'root').firstLine).toBe(line);
});

test('a line keeps what can be read, in any script', () => {
  expect(escapedLine('完成\tok\u0000', 80)).toBe('完成 ok\\u{0}');
});

test.each([
  ['linux', 'root', 'root'],
  ['linux', 'deploy', 'deploy'],
  ['windows', 'root', undefined],
  ['windows', 'Administrator', 'Administrator']
] as const)('on %s %s is sent as %s', (system, user, sent) => {
  expect(scriptCommand(guestScriptOf('x', user), system, 300_000).user).toBe(sent);
});

test.each([
  [1_000, 10],
  [300_000, 300],
  [7_200_000, 600]
])('of a deadline of %i ms a run gets %i s', (deadlineMs, seconds) => {
  expect(scriptCommand(guestScriptOf('x', 'root'), 'linux', deadlineMs).timeoutSeconds).toBe(seconds);
});
