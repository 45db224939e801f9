import { type InputName, isGiven, type Problem, type ReadValues } from '../inputs.ts';
import { guardProblems } from './guards.ts';

/** The cipher for adminPass takes its key from the first 16 characters of the secret key (BCC page ojwvynrqn). */
const cipherKeyLength = 16;

/**
 * What is wrong between inputs that are right in themselves. An input with a fault of its own counts as given,
 * but is not compared, so that one mistake is told once.
 */
export function ruleProblems(values: ReadValues): readonly Problem[] {
  return [
    ...loginProblems(values),
    ...cipherProblems(values),
    ...guardProblems(values),
    ...recordProblems(values)
  ];
}

/** Exactly one way to log in; the API wants it so (BCC page 1jwvyoaw8). */
function loginProblems(values: ReadValues): readonly Problem[] {
  const ways: readonly InputName[] = ['adminPass', 'keypairId'];
  const given = ways.filter((input) => isGiven(values, input));
  if (values.keepImageLogin === true) given.push('keepImageLogin');
  const choice = 'give exactly one of adminPass, keypairId, and keepImageLogin: true';
  const [first] = given;
  if (first === undefined) {
    // A keepImageLogin that could not be read may have been meant as the one way.
    return 'keepImageLogin' in values
      ? [{ input: 'adminPass', message: `is not given, and nothing else says how to log in; ${choice}` }]
      : [];
  }
  return given.length === 1
    ? []
    : [{ input: first, message: `is given together with ${given.slice(1).join(' and ')}; ${choice}` }];
}

function cipherProblems(values: ReadValues): readonly Problem[] {
  const { secretAccessKey = '' } = values;
  if (secretAccessKey === '' || secretAccessKey.length >= cipherKeyLength) return [];
  if (!isGiven(values, 'adminPass')) return [];
  const message =
    `is shorter than ${cipherKeyLength} characters, too short to encrypt adminPass with; ` +
    'copy the whole key, or log in by keypairId';
  return [{ input: 'secretAccessKey', message }];
}

/** A Deployment record needs a token and an environment; an address alone has no record to stand in. */
function recordProblems(values: ReadValues): readonly Problem[] {
  const inputs = ['githubToken', 'environment', 'environmentUrl'] as const;
  const asked = inputs.filter((input) => isGiven(values, input));
  if (asked.length === 0) return [];
  const message =
    `is not given, but ${asked.join(' and ')} ${asked.length === 1 ? 'is' : 'are'}; ` +
    'a Deployment record needs both githubToken and environment, so give both or none';
  return inputs
    .filter((input) => input !== 'environmentUrl' && !isGiven(values, input))
    .map((input) => ({ input, message }));
}
