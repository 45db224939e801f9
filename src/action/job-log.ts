import * as core from '@actions/core';
import { neutralText } from '../core/neutral-text.ts';
import type { Log } from '../ports/log.ts';

/** The log of the job. */
export const jobLog: Log = {
  info: (line) => core.info(escapeCommands(line)),
  warning: (line) => core.warning(escapeCommands(line)),
  debug: (line) => core.debug(escapeCommands(line)),
  group: (title, work) => core.group(escapeCommands(title), work)
};

/**
 * Names of instances and images come from outside, and the runner takes a line that begins with `::`, or one
 * that has `##[` in it, for a command. So a line stays one line, and neither can occur.
 */
export function escapeCommands(line: string): string {
  return neutralText(line)
    .replace(/^(\s*):/, '$1 .:')
    .replaceAll('##[', '## [');
}
