import type { Expectations, StatusRange } from '../../core/health/check.ts';
import { type Parsed, parsed, refused } from './parser.ts';

/** A success of any kind. A redirect is none: it is not followed, and what lies behind it was not asked for. */
const success: readonly StatusRange[] = [{ from: 200, to: 299 }];

/** Quotation marks that people or their editors put around a text, and that would be looked for as a part of it. */
const otherQuotes = /^['`´‘’‚‛“”„‟«»‹›「」『』〝〞＂＇]/u;

/** One word after the address; in quotes, a backslash takes the next character as it is. */
const word = /\s+([a-z]+)=(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]\S*))/suy;

/** Another expectation behind a comma or a semicolon, which would be a part of the text before. */
const joined = /[,;，；、](?:status|body)=/;

/**
 * Reads what follows the address of an HTTP check: words split by white space, each at most once.
 *
 * - `status=200`, `status=200,204`, `status=200-299`, or a mixture; without it 200-299
 * - `body=ok` or `body="all is well"`: the body must contain the text
 *
 * @param text the rest of the input after the address, with the white space before it
 */
export function parseExpectations(text: string): Parsed<Expectations> {
  const found = new Map<string, string>();
  word.lastIndex = 0;
  for (let end = 0; end < text.length; end = word.lastIndex) {
    const [, name, quoted, bare] = word.exec(text) ?? [];
    if (name === undefined) {
      return refused('goes on after the address with what is neither status=… nor body=… nor body="…"');
    }
    if (name !== 'status' && name !== 'body') {
      return refused(`expects ${JSON.stringify(name)}, which is unknown; status and body can be expected`);
    }
    if (found.has(name)) return refused(`gives ${name} more than once`);
    if (otherQuotes.test(bare ?? '')) {
      return refused(
        `has a ${name} that begins with ${shownCharacter(bare)}, which no check takes for a quotation mark; write ${name}="…" with straight double quotes`
      );
    }
    if (joined.test(bare ?? '')) {
      return refused('joins status and body by a comma or a semicolon; put a blank between them');
    }
    found.set(name, bare ?? String(quoted).replace(/\\(.)/gsu, '$1'));
  }
  const status = found.get('status');
  const statuses = status === undefined ? success : parseStatuses(status);
  if (statuses === undefined) {
    return refused(
      'expects a status that is none; write codes from 200 to 599, such as 200, 200,204 or 200-299'
    );
  }
  const body = found.get('body');
  if (body === '') return refused('expects an empty body text, which every body contains; leave body out');
  return parsed(body === undefined ? { statuses } : { statuses, body });
}

/** The first character with its code point: many of these marks look alike. */
function shownCharacter(text = ''): string {
  const code = text.codePointAt(0) ?? 0;
  return `${String.fromCodePoint(code)} (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
}

/** Codes below 200 announce the answer that follows, so none of them can be expected. */
function parseStatuses(text: string): readonly StatusRange[] | undefined {
  const ranges: StatusRange[] = [];
  for (const part of text.split(',')) {
    const [, first, last] = /^([2-5]\d\d)(?:-([2-5]\d\d))?$/.exec(part) ?? [];
    const from = Number(first);
    const to = Number(last ?? first);
    if (first === undefined || to < from) return undefined;
    ranges.push({ from, to });
  }
  return ranges;
}
