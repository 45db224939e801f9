import type { ThrottleShape } from '../world/behaviour.ts';

/** Whether a fault happens before or after the call is carried out. */
type When = 'before' | 'after';

/** A fault of the connection or the reply. At most one is active per call. */
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
 * A fault that can be combined with any other. Times in ms; real time for `slow`. `stale` shows the world before the
 * last write; add it before that write, because only then the old state is kept. `lag` shows the world as it was `ms`
 * ago, as a replica does, but not further back than when the fault was added.
 */
export type SidePlay =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'skew'; readonly ms: number }
  | { readonly kind: 'stale'; readonly reads: number }
  | { readonly kind: 'lag'; readonly ms: number };

/** A fault of the accepted operation: a rebuild, the creation of an image, or a command. */
export type WorldPlay =
  | { readonly kind: 'wrongImage'; readonly imageId: string }
  | { readonly kind: 'stuck'; readonly status: string }
  | { readonly kind: 'unknownStatus'; readonly status: string }
  | { readonly kind: 'endsIn'; readonly status: 'Error' | 'Expired' | 'Deleted' | 'Recycled' | 'Stopped' }
  | { readonly kind: 'lostRebuild' }
  /** A snapshot starts `afterMs` after acceptance; the instance shows SnapshotProcessing for `ms`. */
  | { readonly kind: 'snapshotAt'; readonly afterMs: number; readonly ms: number }
  /** The first `count` rebuilds of a batch are carried out, and then the batch is refused. */
  | {
      readonly kind: 'partialBatch';
      readonly count: number;
      readonly status?: number;
      readonly code?: string;
    }
  | { readonly kind: 'diskNeverSettles' }
  | { readonly kind: 'imageStuck' }
  /** The API shows a complete rebuild, but the old system keeps running. */
  | { readonly kind: 'ghost' }
  | { readonly kind: 'runStuck' }
  | { readonly kind: 'agentLost' }
  | {
      readonly kind: 'imageEndsIn';
      readonly status: 'CreatedFailed' | 'CreateFailed' | 'Error' | 'NotAvailable';
    };

/** Everything that can go wrong. */
export type Play = WirePlay | SidePlay | WorldPlay;

/** A period, in ms. */
export interface During {
  /** What it counts from: when the fault was added (default), or the last accepted rebuild after that. */
  readonly since?: 'added' | 'rebuild';
  readonly fromMs: number;
  /** Without end if absent. */
  readonly forMs?: number;
}

/** One fault, as data. */
export interface Fault {
  /** The name of an operation (`RebuildInstance`, ...), or `*` for all. */
  readonly on: string;
  /** Only calls that name this instance; in a batch, only this instance. */
  readonly instanceId?: string;
  /** The first matching call that is affected, counted from 1 since the fault was added; default 1. */
  readonly from?: number;
  /** How many times; default 1, or unlimited if `during` is given. May be Infinity. */
  readonly times?: number;
  /** Only during a period, such as an outage. */
  readonly during?: During;
  readonly play: Play;
}

/** The names of all plays, by type. */
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
