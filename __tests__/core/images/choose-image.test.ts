import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Choice, chooseImage, matchesName, searchText } from '../../../src/core/images/choose-image.ts';
import type { Image } from '../../../src/core/model/image.ts';

function image(id: string, changes: Partial<Image> = {}): Image {
  return {
    id,
    name: 'web',
    type: 'Custom',
    osType: 'linux',
    osName: 'Ubuntu',
    osVersion: '24.04',
    osArch: 'x86_64',
    createTime: '2026-01-01T00:00:00Z',
    status: 'Available',
    minDiskGb: 20,
    ...changes
  };
}

/** `a Available 3` is an image of the third of January. */
function images(...lines: readonly string[]): readonly Image[] {
  return lines.map((line) => {
    const [id = '', status = '', day = ''] = line.split(' ');
    return image(id, { status, createTime: day === '?' ? 'soon' : `2026-01-0${day}T00:00:00Z` });
  });
}

function ids(choice: Choice): readonly string[] {
  switch (choice.kind) {
    case 'chosen':
      return [choice.image.id, ...choice.ignored.map(({ id }) => id)];
    case 'pending':
      return [choice.image.id];
    case 'none':
      return choice.nearest.map(({ id }) => id);
    default:
      return choice.images.map(({ id }) => id);
  }
}

