import { createHash } from 'node:crypto';
import type { AssistantBehaviour } from './assistant-behaviour.ts';

/** The system inside an instance. A rebuild and a restart boot another one. Times in ms since the epoch. */
export interface GuestState {
  /** As in `/proc/sys/kernel/random/boot_id`: new at each boot. */
  bootId: string;
  /** When it booted; undefined while it is down. */
  upSinceMs: number | undefined;
  /** When the previous system went down. */
  downSinceMs: number;
  /** Whether this system has the agent, and whether the previous one had it. */
  hasAgent: boolean;
  hadAgent: boolean;
}

/** A guest that booted at a time, or that never booted. */
export function newGuest(instanceId: string, bootedMs: number | undefined, hasAgent: boolean): GuestState {
  return {
    bootId: bootIdOf(instanceId, bootedMs ?? 0),
    upSinceMs: bootedMs,
    downSinceMs: Number.NEGATIVE_INFINITY,
    hasAgent,
    hadAgent: hasAgent
  };
}

/** The system goes down. */
export function shutDown(guest: GuestState, atMs: number): void {
  if (guest.upSinceMs === undefined) return;
  guest.upSinceMs = undefined;
  guest.downSinceMs = atMs;
  guest.hadAgent = guest.hasAgent;
}

/** Another system boots. */
export function boot(guest: GuestState, instanceId: string, atMs: number, hasAgent: boolean): void {
  shutDown(guest, atMs);
  guest.bootId = bootIdOf(instanceId, atMs);
  guest.upSinceMs = atMs;
  guest.hasAgent = hasAgent;
}

/** The state of an agent as the service shows it; undefined if there never was one. */
export function agentState(
  guest: GuestState,
  nowMs: number,
  { agentStaleMs, agentBootMs }: AssistantBehaviour
): 'ONLINE' | 'OFFLINE' | undefined {
  if (!guest.hasAgent && !guest.hadAgent) return undefined;
  const { upSinceMs, downSinceMs } = guest;
  const isStale = guest.hadAgent && nowMs - downSinceMs < agentStaleMs;
  const isUp = guest.hasAgent && upSinceMs !== undefined && nowMs - upSinceMs >= agentBootMs;
  return isStale || isUp ? 'ONLINE' : 'OFFLINE';
}

function bootIdOf(instanceId: string, atMs: number): string {
  const hex = createHash('sha256').update(`${instanceId} ${atMs}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32)
  ].join('-');
}
