/** A body as JSON, or why it is not read. */
export interface BoundedJson {
  /** `undefined` where the body is no JSON, or more than is read. */
  readonly json: unknown;
  /** Why a body that may be JSON was not read; empty otherwise. */
  readonly problem: string;
}

/** The deepest nesting that is read; no reply of the API nests deeper than 10. */
const maxDepth = 64;

/** The most values and names in one reply: more than ten times those of a full page of instances. */
const maxTokens = 500_000;

/**
 * Parses JSON of a bounded depth and number of values. A few megabytes of brackets become gigabytes of objects, so
 * they are counted before anything is built. A field that comes twice in one object is a problem too: `JSON.parse` would
 * take the last one without a word, and another reader the first.
 */
export function parseBounded(text: string): BoundedJson {
  const problem = problemOf(text);
  return { json: problem === '' ? parsed(text) : undefined, problem };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets, commas and colons outside of strings: each stands for one value at most. */
function problemOf(text: string): string {
  /** The names of the fields so far, of each object or list that is open; a list has none. */
  const open: Set<unknown>[] = [];
  let tokens = 0;
  let lastString = '';
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        lastString = text.slice(at, end + 1);
        at = end;
        break;
      }
      case '[':
      case '{':
        open.push(new Set());
        tokens += 1;
        if (open.length > maxDepth) return `the answer nests more than ${maxDepth} levels deep`;
        break;
      case ']':
      case '}':
        open.pop();
        break;
      case ',':
        tokens += 1;
        break;
      case ':': {
        tokens += 1;
        const names = open.at(-1);
        const name = lastString.includes('\\') ? parsed(lastString) : lastString.slice(1, -1);
        if (names?.has(name)) return 'an object of the answer gives a field twice';
        names?.add(name);
        break;
      }
    }
    if (tokens > maxTokens) return `the answer holds more than ${maxTokens} values`;
  }
  return '';
}

/** Where the string that begins at `from` ends; the end of the text where it does not. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote;
    at = quote + 1;
  }
}
