import { describe, expect, test } from '@jest/globals';
import { inputNames, type RawInputs } from '../../../src/config/inputs.ts';
import { ascii } from '../../../src/config/parsers/ascii.ts';
import { parseText } from '../../../src/config/parsers/parser.ts';
import { problemsOf } from '../raw.ts';

const parse = ascii(parseText);

describe('a value with a form', () => {
  test('is read where it is ASCII', () => {
    expect(parse('i-demo0001 ~')).toEqual({ ok: true, value: 'i-demo0001 ~' });
  });

  test.each([
    [
      'i-demo0001\u200b',
      'is "i-demo0001\\u200b", where \\u200b (zero width space) is not ASCII; take it out, or type the value again'
    ],
    ['i\u2011demo', 'is "i\\u2011demo", where \\u2011 (non-breaking hyphen) is not ASCII; write "-" instead'],
    ['\uff49-demo', 'is "\\uff49-demo", where \\uff49 (full-width) is not ASCII; write "i" instead'],
    ['\u0456-demo', 'is "\\u0456-demo", where \\u0456 is not ASCII; type the value again'],
    [
      '5\uff0c6\u200b',
      'is "5\\uff0c6\\u200b", where \\uff0c (Chinese comma), \\u200b (zero width space) are not ASCII; write "," instead'
    ],
    ['"5m"', 'is "\\"5m\\"", in quotes that are part of the value; leave them out'],
    ['“5m”', 'is "\\u201c5m\\u201d", in quotes that are part of the value; leave them out']
  ])('is refused where it is not: %j', (text, fault) => {
    expect(parse(text)).toEqual({ ok: false, faults: [fault] });
  });
});

/** Inputs of free text, and secrets and addresses, of which no message shows anything. */
const free: readonly string[] = [
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'adminPass',
  'githubToken',
  'endpoint',
  'environment',
  'environmentUrl',
  'userData',
  'instanceTag',
  'imageName',
  'confirmName',
  'healthCheck',
  'guestScript',
  'guestUser'
];

test.each(inputNames.filter((name) => !free.includes(name)))('%s shows what cannot be seen', (name) => {
  const [problem = ''] = problemsOf({ [name]: 'i\u200bx' } as Partial<RawInputs>).filter((one) =>
    one.startsWith(name)
  );
  expect(problem).toContain('\\u200b');
  expect(problem).toContain('not ASCII');
  expect(problem).not.toContain('\u200b');
});