describe('matchesName', () => {
  test.each([
    ['web', 'web', true],
    ['web', 'Web', false],
    ['web', 'web-1', false],
    ['web', '', false],
    ['web-*', 'web-', true],
    ['web-*', 'web-1/2 3.4', true],
    ['web-*', 'my-web-1', false],
    ['*-web', 'my-web', true],
    ['*-web', 'my-web-1', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['[ab]*', '[ab]-1', true],
    ['*', '', true],
    ['版本*', '版本一', true]
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  test('agrees with a regular expression', () => {
    const escapes = new Map([
      ['a', 'a'],
      ['b', 'b'],
      ['.', String.raw`\.`],
      ['\\', String.raw`\\`],
      ['\n', String.raw`\n`]
    ]);
    const text = fc.string({ unit: fc.constantFrom('*', ...escapes.keys()), maxLength: 10 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const source = [...pattern].map((one) => (one === '*' ? '[^]*' : escapes.get(one)));
        return matchesName(pattern, name) === new RegExp(`^(?:${source.join('')})$`).test(name);
      }),
      { numRuns: 2_000 }
    );
  });

  test('takes no longer for a pattern made to be slow', () => {
    expect(matchesName(`${'a*'.repeat(5_000)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('chooseImage', () => {
  test.each<[string, readonly string[], Choice['kind'], readonly string[]]>([
    ['the only one', ['a Available 1'], 'chosen', ['a']],
    ['the newest, also of one exact name', ['a Available 1', 'b Available 2'], 'chosen', ['b']],
    ['one without a time, if it is the only one', ['a Available ?'], 'chosen', ['a']],
    ['one with a time over one without', ['a Available ?', 'b Available 1'], 'chosen', ['b']],
    [
      'an older one over failed ones',
      ['a Available 1', 'b Error 2', 'c CreateFailed 3'],
      'chosen',
      ['a', 'c', 'b']
    ],
    ['a newer one, saying nothing of older failed ones', ['a Available 3', 'b Error 2'], 'chosen', ['a']],
    ['the newest, though an older one is Creating', ['a Available 2', 'b Creating 1'], 'chosen', ['a']],
    ['a wait for a newer one', ['a Available 1', 'b Creating 2', 'c CreatedFailed 3'], 'pending', ['b']],
    ['a wait for the newest of several', ['a Creating 1', 'b Creating 2'], 'pending', ['b']],
    ['a wait for one just as new', ['a Available 1', 'b Creating 1'], 'pending', ['b']],
    ['a tie', ['b Available 2', 'a Available 2', 'c Available 1', 'd Error 2'], 'tie', ['a', 'b']],
    ['a tie of those without a time', ['a Available ?', 'b Available ?'], 'tie', ['a', 'b']],
    ['no tie below the newest', ['a Available 1', 'b Available 1', 'c Available 2'], 'chosen', ['c']],
    ['no tie while a newer one comes', ['a Available 1', 'b Available 1', 'c Creating 2'], 'pending', ['c']],
    [
      'nothing usable',
      ['a CreatedFailed 1', 'b NotAvailable 2', 'c Strange 3'],
      'unfinished',
      ['c', 'b', 'a']
    ],
    ['nothing at all', [], 'none', []]
  ])('%s', (_, lines, kind, expected) => {
    for (const list of [images(...lines), images(...lines.toReversed())]) {
      const choice = chooseImage('web', list);
      expect([choice.kind, ids(choice)]).toEqual([kind, expected]);
    }
  });

  test('an image listed twice makes no tie with itself', () => {
    expect(chooseImage('web', [image('a'), image('a')])).toMatchObject({
      kind: 'chosen',
      image: { id: 'a' }
    });
  });

  test('a wide pattern never chooses a backup, and one that says so does', () => {
    const backup = image('m-b', {
      name: 'rbi-backup/i-a/m-web/20260201T000000Z/1',
      createTime: '2026-02-01T00:00:00Z'
    });
    const list = [image('m-web'), backup];
    expect(ids(chooseImage('*web*', list))).toEqual(['m-web']);
    expect(ids(chooseImage('rbi-backup/i-a/*', list))).toEqual(['m-b']);
    expect(ids(chooseImage(backup.name, list))).toEqual(['m-b']);
  });

  test.each([
    ['weeb-1', ['web-1', 'web-2', 'Web-11', 'db-1', 'worker-1']],
    ['WEB-2', ['web-2', 'web-1', 'Web-11', 'db-1', 'worker-1']],
    ['*ker-2', ['worker-1', 'web-2', 'web-1', 'Web-11', 'db-1']]
  ])('none like %s: the nearest names', (pattern, expected) => {
    const names = ['Debian 12', 'worker-1', 'db-1', 'Web-11', 'web-2', 'web-1'];
    const list = names.map((name, index) =>
      image(`m-${index}`, { name, createTime: `2026-01-0${index + 1}T00:00:00Z`, status: 'Error' })
    );
    const choice = chooseImage(pattern, list);
    expect(choice.kind === 'none' && choice.nearest.map(({ name }) => name)).toEqual(expected);
  });

  test('none: each name once, by its newest image', () => {
    expect(ids(chooseImage('wib', images('a Available 1', 'b Error 2')))).toEqual(['b']);
  });
});

const anyImage = fc
  .record({
    id: fc.stringMatching(/^m-[a-z]{1,4}$/),
    name: fc.constantFrom('web-1', 'web-2', 'web', 'db', 'rbi-backup/i-a/m-web/20260201T000000Z/1'),
    status: fc.constantFrom('Available', 'Creating', 'CreatedFailed', 'Error', 'Strange'),
    createTime: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '')
  })
  .map(({ id, ...changes }) => image(id, changes));
const someImages = fc.uniqueArray(anyImage, { selector: ({ id }) => id, maxLength: 8 });
const pattern = fc.constantFrom('web', 'web-*', '*b*', 'nothing', 'rbi-backup/*');

describe('whatever is there', () => {
  test('the order of the list does not matter', () => {
    const shuffled = someImages.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))
    );
    fc.assert(
      fc.property(pattern, shuffled, (name, [one, other]) =>
        isDeepStrictEqual(chooseImage(name, other), chooseImage(name, one))
      ),
      { numRuns: 1_000 }
    );
  });

  test('what is chosen matches, is Available, and no such image is as new', () => {
    fc.assert(
      fc.property(pattern, someImages, (name, list) => {
        const choice = chooseImage(name, list);
        if (choice.kind !== 'chosen') return true;
        const { image: chosen, ignored } = choice;
        // ISO times sort as text, and the empty one comes first.
        const rivals = list.filter(
          (one) =>
            one.id !== chosen.id &&
            matchesName(name, one.name) &&
            (name.startsWith('rbi') || !one.name.startsWith('rbi')) &&
            one.createTime >= chosen.createTime
        );
        return (
          chosen.status === 'Available' &&
          [chosen, ...ignored].every((one) => matchesName(name, one.name)) &&
          rivals.every(({ status }) => status !== 'Available' && status !== 'Creating')
        );
      }),
      { numRuns: 1_500 }
    );
  });
});

describe('searchText', () => {
  test.each([
    ['web', 'web'],
    ['web-*', 'web-'],
    ['a*-long-*b', '-long-'],
    ['ab*cd', 'ab'],
    ['*', '']
  ])('of %s is %j', (text, expected) => {
    expect(searchText(text)).toBe(expected);
  });

  test('is in every name that matches', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab*'), maxLength: 8 });
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.string({ maxLength: 3 })), (one, fillings) => {
        const name = one.replace(/\*/g, () => fillings.next().value ?? '');
        return matchesName(one, name) && name.includes(searchText(one));
      })
    );
  });
});

describe('blanks at the ends of a name', () => {
  const blank = image('m-blank', { name: 'web-v3 ', createTime: '2026-01-05T00:00:00Z' });
  const plain = image('m-plain', { name: 'web-v3', createTime: '2026-01-01T00:00:00Z' });

  test.each([
    ['web-v3', [blank, plain], ['m-plain']],
    ['web-v3 ', [blank, plain], ['m-blank']],
    ['web-v3', [blank], ['m-blank']],
    [' web-v3\t', [plain], ['m-plain']],
    ['*-v3', [blank], ['m-blank']],
    ['*-v3', [blank, plain], ['m-plain']]
  ])('of %j count only where nothing is exactly so', (pattern, all, chosen) => {
    const choice = chooseImage(pattern, all);
    expect([choice.kind, ...ids(choice)]).toEqual(['chosen', ...chosen]);
  });

  test('leave a tie a tie', () => {
    const other = { ...blank, id: 'm-other', name: ' web-v3' };
    const choice = chooseImage('web-v3', [blank, other]);
    expect([choice.kind, ...ids(choice)]).toEqual(['tie', 'm-blank', 'm-other']);
  });

  test('are not searched for', () => {
    expect(searchText(' web-v3 ')).toBe('web-v3');
  });

  test('do not let a pattern reach the backups', () => {
    expect(chooseImage(' *', [image('m-b', { name: 'rbi-backup/x' })]).kind).toBe('none');
  });
});
