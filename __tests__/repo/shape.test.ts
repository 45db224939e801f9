import { describe, expect, test } from '@jest/globals';
import { filesIn, read } from './files.ts';

/** More than a reader takes in at once. */
const mostLines = 220;

const sources = filesIn('src', /\.ts$/);

describe('a file', () => {
  test(`of src or emulator has at most ${mostLines} lines`, () => {
    const long = [...sources, ...filesIn('emulator', /\.ts$/)]
      .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > mostLines);
    expect(long).toEqual([]);
  });

  test('of src says what each of its exports is for', () => {
    expect(sources.flatMap(undocumented)).toEqual([]);
  });
});

test('two files of src have the same name only as two sides of the mirror, core and deploy', () => {
  const nameOf = (path: string): string => path.split('/').at(-1) ?? '';
  const sideOf = (path: string): string => path.replace(/^src\/(core|deploy)\//, '');
  const namesakes = sources.filter((path) =>
    sources.some((other) => nameOf(other) === nameOf(path) && sideOf(other) !== sideOf(path))
  );
  expect(namesakes).toEqual([]);
});

test('a test has the name of the file that it tests, perhaps with what it is about behind it', () => {
  const mirrors = ['core', 'deploy', 'config', 'bce', 'health', 'action', 'github', 'emulator', 'scripts'];
  const tests = filesIn('__tests__', /\.test\.ts$/).filter((path) =>
    mirrors.includes(path.split('/')[1] ?? '')
  );
  const tested = [...sources, ...filesIn('emulator', /\.ts$/), ...filesIn('scripts', /\.ts$/)].map((path) =>
    path.replace(/^src\/|\.ts$/g, '')
  );
  const strays = tests.filter((path) => {
    const name = path.replace(/^__tests__\/|\.test\.ts$/g, '');
    return !tested.some((source) => name === source || name.startsWith(`${source}-`));
  });
  expect(strays).toEqual([]);
  expect(tests.length).toBeGreaterThan(100);
});

describe('the search for exports without a docstring', () => {
  const declaration = 'export function f() {}';

  test.each([
    ['one line', `/** Does f. */\n${declaration}`],
    ['several lines', `/**\n * Does f.\n *\n * @throws never\n */\n${declaration}`],
    ['the head of a file with this one export', `/** What the file is for. */\nimport 'x';\n\n${declaration}`]
  ])('is content with %s', (_, text) => {
    expect(undocumentedIn('a.ts', text)).toEqual([]);
  });

  test.each([
    ['none', declaration],
    ['a plain comment', `// Does f.\n${declaration}`],
    ['that of something else', `/** What g is. */\nconst g = 1;\n\n${declaration}\nexport const h = 1;`]
  ])('is not content with %s', (_, text) => {
    expect(undocumentedIn('a.ts', text)).not.toEqual([]);
  });
});

function undocumented(path: string): readonly string[] {
  return undocumentedIn(path, read(path));
}

/** The exports without a docstring right above them; for an only one, that at the head of the file will do. */
function undocumentedIn(path: string, text: string): readonly string[] {
  const pattern = /^export (?:async )?(?:function|const|let|class|interface|type|enum)\*? (\w+)/gm;
  const exported = [...text.matchAll(pattern)];
  if (exported.length === 1 && text.startsWith('/**') && /^import\b/m.test(text)) return [];
  return exported
    .filter(({ index }) => !/\*\/\n$/.test(text.slice(0, index)))
    .map(([, name = '']) => `${path}: ${name}`);
}
