import * as core from '@actions/core';
import { inputNames, type RawInputs, secretInputs } from '../config/inputs.ts';
import { secretForms, secretLines } from '../core/secret-forms.ts';

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
 * Keeps a secret out of the log, in every form that the wire carries. A text of several lines is masked line by line
 * as well, because the log would show it so.
 */
export function mask(secret: string): void {
  const [whole = '', ...lines] = secretLines(secret);
  for (const part of new Set([...secretForms(whole), ...lines])) core.setSecret(part);
}
