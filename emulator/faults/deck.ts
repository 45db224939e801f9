import { type Fault, type Play, playKinds, type SidePlay, type WirePlay, type WorldPlay } from './faults.ts';

/** The faults that play in one call. */
export interface Playing {
  readonly wire: WirePlay | undefined;
  readonly sides: readonly SidePlay[];
  /** World faults for an instance, or for the call as a whole when it names none. */
  world(instanceId?: string): readonly WorldPlay[];
  /** Names for the record of the call. */
  readonly names: readonly string[];
}

interface Card {
  readonly fault: Fault;
  /** What its while counts from, in ms since the epoch; undefined as long as there was none. */
  sinceMs: number | undefined;
  seen: number;
  played: number;
}

/** Keeps count of the faults and says which ones play. */
export class FaultDeck {
  readonly #cards: Card[] = [];

  /** Adds a fault; it counts calls, and time, from now on. */
  add(fault: Fault, nowMs: number): void {
    const sinceMs = fault.during?.since === 'rebuild' ? undefined : nowMs;
    this.#cards.push({ fault, sinceMs, seen: 0, played: 0 });
  }

  /** Tells of rebuilds that were accepted, which some faults wait for. */
  rebuilt(instanceIds: readonly string[], nowMs: number): void {
    for (const card of this.#cards) {
      const { during, instanceId } = card.fault;
      if (during?.since !== 'rebuild') continue;
      if (instanceId === undefined || instanceIds.includes(instanceId)) card.sinceMs = nowMs;
    }
  }

  /** Whether a fault of this kind may still play. */
  hasLeft(kind: Play['kind']): boolean {
    return this.#cards.some(({ fault, played }) => fault.play.kind === kind && played < timesOf(fault));
  }

  /**
   * Draws for a call. Of several wire faults the one that was added first plays; the others keep their turn for a
   * later call, so a list of faults reads as a sequence.
   */
  draw(operation: string, instanceIds: readonly string[], nowMs: number): Playing {
    let wire: WirePlay | undefined;
    const sides: SidePlay[] = [];
    const world: { readonly play: WorldPlay; readonly instanceId: string | undefined }[] = [];
    const names: string[] = [];
    for (const card of this.#cards) {
      const { on, instanceId, from = 1, play } = card.fault;
      if (on !== '*' && on !== operation) continue;
      if (instanceId !== undefined && !instanceIds.includes(instanceId)) continue;
      if (!isDuring(card, nowMs)) continue;
      card.seen += 1;
      if (card.seen < from || card.played >= timesOf(card.fault)) continue;
      if (isWire(play)) {
        if (wire !== undefined) continue;
        wire = play;
      } else if (isSide(play)) sides.push(play);
      else world.push({ play, instanceId });
      card.played += 1;
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

function isDuring({ fault: { during }, sinceMs }: Card, nowMs: number): boolean {
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
