import * as core from '@actions/core';
import { inputNames, type RawInputs, secretInputs } from '../config/inputs.ts';
import { undeclaredInputs } from '../config/unknown-inputs.ts';

/**
 * Reads every input, once, and masks the secret ones before anything else can print them. Nothing else asks
 * for an input. White space is kept: it is for the parsers to judge.
 */
export function readInputs(): RawInputs {
  const read = (name: string): string => core.getInput(name, { trimWhitespace: false });
  for (const name of secretInputs) mask(read(name));
  return Object.fromEntries(inputNames.map((name) => [name, read(name)])) as RawInputs;
}

/**
 * Keeps a secret out of the log. A text of several lines is masked line by line as well, for that is how the
 * log would show it.
 */
export function mask(secret: string): void {
  const parts = new Set([secret, secret.trim(), ...secret.split(/[\r\n]+/)]);
  for (const part of parts) if (part.trim() !== '') core.setSecret(part);
}

/** The names of what the workflow gives although the action has no such input. Their values are not read. */
export function readUndeclared(): readonly string[] {
  return undeclaredInputs(process.env);
}
