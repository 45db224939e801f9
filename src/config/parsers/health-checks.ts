import type { HealthCheck } from '../../core/health/check.ts';
import { parseHealthCheck } from './health-check.ts';
import { type Parsed, parsedUnless, refused } from './parser.ts';

const rightForm = 'write one check a line, without commas, semicolons, brackets or quotes around it';

/** Another address on the same line, after white space, a comma or a semicolon, half-width or full-width. */
const anotherAddress = /[\s,;，；、][\s"']*(?:tcp|ssh|https?|assistant):\/\//i;

/**
 * Reads the health checks, one a line; blank lines do not count. A line that begins with `status=` or `body=` goes
 * on with the check of the line before. A list in any other form is refused: as one check it would be found wrong
 * only after the disk was erased.
 *
 * Pure, and never throws. No problem shows the whole text, because a token may be a part of it.
 */
export function parseHealthChecks(text: string): Parsed<readonly HealthCheck[]> {
  const lines = joinedLines(text);
  const checks: HealthCheck[] = [];
  const faults: string[] = [];
  for (const { line, at } of lines) {
    const form = problemOfForm(line);
    const check = form === undefined ? parseHealthCheck(line) : refused(form);
    if (check.ok) checks.push(check.value);
    else faults.push(...check.faults.map((fault) => (lines.length === 1 ? fault : `(line ${at}) ${fault}`)));
  }
  if (lines.length === 0) faults.push(`is empty; ${rightForm}`);
  return parsedUnless(faults, checks);
}

function joinedLines(text: string): readonly { readonly line: string; readonly at: number }[] {
  const joined: { line: string; at: number }[] = [];
  for (const [index, written] of text.split(/\r\n|\r|\n/).entries()) {
    const line = written.trim();
    const before = joined.at(-1);
    if (line === '') continue;
    if (before !== undefined && /^(?:status|body)=/.test(line)) before.line += ` ${line}`;
    else joined.push({ line, at: index + 1 });
  }
  return joined;
}

/** What tells that the line is not a single check. Texts in straight double quotes do not count. */
function problemOfForm(line: string): string | undefined {
  if (/^["'“”‘’「『]/.test(line)) return `begins with a quotation mark; ${rightForm}`;
  if (line.startsWith('[')) return `is a list in brackets; ${rightForm}`;
  if (line.startsWith('- ')) return `begins with a dash, as in a YAML list; ${rightForm}`;
  const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  if (anotherAddress.test(bare)) return `has several checks on one line; ${rightForm}`;
  if (/[,;，；、]$/.test(bare)) return `ends with a comma or a semicolon; ${rightForm}`;
  return undefined;
}
