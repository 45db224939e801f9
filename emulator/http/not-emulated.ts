import { readFileSync } from 'node:fs';

/** A call of the vendor's schema (bce-openapi-meta, 2026-08) that the emulator does not play. */
interface Unplayed {
  readonly method: string;
  /** The path behind the version, with `{}` for each part that varies. */
  readonly path: string;
  /** The bare query parameter that tells this call from its neighbours; '' for none. */
  readonly action: string;
  readonly name: string;
}

let table: readonly Unplayed[] | undefined;

function load(): readonly Unplayed[] {
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

/** The name of the call that a request line means, if it is one of these; a path without `{}` is meant first. */
export function unplayed(method: string, path: string, queryNames: readonly string[]): string | undefined {
  const fitting = load()
    .filter((each) => each.method === method && fits(each.path, path))
    .filter(({ action }) => action === '' || queryNames.includes(action));
  return fitting.toSorted(bySpecificity)[0]?.name;
}

/** Whether a path is one of the schema's that has no variable part, whatever the method: then it is no id. */
export function isFixedPath(path: string): boolean {
  return load().some((each) => each.path === path);
}

function bySpecificity(one: Unplayed, other: Unplayed): number {
  const variables = ({ path }: Unplayed) => path.split('{}').length;
  return variables(one) - variables(other) || (other.action === '' ? 0 : 1) - (one.action === '' ? 0 : 1);
}

function fits(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part === '{}' ? given[at] !== '' : part === given[at]))
  );
}
