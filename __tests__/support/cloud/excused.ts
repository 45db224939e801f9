/**
 * What these runs have found and what is not mended yet: rules that are not looked at for now. Whoever mends one
 * takes it out here, and the rule holds from then on. The seed is one that shows it.
 */
export const excused: {
  /** Very rare: a run that fails by a call in mid-wait leaves rebuilds that do not show, and nobody watches those. */
  readonly failedUnwatched: boolean;
} = {
  failedUnwatched: true
};
