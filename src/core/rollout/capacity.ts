import type { Member } from './member.ts';
import type { Members } from './members.ts';

/**
 * Whether one more may be taken. One that is away already makes it no worse, but it still needs a free slot: a
 * check that fails on all of them to begin with is no leave to take all of them at once.
 */
export function hasCapacity(members: Members, member: Member, maxUnavailable: number): boolean {
  return members.atWork < maxUnavailable && (member.isUnavailable || members.out < maxUnavailable);
}
