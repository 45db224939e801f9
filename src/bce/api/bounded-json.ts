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
  let depth = 0;
  let colons = 0;
  // Brackets, commas and colons outside of strings: each stands for one value at most.
  let tokens = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case '[':
      case '{':
        depth += 1;
        tokens += 1;
        if (depth > maxDepth) return unread(`the answer nests more than ${maxDepth} levels deep`);
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
      case ',':
        tokens += 1;
        break;
      case ':':
        tokens += 1;
        colons += 1;
        break;
    }
    if (tokens > maxTokens) return unread(`the answer holds more than ${maxTokens} values`);
  }
  try {
    const json: unknown = JSON.parse(text);
    return fieldsIn(json) < colons
      ? unread('an object of the answer gives a field twice')
      : { json, problem: '' };
  } catch {
    return unread('');
  }
}

function unread(problem: string): BoundedJson {
  return { json: undefined, problem };
}

/** How many fields all objects in a value have: fewer than its text has colons where one came twice. */
function fieldsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let fields = 0;
  if (Array.isArray(value)) for (const each of value) fields += fieldsIn(each);
  else for (const name in value) fields += 1 + fieldsIn(value[name as keyof typeof value]);
  return fields;
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
