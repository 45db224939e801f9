import { Secret } from '../../src/core/model/secret.ts';

/** A copy of plain data with each secret as its text: to a matcher, one secret looks like another. */
export function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealed(one)]))
    : value;
}
