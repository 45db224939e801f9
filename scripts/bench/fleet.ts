/** Rebuilds one fleet on the virtual clock and prints the cost as JSON. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { defaultRequest } from '../../__tests__/support/default-request.ts';
import { busily, noCancel, VirtualClock, virtualClient } from '../../__tests__/support/virtual.ts';
import { RebuildSecrets } from '../../src/core/model/rebuild-secrets.ts';
import { Secret } from '../../src/core/model/secret.ts';
import { reportRun } from '../../src/core/report/run-report.ts';
import type { RunState } from '../../src/core/run/run-state.ts';
import { run } from '../../src/deploy/run/run.ts';
import { createProbe } from '../../src/health/network-probe.ts';
import type { FromEmulator, Seen, ToEmulator } from './emulator.ts';
import { type HandoverCost, TimedHandover } from './handover.ts';

/** The cost of a fleet. */
export interface FleetCost extends Seen {
  readonly instances: number;
  readonly slots: number;
  readonly status: string;
  /** Virtual time of the whole run, in ms. */
  readonly tookMs: number;
  /** The duration of the same rebuilds if each one starts at the moment at which another one ends, in ms. */
  readonly idealMs: number;
  /** The sum of the rebuilds divided by the slots, in ms: a lower bound of any schedule. */
  readonly evenMs: number;
  /** The cost of the write before each call that erases. */
  readonly handover: HandoverCost;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

/** `maxUnavailable`, in percent. */
const percent = 2;
const requestsPerSecond = 5;

const [count = '10', rebuildMs = '300000'] = process.argv.slice(2);
const child = fork(fileURLToPath(new URL('./emulator.ts', import.meta.url)), [count, rebuildMs]);
const place = await heard(child);
if (typeof place === 'string' || !('endpoint' in place)) throw new Error('no emulator');

const clock = new VirtualClock();
clock.onMove = async () => {
  say({ nowMs: clock.wallMs() });
  await heard(child);
};
const bcc = virtualClient({ endpoint: place.endpoint, credentials: place }, clock, {
  random: Math.random,
  requestsPerSecond
});
const ids = Array.from(
  { length: Number(count) },
  (_, index) => `i-fleet${String(index + 1).padStart(5, '0')}`
);
const handover = new TimedHandover();
let latest: (() => RunState) | undefined;
const report = reportRun(
  await run(
    {
      ...defaultRequest,
      timeoutMs: 1_200_000,
      selection: { kind: 'ids', ids },
      rollout: { ...defaultRequest.rollout, maxUnavailable: { kind: 'percent', percent } }
    },
    {
      bcc,
      balancers: bcc,
      clock,
      random: Math.random,
      cancel: noCancel,
      log: {
        info: () => undefined,
        warning: (line) => console.error(line),
        debug: () => undefined,
        group: (_title, work) => work()
      },
      probe: busily(createProbe(), clock),
      secrets: new RebuildSecrets({ login: { kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') } }),
      runId: 'bench'
    },
    {
      planned: async (state) => {
        handover.write(state);
      },
      progressed: (now) => {
        latest = now;
      },
      commit: () => {
        if (latest !== undefined) handover.write(latest());
      }
    }
  )
);
const usage = process.resourceUsage();
say('end');
const seen = await heard(child);
bcc.dispose();
if (typeof seen === 'string' || !('calls' in seen)) throw new Error('no word of what was seen');
const slots = report.rollout.maxUnavailable;
const cost: FleetCost = {
  ...seen,
  handover: handover.cost(),
  instances: ids.length,
  slots,
  status: report.status,
  tookMs: clock.nowMs(),
  idealMs: idealMs(seen.rebuildsMs, slots),
  evenMs: seen.rebuildsMs.reduce((sum, ms) => sum + ms, 0) / slots,
  cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  peakMib: usage.maxRSS / 1024
};
console.log(JSON.stringify(cost));

/** The total duration if each rebuild, in order, takes the slot that is free first. */
function idealMs(rebuildsMs: readonly number[], slots: number): number {
  const freeMs = Array<number>(slots).fill(0);
  for (const ms of rebuildsMs) {
    const soonest = Math.min(...freeMs);
    freeMs[freeMs.indexOf(soonest)] = soonest + ms;
  }
  return Math.max(...freeMs);
}

function say(message: ToEmulator): void {
  child.send(message);
}

async function heard(from: ChildProcess): Promise<FromEmulator> {
  const [message] = (await once(from, 'message')) as [FromEmulator];
  return message;
}
