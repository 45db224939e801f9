import { type Fault, type Play, playKinds, type SidePlay, type WirePlay, type WorldPlay } from './faults.ts';

/** The faults that are active in one call. */
export interface ActiveFaults {
  readonly wire: WirePlay | undefined;
  readonly sides: readonly SidePlay[];
  /** World faults for an instance, or for the whole call without an id. */
  world(instanceId?: string): readonly WorldPlay[];
  /** Their names, for the record of the call. */
  readonly names: readonly string[];
}

interface Entry {
  readonly fault: Fault;
  /** What `during` counts from, in ms since the epoch; undefined until that has happened. */
  sinceMs: number | undefined;
  seen: number;
  played: number;
}

/** Counts the calls that each fault matches, and decides which faults are active. */
export class FaultInjector {
  readonly #entries: Entry[] = [];

  /** Adds a fault; it counts calls and time from now on. */
  add(fault: Fault, nowMs: number): void {
    const sinceMs = fault.during?.since === 'rebuild' ? undefined : nowMs;
    this.#entries.push({ fault, sinceMs, seen: 0, played: 0 });
  }

  /** Starts the time of the faults that count from an accepted rebuild. */
  rebuildsAccepted(instanceIds: readonly string[], nowMs: number): void {
    for (const entry of this.#entries) {
      const { during, instanceId } = entry.fault;
      if (during?.since !== 'rebuild') continue;
      if (instanceId === undefined || instanceIds.includes(instanceId)) entry.sinceMs = nowMs;
    }
  }

  /** Whether a fault of this kind may still become active. */
  hasPending(kind: Play['kind']): boolean {
    return this.#entries.some(({ fault, played }) => fault.play.kind === kind && played < timesOf(fault));
  }

  /**
   * Selects the faults of a call. Of several wire faults only the one added first is active; the others wait for a
   * later call, so a list of faults reads as a sequence.
   */
  select(operation: string, instanceIds: readonly string[], nowMs: number): ActiveFaults {
    let wire: WirePlay | undefined;
    const sides: SidePlay[] = [];
    const world: { readonly play: WorldPlay; readonly instanceId: string | undefined }[] = [];
    const names: string[] = [];
    for (const entry of this.#entries) {
      const { on, instanceId, from = 1, play } = entry.fault;
      if (on !== '*' && on !== operation) continue;
      if (instanceId !== undefined && !instanceIds.includes(instanceId)) continue;
      if (!isDuring(entry, nowMs)) continue;
      entry.seen += 1;
      if (entry.seen < from || entry.played >= timesOf(entry.fault)) continue;
      if (isWire(play)) {
        if (wire !== undefined) continue;
        wire = play;
      } else if (isSide(play)) sides.push(play);
      else world.push({ play, instanceId });
      entry.played += 1;
      names.push(play.kind);
    }
    return {
      wire,
      sides,
      names,
      world: (id) =>
        world
          .filter((each) => each.instanceId === undefined || each.instanceId === id)
          .map((each) => each.play)
    };
  }
}

function timesOf({ times, during }: Fault): number {
  return times ?? (during === undefined ? 1 : Number.POSITIVE_INFINITY);
}

function isDuring({ fault: { during }, sinceMs }: Entry, nowMs: number): boolean {
  if (during === undefined) return true;
  if (sinceMs === undefined) return false;
  const { fromMs, forMs = Number.POSITIVE_INFINITY } = during;
  const atMs = nowMs - sinceMs;
  return atMs >= fromMs && atMs < fromMs + forMs;
}

function isWire(play: Play): play is WirePlay {
  return (playKinds.wire as readonly string[]).includes(play.kind);
}

function isSide(play: Play): play is SidePlay {
  return (playKinds.side as readonly string[]).includes(play.kind);
}
