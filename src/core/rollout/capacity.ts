import type { Member } from './member.ts';
import type { Members } from './members.ts';

/**
 * Whether one more may be started. One that is already unavailable makes it no worse, but it still needs a free slot: a
 * check that fails on all of them from the start must not start all of them at once.
 */
export function hasCapacity(members: Members, member: Member, maxUnavailable: number): boolean {
  return members.atWork < maxUnavailable && (member.isUnavailable || members.unavailable < maxUnavailable);
}
