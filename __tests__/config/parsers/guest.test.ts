import { expect, test } from '@jest/globals';
import { parseConfig } from '../../../src/config/config.ts';
import { parseGuestScript, parseGuestUser } from '../../../src/config/parsers/guest.ts';
import { guestScriptOf } from '../../../src/core/health/guest/guest-system.ts';
import { minimal, problemsOf } from '../raw.ts';

test('a script is kept to the last byte', () => {
  const text = '#!/bin/sh\n\tcurl -fs http://127.0.0.1/ # ok \n\n';
  expect(parseGuestScript(text)).toEqual({ ok: true, value: text });
});

test.each([[' \n'], ['a\0b'], ['#!/bin/sh\r\ntrue\r\n']])('%j is refused, and not shown', (text) => {
  const result = parseGuestScript(text);
  expect(result.ok).toBe(false);
  expect(JSON.stringify(result)).not.toContain('a\\u0000b');
});

test.each(['root', 'deploy', '_svc', 'Administrator', 'a-b.c_1'])('%s is a user', (user) => {
  expect(parseGuestUser(user)).toEqual({ ok: true, value: user });
});

test.each(['a b', '-x', 'root;id', 'ü', 'x'.repeat(40), '$(id)'])('%s is none', (user) => {
  expect(parseGuestUser(user)).toMatchObject({ ok: false });
});

function healthOf(more: Partial<typeof minimal>) {
  const parsed = parseConfig({ ...minimal, ...more });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config.request.health;
}

test('a script implies the proof, once', () => {
  const script = { kind: 'guestScript', user: 'deploy' };
  const more = { guestScript: 'true', guestUser: 'deploy' };
  expect(healthOf(more)).toMatchObject({
    checks: [{ kind: 'assistant' }, script],
    guestScript: guestScriptOf('true', 'deploy')
  });
  const healthCheck = 'assistant://\ntcp://{internalIp}:22';
  expect(healthOf({ ...more, healthCheck })?.checks).toEqual([
    { kind: 'assistant' },
    { kind: 'tcp', hostPattern: '{internalIp}', port: 22 },
    script
  ]);
  expect(healthOf({ healthCheck: 'assistant://' })).not.toHaveProperty('guestScript');
  expect(healthOf({})).toBeUndefined();
});

test('it cannot be combined with wait: false', () => {
  expect(problemsOf({ guestScript: 'true', wait: 'false' }).join()).toContain(
    'guestScript is given, but wait is false'
  );
});
