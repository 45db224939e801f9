import * as core from '@actions/core';
import type { Log } from '../ports/bcc.ts';

/** The log of the job. */
export const jobLog: Log = {
  info: (line) => core.info(tame(line)),
  warning: (line) => core.warning(tame(line)),
  debug: (line) => core.debug(tame(line)),
  group: (title, work) => core.group(tame(title), work)
};

/**
 * Names of instances and images come from outside, and the runner takes a line that begins with `::`, or one
 * that has `##[` in it, for a command. So a line stays one line, and neither can occur.
 */
export function tame(line: string): string {
  return line
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/^(\s*):/, '$1 .:')
    .replaceAll('##[', '## [');
}
