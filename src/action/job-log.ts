import * as core from '@actions/core';
import { neutralText } from '../core/neutral-text.ts';
import { type ActionSource, helpLink } from '../core/report/help-link.ts';
import type { ReportedReason } from '../core/report/instance-failure.ts';
import type { Log } from '../ports/log.ts';

/** The log of the job. */
export const jobLog: Log = {
  info: (line) => core.info(escapeCommands(line)),
  warning: (line) => warn(line),
  debug: (line) => core.debug(escapeCommands(line)),
  group: (title, work) => core.group(escapeCommands(title), work)
};

/** A warning, with the line that ends every annotation: where the documents tell more, about a reason or at all. */
export function warn(line: string, reason?: ReportedReason): void {
  core.warning([line, ...helpLines(reason)].map(escapeCommands).join('\n'));
}

/** The address of a section of the documents as a line, or no line where it is not known. */
export function helpLines(reason?: ReportedReason): readonly string[] {
  const link = helpLink(readActionSource(), reason);
  return link === undefined ? [] : [`Help: ${link}`];
}

/**
 * Names of instances and images come from outside, and the runner takes a line that begins with `::`, or one
 * that has `##[` in it, for a command. So a line stays one line, and neither can occur.
 */
export function escapeCommands(line: string): string {
  return neutralText(line)
    .replace(/^(\s*):/, '$1 .:')
    .replaceAll('##[', '## [');
}

/** Where this action runs from; the runner sets the variables for the main and the post step alike. */
export function readActionSource(): ActionSource {
  return {
    serverUrl: process.env['GITHUB_SERVER_URL'],
    repository: process.env['GITHUB_ACTION_REPOSITORY'],
    ref: process.env['GITHUB_ACTION_REF']
  };
}
