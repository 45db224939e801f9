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
  | { readonly kind: 'softError'; readonly code: string; readonly message?: string }
  | { readonly kind: 'reset'; readonly when: When }
  | { readonly kind: 'cutBody'; readonly chunked?: boolean }
  | { readonly kind: 'hang'; readonly when?: When }
  | { readonly kind: 'emptyBody'; readonly when?: When }
  | { readonly kind: 'garbage'; readonly when?: When }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 307 | 308 };

/**
 * What changes a call without deciding its answer. Times in ms, real ones for `slow`. A stale one shows the world
 * before the last write, which is kept only while such a fault waits: so it must be there before that write. A lag
 * shows the world as it was so long ago, as a replica does, as far as it is known since the fault was added.
 */
export type SidePlay =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'skew'; readonly ms: number }
  | { readonly kind: 'stale'; readonly reads: number }
  | { readonly kind: 'lag'; readonly ms: number };

/** What goes wrong in the world, after a rebuild, the making of an image or a command was accepted. */
export type WorldPlay =
  | { readonly kind: 'wrongImage'; readonly imageId: string }
  | { readonly kind: 'stuck'; readonly status: string }
  | { readonly kind: 'unknownStatus'; readonly status: string }
  | { readonly kind: 'endsIn'; readonly status: 'Error' | 'Expired' | 'Deleted' | 'Recycled' | 'Stopped' }
  | { readonly kind: 'lostRebuild' }
  /** A snapshot is taken so long after the acceptance, and for so long the instance shows SnapshotProcessing. */
  | { readonly kind: 'snapshotAt'; readonly afterMs: number; readonly ms: number }
  /** Of a batch so many are carried out, in its order, and then all of it is refused. */
  | {
      readonly kind: 'partialBatch';
      readonly count: number;
      readonly status?: number;
      readonly code?: string;
    }
  | { readonly kind: 'diskNeverSettles' }
  | { readonly kind: 'imageStuck' }
  /** All of the rebuild shows, and the old system goes on. */
  | { readonly kind: 'ghost' }
  | { readonly kind: 'runStuck' }
  | { readonly kind: 'agentLost' }
  | {
      readonly kind: 'imageEndsIn';
      readonly status: 'CreatedFailed' | 'CreateFailed' | 'Error' | 'NotAvailable';
    };

/** Everything that can go wrong. */
export type Play = WirePlay | SidePlay | WorldPlay;

/** A while, in ms. */
export interface During {
  /** What it counts from: the fault was added (default), or the last acceptance of a rebuild since then. */
  readonly since?: 'added' | 'rebuild';
  readonly fromMs: number;
  /** Without end when absent. */
  readonly forMs?: number;
}

/** One fault, as data. */
export interface Fault {
  /** The name of an operation (`RebuildInstance`, ...), or `*` for all. */
  readonly on: string;
  /** Only calls that name this instance; of a batch, only this instance. */
  readonly instanceId?: string;
  /** From which matching call on, counted from 1 since the fault was added; default 1. */
  readonly from?: number;
  /** How many times; default 1, or without end where there is `during`. Infinity allowed. */
  readonly times?: number;
  /** Only for a while, such as an outage. */
  readonly during?: During;
  readonly play: Play;
}

/** The names of all plays, by their sort. */
export const playKinds = {
  wire: [
    'throttle',
    'error',
    'accessDenied',
    'softError',
    'reset',
    'cutBody',
    'hang',
    'emptyBody',
    'garbage',
    'redirect'
  ],
  side: ['slow', 'skew', 'stale', 'lag'],
  world: [
    'wrongImage',
    'stuck',
    'unknownStatus',
    'endsIn',
    'lostRebuild',
    'snapshotAt',
    'partialBatch',
    'diskNeverSettles',
    'imageStuck',
    'ghost',
    'runStuck',
    'agentLost',
    'imageEndsIn'
  ]
} as const;
