/** How guests answer scripts: a row of a table; the first match counts. No script is ever executed. */
export interface ScriptAnswer {
  /** A regular expression that must match somewhere in the script. */
  readonly pattern: string;
  /** Only on this instance. */
  readonly instanceId?: string;
  /** Only on a system booted from this image. */
  readonly imageId?: string;
  /** Only after the system has been up this long, in ms. */
  readonly fromUptimeMs?: number;
  /** Default 0. */
  readonly exitCode?: number;
  /** `$1`, `$2` ... are the groups of the pattern; `{bootId}` and `{uptime}` (seconds) are those of the guest. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** How long it takes, in ms; default `runMs`. */
  readonly ms?: number;
}

/** The facts about the guest that answers a script. */
export interface ScriptFacts {
  readonly instanceId: string;
  readonly imageId: string;
  readonly bootId: string;
  readonly uptimeMs: number;
}

/** The output of a script. */
export interface ScriptOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number | undefined;
}

/** Answers to scripts that print boot ID and uptime with a nonce, in a shell and in PowerShell. */
const builtIn: readonly ScriptAnswer[] = [
  {
    pattern: String.raw`^printf 'RB1 nonce=%s boot=%s up=%s\\n' (\w+) "\$\(cat /proc/sys/kernel/random/boot_id\)" "\$\(cut -d' ' -f1 /proc/uptime\)"`,
    stdout: 'RB1 nonce=$1 boot={bootId} up={uptime}\n'
  },
  {
    pattern: String.raw`"RB1 nonce=(\w+) boot=\$boot up=\$up"`,
    stdout: 'RB1 nonce=$1 boot={bootId} up={uptime}\r\n'
  },
  { pattern: '^\\s*(?:true|exit 0)?\\s*$' },
  { pattern: '^\\s*(?:false|exit 1)\\s*$', exitCode: 1 }
];

/** The output of a script; without a match it is that of a command that is not found. */
export function answerScript(
  table: readonly ScriptAnswer[],
  content: string,
  facts: ScriptFacts
): ScriptOutput {
  for (const row of [...table, ...builtIn]) {
    if (row.instanceId !== undefined && row.instanceId !== facts.instanceId) continue;
    if (row.imageId !== undefined && row.imageId !== facts.imageId) continue;
    if (facts.uptimeMs < (row.fromUptimeMs ?? 0)) continue;
    const found = new RegExp(row.pattern).exec(content);
    if (found === null) continue;
    const fill = (text = ''): string =>
      text
        .replace(/\$(\d)/g, (_, index: string) => found[Number(index)] ?? '')
        .replaceAll('{bootId}', facts.bootId)
        .replaceAll('{uptime}', (facts.uptimeMs / 1000).toFixed(2));
    return { exitCode: row.exitCode ?? 0, stdout: fill(row.stdout), stderr: fill(row.stderr), ms: row.ms };
  }
  return { exitCode: 127, stdout: '', stderr: 'sh: 1: not found\n', ms: undefined };
}
