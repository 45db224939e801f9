/** What came of one call of one client. */
export interface Verdict {
  readonly call: string;
  /** Absent when it went well. */
  readonly problem?: string;
}

/** Reads what a judge printed: one JSON object a line. Other lines are the client's own and count for nothing. */
export function verdictsIn(output: string): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"call":')) continue;
    verdicts.push(JSON.parse(line) as Verdict);
  }
  return verdicts;
}

/**
 * The matrix of client and call as Markdown, with what went wrong below it. A client without verdicts could not be
 * tried on this machine; one that was tried and says nothing is a problem.
 */
export function matrix(results: ReadonlyMap<string, readonly Verdict[] | undefined>): {
  readonly text: string;
  readonly problems: number;
} {
  const clients = [...results.keys()];
  const calls = [...new Set([...results.values()].flatMap((each) => (each ?? []).map(({ call }) => call)))];
  const lines: string[] = [row(['Call', ...clients]), row(['---', ...clients.map(() => '---')])];
  const wrong: string[] = [];
  for (const call of calls) {
    const cells = clients.map((client) => {
      const verdicts = results.get(client);
      if (verdicts === undefined) return 'not tried';
      const verdict = verdicts.find((each) => each.call === call);
      if (verdict === undefined) return '–';
      if (verdict.problem === undefined) return 'works';
      wrong.push(`${client}, ${call}: ${verdict.problem}`);
      return 'FAILS';
    });
    lines.push(row([call, ...cells]));
  }
  for (const client of clients) {
    if (results.get(client)?.length === 0) wrong.push(`${client}: it said nothing`);
  }
  return { text: `${[...lines, ...wrong].join('\n')}\n`, problems: wrong.length };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
