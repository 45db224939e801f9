/** The result of one call with one client. */
export interface Verdict {
  readonly call: string;
  /** Absent if the call succeeded. */
  readonly problem?: string;
}

/** Reads the output of a check: one JSON object per line. Other lines are from the client and are ignored. */
export function verdictsIn(output: string): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"call":')) continue;
    verdicts.push(JSON.parse(line) as Verdict);
  }
  return verdicts;
}

/**
 * The results as a Markdown table of calls and clients, with the problems below it. `undefined` is a client that could
 * not be tried on this machine; an empty list is a problem.
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
