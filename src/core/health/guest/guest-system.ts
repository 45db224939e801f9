/** What is known of the system inside an instance, and of the script that runs in it. */

import { Secret } from '../../model/secret.ts';

/** Which shell an instance has. */
export type GuestSystem = 'linux' | 'windows';

/** The script of the input `guestScript`. It may hold secrets, so that only its sender reads it. */
export interface GuestScript {
  readonly content: Secret;
  /** Its first line that does something, for the plan. */
  readonly firstLine: string;
  /** Whether it names its interpreter by `#!`, as only scripts of a shell do. */
  readonly hasShebang: boolean;
  /** Who runs it on Linux; on Windows `root` means the agent's own user. */
  readonly user: string;
}

/** The system of an instance by the names that its image gives; what does not say Windows has a shell. */
export function guestSystem({ osName }: { readonly osName: string }): GuestSystem {
  return /windows/i.test(osName) ? 'windows' : 'linux';
}

/** The instance with the system of an image, which tells it for sure where the instance's own fields lag behind. */
export function withSystemOf<T extends { readonly osName: string }>(
  { osType, osName }: { readonly osType: string; readonly osName: string },
  instance: T
): T {
  const known = `${osType} ${osName}`.trim();
  return known === '' ? instance : { ...instance, osName: known };
}

/** Comments, and settings of variables, which may be secrets. */
const saysNothing = /^(?:#|$|(?:export\s+|\$env:|\$)?[a-z_]\w*\s*=)/i;

/** A script with what the plan may say of it. */
export function guestScriptOf(content: string, user: string): GuestScript {
  return {
    content: new Secret(content),
    firstLine: firstLineOf(content),
    hasShebang: content.trimStart().startsWith('#!'),
    user
  };
}

/** The first line of a script that does something; control characters escaped, cut at 80 characters. */
function firstLineOf(content: string): string {
  const lines = content.split(/\r\n|\r|\n/).map((line) => line.trim());
  return escapedLine(lines.find((line) => !saysNothing.test(line)) ?? '(only comments and settings)', 80);
}

/** A line from a guest for the log: what is not printable is escaped, and it is cut at `most` characters. */
export function escapedLine(text: string, most: number): string {
  const characters = [...text.replaceAll('\t', ' ')];
  const shown = characters
    .slice(0, most)
    .join('')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
  return characters.length > most ? `${shown}…` : shown;
}
