import type { ThrottleShape } from '../world/behaviour.ts';

/** Whether a fault strikes before the work was taken, or after it. */
type When = 'before' | 'after';

/** What goes wrong on the wire. At most one of them plays per call; slow, skew and stale go with any. */
export type WirePlay =
  | { readonly kind: 'throttle'; readonly shape?: ThrottleShape }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly when?: When;
    }
  | { readonly kind: 'accessDenied' }
  | { readonly kind: 'reset'; readonly when: When }
  | { readonly kind: 'cutBody'; readonly chunked?: boolean }
  | { readonly kind: 'hang'; readonly when?: When }
  | { readonly kind: 'emptyBody'; readonly when?: When }
  | { readonly kind: 'garbage'; readonly when?: When }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 307 | 308 };

/**
 * What changes a call without deciding its answer. Times in ms, real ones for `slow`. A stale one shows the world
 * before the last write, which is kept only while such a fault waits: so it must be there before that write.
 */
export type SidePlay =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'skew'; readonly ms: number }
  | { readonly kind: 'stale'; readonly reads: number };

/** What goes wrong in the world, after a rebuild or the making of an image was accepted. */
export type WorldPlay =
  | { readonly kind: 'wrongImage'; readonly imageId: string }
  | { readonly kind: 'stuck'; readonly status: string }
  | { readonly kind: 'unknownStatus'; readonly status: string }
  | { readonly kind: 'endsIn'; readonly status: 'Error' | 'Expired' | 'Deleted' | 'Recycled' | 'Stopped' }
  | { readonly kind: 'lostRebuild' }
  | { readonly kind: 'diskNeverSettles' }
  | { readonly kind: 'imageStuck' }
  | {
      readonly kind: 'imageEndsIn';
      readonly status: 'CreatedFailed' | 'CreateFailed' | 'Error' | 'NotAvailable';
    };

/** Everything that can go wrong. */
export type Play = WirePlay | SidePlay | WorldPlay;

/** One fault, as data. */
export interface Fault {
  /** The name of an operation (`RebuildInstance`, ...), or `*` for all. */
  readonly on: string;
  /** Only calls that name this instance; of a batch, only this instance. */
  readonly instanceId?: string;
  /** From which matching call on, counted from 1 since the fault was added; default 1. */
  readonly from?: number;
  /** How many times; default 1, Infinity allowed. */
  readonly times?: number;
  readonly play: Play;
}

/** The names of all plays, by their sort. */
export const playKinds = {
  wire: ['throttle', 'error', 'accessDenied', 'reset', 'cutBody', 'hang', 'emptyBody', 'garbage', 'redirect'],
  side: ['slow', 'skew', 'stale'],
  world: [
    'wrongImage',
    'stuck',
    'unknownStatus',
    'endsIn',
    'lostRebuild',
    'diskNeverSettles',
    'imageStuck',
    'imageEndsIn'
  ]
} as const;

/** The faults that play in one call. */
export interface Playing {
  readonly wire: WirePlay | undefined;
  readonly sides: readonly SidePlay[];
  /** World faults for an instance, or for the call as a whole when it names none. */
  world(instanceId?: string): readonly WorldPlay[];
  /** Names for the record of the call. */
  readonly names: readonly string[];
}

/** Keeps count of the faults and says which ones play. */
export class FaultDeck {
  readonly #cards: { readonly fault: Fault; seen: number; played: number }[] = [];

  /** Adds a fault; it counts calls from now on. */
  add(fault: Fault): void {
    this.#cards.push({ fault, seen: 0, played: 0 });
  }

  /** Whether a fault of this kind may still play. */
  hasLeft(kind: Play['kind']): boolean {
    return this.#cards.some(({ fault, played }) => fault.play.kind === kind && played < (fault.times ?? 1));
  }

  /**
   * Draws for a call. Of several wire faults the one that was added first plays; the others keep their turn for a
   * later call, so a list of faults reads as a sequence.
   */
  draw(operation: string, instanceIds: readonly string[]): Playing {
    let wire: WirePlay | undefined;
    const sides: SidePlay[] = [];
    const world: { readonly play: WorldPlay; readonly instanceId: string | undefined }[] = [];
    const names: string[] = [];
    for (const card of this.#cards) {
      const { on, instanceId, from = 1, times = 1, play } = card.fault;
      if (on !== '*' && on !== operation) continue;
      if (instanceId !== undefined && !instanceIds.includes(instanceId)) continue;
      card.seen += 1;
      if (card.seen < from || card.played >= times) continue;
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

function isWire(play: Play): play is WirePlay {
  return (playKinds.wire as readonly string[]).includes(play.kind);
}

function isSide(play: Play): play is SidePlay {
  return (playKinds.side as readonly string[]).includes(play.kind);
}
