import * as core from '@actions/core';
import { inputNames, type RawInputs, secretInputs } from '../config/inputs.ts';
import { undeclaredInputs } from '../config/unknown-inputs.ts';
import { secretForms } from '../core/secret-forms.ts';

/**
 * Reads every input, once, and masks the secret ones before anything else can print them. Nothing else asks
 * for an input. White space is kept: it is for the parsers to judge.
 */
export function readInputs(): RawInputs {
  const read = (name: string): string => core.getInput(name, { trimWhitespace: false });
  for (const name of secretInputs) mask(read(name));
  return Object.fromEntries(inputNames.map((name) => [name, read(name)])) as RawInputs;
}

/** A line of a longer text that is shorter is no secret by itself: `fi` would turn half of the log into asterisks. */
const shortestLine = 8;

/**
 * Keeps a secret out of the log, in every form that the wire carries. A text of several lines is masked line by line
 * as well, for that is how the log would show it.
 */
export function mask(secret: string): void {
  const lines = secret.split(/[\r\n]+/).filter((line) => line.trim().length >= shortestLine);
  for (const part of new Set([...secretForms(secret), ...lines])) core.setSecret(part);
}

/** Keeps a secret of hexadecimal digits out of the log: the wire has no other form of it. */
export function maskHex(secret: string): void {
  core.setSecret(secret);
}

/** The names of what the workflow gives although the action has no such input. Their values are not read. */
export function readUndeclared(): readonly string[] {
  return undeclaredInputs(process.env);
}
