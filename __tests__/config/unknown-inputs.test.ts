import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseConfig } from '../../src/config/config.ts';
import { inputNames } from '../../src/config/inputs.ts';
import { judgeUnknown, undeclaredInputs } from '../../src/config/unknown-inputs.ts';
import { minimal } from './raw.ts';

/** The environment as a runner makes it of the names in a `with:` block. */
function environmentOf(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, 'x']));
}

/** The inputs that the names are meant for. */
function meant(...names: readonly string[]): readonly string[] {
  return judgeUnknown(undeclaredInputs(environmentOf(...names))).problems.map(({ input }) => input);
}

describe('an input that the action does not have', () => {
  test('is found in the environment', () => {
    const environment = {
      ...environmentOf(...inputNames, 'dry-run', 'foo'),
      PATH: '/',
      INPUT_: 'x',
      INPUTS: 'x'
    };
    expect(undeclaredInputs(environment)).toEqual(['DRY-RUN', 'FOO']);
  });

  test.each([
    ['dry-run', 'dryRun'],
    ['dry_run', 'dryRun'],
    ['dry run', 'dryRun'],
    ['confirm-name', 'confirmName'],
    ['confrimName', 'confirmName'],
    ['drryRun', 'dryRun'],
    ['dryRnu', 'dryRun'],
    ['wiat', 'wait'],
    ['instanceIds', 'instanceId'],
    ['maxUnavialble', 'maxUnavailable'],
    ['image', 'imageId'],
    ['instance', 'instanceId'],
    ['password', 'adminPass'],
    ['secret-key', 'secretAccessKey'],
    ['check', 'dryRun'],
    ['batch_size', 'maxUnavailable']
  ])('is refused if it resembles one: %s is %s', (name, input) => {
    expect(meant(name)).toEqual([input]);
  });

  test.each([
    'foo',
    'path',
    'ref',
    'who-to-greet',
    'cache',
    'node-version',
    'repository',
    'run',
    'mode',
    'test',
    'fork',
    'main',
    'wat-else'
  ])('is only warned of if it is not: %s', (name) => {
    expect(meant(name)).toEqual([]);
    expect(judgeUnknown([name.toUpperCase()]).warnings).toEqual([
      `This action has no input "${name}": without effect. Check the spelling.`
    ]);
  });

  test('is refused in any case, and with any separators, for every input', () => {
    const separator = fc.constantFrom('', '-', '_', ' ');
    fc.assert(
      fc.property(fc.constantFrom(...inputNames), separator, fc.nat(), (name, between, at) => {
        const place = at % (name.length + 1);
        const written = `${name.slice(0, place)}${between}${name.slice(place)}`;
        expect(meant(written)).toEqual(between === '' ? [] : [name]);
      })
    );
  });

  test('is refused with one letter too few or too many, for every input of five letters or more', () => {
    const long = inputNames.filter((name) => name.length >= 5);
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), fc.constantFrom('', 'z'), (name, at, put) => {
        const place = at % name.length;
        const written = `${name.slice(0, place)}${put}${name.slice(place + (put === '' ? 1 : 0))}`;
        fc.pre(!inputNames.some((other) => other.toLowerCase() === written.toLowerCase()));
        expect(meant(written)).toHaveLength(1);
      })
    );
  });

  test('is reported among the problems, by the input that was meant, in at most 40 words', () => {
    const result = parseConfig({ ...minimal, timeout: '5' }, ['DRY-RUN', 'PASSWORD', 'FOO', 'BAR']);
    expect(result).toEqual({
      ok: false,
      problems: [
        {
          input: 'adminPass',
          message:
            'is not spelled "password"; GitHub only warns of an unknown input, and it has no effect. Write adminPass, or remove it.'
        },
        {
          input: 'dryRun',
          message:
            'is not spelled "dry-run"; GitHub only warns of an unknown input, and it has no effect. Write dryRun, or remove it.'
        },
        { input: 'timeout', message: 'is "5", which has no unit; did you mean 5s or 5m?' }
      ],
      warnings: ['This action has no input "foo", "bar": without effect. Check the spelling.']
    });
  });
});
