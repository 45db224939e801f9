/** How many random cases a test plays, and where they start, as the environment says. */

/**
 * How many: what the variable `name` says, otherwise the usual number times `ROUNDS`.
 *
 * @param usual how many `npm test` plays
 */
export function caseCount(usual: number, name = 'CASES'): number {
  return Number(process.env[name] ?? usual * Number(process.env['ROUNDS'] ?? 1));
}

/** The seed of the first, from `SEED`. */
export function firstSeed(): number {
  return Number(process.env['SEED'] ?? 1);
}

/** The seeds of so many cases. */
export function seedsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => firstSeed() + index);
}
