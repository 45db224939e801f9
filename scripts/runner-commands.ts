/** The commands that an action prints and the files that it fills, read as the runner reads them. */

/** An annotation as it stands beside the run. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
}

/** A log after the runner has gone over it. */
export interface ParsedLog {
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** As the web page shows it. */
  readonly shown: string;
  /** As it came, without the mask commands. */
  readonly raw: string;
}

/** Reads a log line by line: a mask holds from its own line on, as with the runner. */
export function parseLog(text: string, debug = false): ParsedLog {
  const annotations: Annotation[] = [];
  const masks: string[] = [];
  const shown: string[] = [];
  const raw: string[] = [];
  const show = (line: string): void => {
    shown.push(masks.reduce((masked, secret) => masked.replaceAll(secret, '***'), line));
  };
  for (const line of text.split('\n')) {
    const match = /^\s*::([a-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/.exec(line);
    const [, command, properties = '', data = ''] = match ?? [];
    if (command !== 'add-mask') raw.push(line);
    switch (command) {
      case undefined:
        show(line);
        break;
      case 'add-mask':
        masks.push(decoded(data));
        break;
      case 'error':
      case 'warning':
      case 'notice':
        annotations.push({ level: command, title: propertyOf(properties, 'title'), message: decoded(data) });
        show(
          `${command === 'notice' ? 'Notice' : command === 'error' ? 'Error' : 'Warning'}: ${decoded(data)}`
        );
        break;
      case 'group':
        show(`▼ ${decoded(data)}`);
        break;
      case 'debug':
        if (debug) show(`##[debug]${decoded(data)}`);
        break;
      case 'endgroup':
        break;
      default:
        show(line);
    }
  }
  return { annotations, masks, shown: shown.join('\n'), raw: raw.join('\n') };
}

function propertyOf(properties: string, name: string): string {
  const pair = properties.split(',').find((one) => one.trim().startsWith(`${name}=`));
  return pair === undefined ? '' : decoded(pair.slice(pair.indexOf('=') + 1));
}

function decoded(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}

/** Reads `name=value` lines and `name<<END … END` blocks; the last value of a name counts. */
export function parseValues(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    if (block?.[1] !== undefined && block[2] !== undefined) {
      const end = lines.indexOf(block[2], index + 1);
      values[block[1]] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return values;
}
