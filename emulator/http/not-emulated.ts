import { readFileSync } from 'node:fs';

/** A call of the vendor's schema (bce-openapi-meta, 2026-08) that the emulator does not have. */
interface NotEmulated {
  readonly method: string;
  /** The path after the version, with `{}` for each variable part. */
  readonly path: string;
  /** The query parameter that distinguishes this call from others of the same path; '' for none. */
  readonly action: string;
  readonly name: string;
}

let table: readonly NotEmulated[] | undefined;
let paths: ReadonlySet<string> | undefined;

function load(): readonly NotEmulated[] {
  table ??= readFileSync(new URL('./not-emulated.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, method = '', uri = '', name = ''] = line.split(' ');
      const [path = '', action = ''] = uri.split('?');
      return { method, path, action, name };
    });
  return table;
}

/** The name of such a call that matches a request line. A path with fewer `{}` takes precedence. */
export function nameOfNotEmulated(
  method: string,
  path: string,
  queryNames: readonly string[]
): string | undefined {
  const fitting = load()
    .filter((each) => each.method === method && fits(each.path, path))
    .filter(({ action }) => action === '' || queryNames.includes(action));
  return fitting.toSorted(bySpecificity)[0]?.name;
}

/** Whether the schema has exactly this path, for any method; its last part is then not an id. */
export function isFixedPath(path: string): boolean {
  paths ??= new Set(load().map((each) => each.path));
  return paths.has(path);
}

function bySpecificity(one: NotEmulated, other: NotEmulated): number {
  const variables = ({ path }: NotEmulated) => path.split('{}').length;
  return variables(one) - variables(other) || (other.action === '' ? 0 : 1) - (one.action === '' ? 0 : 1);
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part === '{}' ? given[at] !== '' : part === given[at]))
  );
}
