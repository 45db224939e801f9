/** An emulator in a separate process, whose clock the parent sets, so that the parent is measured without it. */

import { startEmulator } from '../../emulator/server.ts';
import { fleetWorld } from '../../emulator/world/fleet.ts';

/** Messages from the parent: the time, or `end`. */
export type ToEmulator = { readonly nowMs: number } | 'end';

/** Messages to the parent: endpoint and keys, then `moved` after each change of the clock, and finally the counts. */
export type FromEmulator =
  | { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string }
  | 'moved'
  | Seen;

/** What the emulator counted in a run. */
export interface Seen {
  readonly calls: number;
  /** Calls by operation. */
  readonly operations: Readonly<Record<string, number>>;
  /** Moments with list calls of instances. */
  readonly ticks: number;
  /** How many list calls one moment had more than its number of instances needs, at most. */
  readonly surplus: number;
  /** The duration of each rebuild, from acceptance to end, in the order of acceptance, in ms. */
  readonly rebuildsMs: readonly number[];
  readonly rebuiltIds: number;
}

const pageOfIds = 100;

const [count = '10', rebuildMs = '300000'] = process.argv.slice(2);
let nowMs = Date.parse('2026-03-01T00:00:00Z');
const emulator = await startEmulator({
  clock: { now: () => nowMs },
  world: fleetWorld(Number(count)),
  behaviour: { rebuildMs: Number(rebuildMs), rebuildSpread: 0.5 }
});
tell({ endpoint: emulator.endpoint, ...emulator.credentials });

process.on('message', (message: ToEmulator) => {
  if (message === 'end') {
    tell(seen());
    void emulator.close().then(() => process.disconnect());
    return;
  }
  nowMs = message.nowMs;
  tell('moved');
});

function tell(message: FromEmulator): void {
  process.send?.(message);
}

function seen(): Seen {
  const operations: Record<string, number> = {};
  const looks = new Map<number, { calls: number; ids: Set<string> }>();
  for (const { operation, atMs, instanceIds } of emulator.calls) {
    operations[operation] = (operations[operation] ?? 0) + 1;
    if (operation !== 'ListInstanceByIds') continue;
    const look = looks.get(atMs) ?? { calls: 0, ids: new Set() };
    looks.set(atMs, look);
    look.calls += 1;
    for (const id of instanceIds) look.ids.add(id);
  }
  const over = [...looks.values()].map(({ calls, ids }) => calls - Math.ceil(ids.size / pageOfIds));
  const { rebuilds } = emulator;
  return {
    calls: emulator.calls.length,
    operations,
    ticks: looks.size,
    surplus: Math.max(0, ...over),
    rebuildsMs: rebuilds.map(({ acceptedAtMs, endsAtMs }) => endsAtMs - acceptedAtMs),
    rebuiltIds: new Set(rebuilds.map(({ instanceId }) => instanceId)).size
  };
}
