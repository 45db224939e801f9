/**
 * Parses the commands that an action prints, as the runner's `ActionCommand` does. There are two formats:
 * `::name key=value::data` at the beginning of a line, and the older `##[name key=value;]data` anywhere in it.
 */

/** A command, with its name and property names in lower case and its values unescaped. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const knownNames = new Set(
  (
    'add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env ' +
    'set-output stop-commands warning'
  ).split(' ')
);

/** Parses a line; `undefined` unless it is one of the runner's commands or the one named by `resume`. */
export function parseCommand(line: string, resume?: string): Command | undefined {
  const isKnown = (name: string): boolean => knownNames.has(name) || name === resume?.toLowerCase();
  return parseColons(line, isKnown) ?? parseBracket(line, isKnown);
}

function parseColons(line: string, isKnown: (name: string) => boolean): Command | undefined {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return undefined;
  return command(text.slice(2, end), ',', text.slice(end + 2), isKnown, {
    property: ['%0D', '%0A', '%3A', '%2C', '%25'],
    data: ['%0D', '%0A', '%25']
  });
}

function parseBracket(line: string, isKnown: (name: string) => boolean): Command | undefined {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  const escapes = ['%3B', '%0D', '%0A', '%5D', '%25'];
  return command(line.slice(start + 3, end), ';', line.slice(end + 1), isKnown, {
    property: escapes,
    data: escapes
  });
}

function command(
  info: string,
  between: string,
  data: string,
  isKnown: (name: string) => boolean,
  escapes: Readonly<Record<'property' | 'data', readonly string[]>>
): Command | undefined {
  const space = info.indexOf(' ');
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase();
  if (!isKnown(name)) return undefined;
  const pairs =
    space < 0
      ? []
      : info
          .slice(space + 1)
          .trim()
          .split(between);
  const properties = pairs.flatMap((pair) => {
    const equals = pair.indexOf('=');
    if (equals <= 0 || equals === pair.length - 1) return [];
    return [[pair.slice(0, equals).toLowerCase(), unescaped(pair.slice(equals + 1), escapes.property)]];
  });
  return { name, properties: Object.fromEntries(properties), data: unescaped(data, escapes.data) };
}

function unescaped(text: string, escapes: readonly string[]): string {
  return escapes.reduce((left, code) => left.replaceAll(code, decodeURIComponent(code)), text);
}
