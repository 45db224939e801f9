/**
 * The emulator has a switch for each behaviour of the live service that is unknown. So the action runs over
 * all pairs of their values, and must be right with each: green only when the rebuild has ended and succeeded,
 * and never two rebuilds.
 */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/faults/faults.ts';
import type { RebuildRecord } from '../../emulator/http/records.ts';
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { Secret } from '../../src/core/model/secret.ts';
import { hiddenRebuilds } from '../../src/core/run/left-for-post-step.ts';
import { SurveyError } from '../../src/deploy/plan/survey-error.ts';
import { awaitVisible } from '../../src/deploy/rebuild/await-visible.ts';
import { randomFrom } from '../support/fleets.ts';
import { pairwise } from '../support/pairwise.ts';
import { longerThanSearchMs, quickValues, variedTimeoutMs } from '../support/quick-service.ts';
import { caseCount, firstSeed } from '../support/random-cases.ts';
import { stateBehind } from '../support/reported.ts';
import { freshMs, showsBy } from '../support/shows-by.ts';
import { noCancel, type VirtualWorld, withVirtualWorld } from '../support/virtual.ts';

const id = 'i-demo0001';

/** What happens during the run besides the behaviour of the service. */
const situations = {
  target: ['otherImage', 'sameImage'],
  start: ['Running', 'Stopped', 'Error'],
  fault: [
    'none',
    'lostAnswer',
    'answer500',
    'cutAnswer',
    'throttled',
    'staleReads',
    'skewed',
    'lostRebuild',
    'cancelAndAgain',
    'cancelAtOnceAndAgain'
  ],
  login: ['adminPass', 'keypairId', 'keepImageLogin'],
  userData: ['unset', 'set', 'cleared'],
  /** While all calls fail. */
  outage: ['none', 'beforeTheSend', 'shortAfterIt', 'longAfterIt'],
  /** While the process is suspended, from 2 s after the acceptance on. */
  suspension: ['none', 'short', 'long'],
  /** What somebody else does between the plan and the send. */
  change: ['none', 'name', 'image', 'delete', 'stop'],
  /** As usual, or seldom: so seldom that a short status can still be seen. */
  pollInterval: ['usual', 'seldom']
} as const;

/** Replicas no further behind than two observations are apart that must agree. */
const axes: Readonly<Record<string, readonly unknown[]>> = {
  ...quickValues,
  replicaLagMs: [0, 1_500, 5_000],
  ...situations
};

/** How long the outages and the suspensions last, in milliseconds; the long ones longer than a search. */
const blindMs = {
  none: 0,
  beforeTheSend: 8_000,
  shortAfterIt: 20_000,
  longAfterIt: longerThanSearchMs,
  short: 20_000,
  long: longerThanSearchMs
};

type Case = Behaviour & { readonly [K in keyof typeof situations]: (typeof situations)[K][number] };

const cases = pairwise(axes) as unknown as readonly Case[];

function faultsOf(one: Case): readonly Fault[] {
  return [...wireFaultsOf(one), ...outageOf(one)];
}

function outageOf({ outage }: Case): readonly Fault[] {
  if (outage === 'none') return [];
  const during =
    outage === 'beforeTheSend'
      ? { fromMs: 3_000, forMs: blindMs[outage] }
      : ({ since: 'rebuild', fromMs: 0, forMs: blindMs[outage] } as const);
  return [{ on: '*', during, play: { kind: 'error', status: 503, code: 'ServiceUnavailable' } }];
}

function wireFaultsOf({ fault, throttle }: Case): readonly Fault[] {
  switch (fault) {
    case 'lostAnswer':
      return [{ on: 'RebuildInstance', play: { kind: 'reset', when: 'after' } }];
    case 'answer500':
      return [
        { on: 'RebuildInstance', play: { kind: 'error', status: 500, code: 'InternalError', when: 'after' } }
      ];
    case 'cutAnswer':
      return [{ on: 'RebuildInstance', play: { kind: 'cutBody' } }];
    case 'throttled':
      return [{ on: '*', times: 3, play: { kind: 'throttle', shape: throttle } }];
    case 'staleReads':
      return [{ on: 'RebuildInstance', play: { kind: 'stale', reads: 3 } }];
    case 'skewed':
      return [{ on: '*', times: Number.POSITIVE_INFINITY, play: { kind: 'skew', ms: -3_600_000 } }];
    case 'lostRebuild':
      return [{ on: 'RebuildInstance', play: { kind: 'lostRebuild' } }];
    default:
      return [];
  }
}

function requestOf(one: Case) {
  const login =
    one.login === 'adminPass'
      ? ({ kind: 'adminPass', adminPass: new Secret('Abcdef1!xyz') } as const)
      : one.login === 'keypairId'
        ? ({ kind: 'keypairId', keypairId: 'k-demo0001' } as const)
        : ({ kind: 'keepImageLogin' } as const);
  const userData =
    one.userData === 'set'
      ? { userData: new Secret('#!/bin/sh') }
      : one.userData === 'cleared'
        ? { cleanLastUserData: true }
        : {};
  return {
    image: { kind: 'id', id: one.target === 'sameImage' ? 'm-web-1' : 'm-web-2' } as const,
    force: one.target === 'sameImage',
    ...(one.pollInterval === 'seldom' ? { pollIntervalMs: Math.max(10_000, one.rebuildMs / 7) } : {}),
    rebuildOptions: { login, ...userData }
  };
}

/** Whether the instance really runs, undisturbed, on what a rebuild of this run has put there. */
function isTrulyDone(world: VirtualWorld, imageId: string): boolean {
  const { emulator, clock } = world;
  const last = emulator.rebuilds.at(-1);
  const now = emulator.instance(id);
  // A schedule may take a snapshot of it by now.
  const isUp = now.status === 'Running' || now.status === 'SnapshotProcessing';
  return !!last && last.endsAtMs <= clock.wallMs() && isUp && now.imageId === imageId;
}

/** Whether the service shows enough of the rebuild to prove it. */
function isProvable(one: Case): boolean {
  if (one.fault === 'lostRebuild') return false;
  if (one.start === 'Stopped' && one.stoppedInstance === 'refused') return false;
  // A script goes out as it was given; where the service wants base64, it says so and nothing is erased.
  if (one.userData === 'set' && one.userDataEncoding === 'base64') return false;
  return one.statuses.length > 0 && isFair(one);
}

/** Whether nothing else happens that may prevent the proof of the rebuild. */
function isFair({ outage, suspension, change, snapshotEveryMs, replicaLagMs }: Case): boolean {
  return (
    [outage, suspension, change].every((what) => what === 'none') && snapshotEveryMs + replicaLagMs === 0
  );
}

async function check(one: Case): Promise<void> {
  const request = requestOf(one);
  const emulated = { behaviour: one, faults: faultsOf(one) };
  await withVirtualWorld({ emulator: emulated, request: { timeoutMs: variedTimeoutMs } }, async (world) => {
    const { emulator, clock, lines } = world;
    if (one.start !== 'Running') {
      emulator.setInstance(id, { status: one.start });
      await clock.sleep(one.replicaLagMs, noCancel.signal);
    }
    const tell = (): string =>
      `${JSON.stringify(one)}\n${lines.join('\n')}\n${JSON.stringify(emulator.rebuilds)}\nnow ${clock.wallMs()}`;
    if (one.fault === 'cancelAndAgain') await orNoPlan(one, cancelWhenSeen(world, request));
    if (one.fault === 'cancelAtOnceAndAgain') await orNoPlan(one, cancelAtOnce(world, request));
    const changedMs = meddle(one, world);
    const beganMs = clock.wallMs();
    const report = await orNoPlan(one, world.run(request));
    const instance = report?.instances[0];
    const succeeded = report?.status === 'rebuilt' || report?.status === 'skipped';
    const [first, second] = emulator.rebuilds;

    // A replica with a lag does not show yet what has just changed.
    const unseenMs = (changedMs() ?? Number.POSITIVE_INFINITY) + freshMs + one.replicaLagMs;
    if (one.change !== 'stop' && emulator.rebuilds.some(({ acceptedAtMs }) => acceptedAtMs > unseenMs))
      throw new Error(`erased although somebody had changed it\n${tell()}`);
    if (isWipedTwice(one, world)) throw new Error(`wiped twice\n${tell()}`);
    // Nobody can tell that the last rebuild goes on where nothing of it had shown by the last observation, nor a re-run
    // that found its image in place.
    const last = second ?? first;
    const isFound = isAgain(one) && last !== undefined && imageMs(one, last) + one.replicaLagMs <= beganMs;
    const isHidden = last !== undefined && !isShown(one, last, clock.wallMs() - freshMs, !isFound);
    const isExcused = isHidden && (second !== undefined || isAgain(one));
    if (succeeded && !isTrulyDone(world, request.image.id) && !isExcused)
      throw new Error(`false green\n${tell()}`);
    if (isProvable(one) && !succeeded && !isUnclear(one, instance?.failure?.reason)) {
      throw new Error(`red although it succeeded: ${instance?.failure?.cause}\n${tell()}`);
    }
    if (!succeeded && instance?.disk === 'untouched' && emulator.rebuilds.length > 0 && !isAgain(one)) {
      throw new Error(`says untouched, and is not\n${tell()}`);
    }
  });
}

/** An outage may keep a run from coming to a plan. */
async function orNoPlan<T>({ outage }: Case, run: Promise<T>): Promise<T | undefined> {
  return run.catch((error: unknown) => {
    if (!(error instanceof SurveyError) || outage === 'none') throw error;
    return undefined;
  });
}

/** Makes the change of the case as soon as there is a plan; gives the time, unless a rebuild came before it. */
function meddle(
  { change, suspension }: Case,
  { clock, emulator, lines }: VirtualWorld
): () => number | undefined {
  const said = lines.length;
  const before = emulator.rebuilds.length;
  let isSuspended = suspension === 'none';
  let isOver = change === 'none';
  let changedAtMs: number | undefined;
  clock.onSleep = () => {
    if (!isSuspended && emulator.rebuilds.length > before) {
      isSuspended = true;
      clock.suspend(clock.nowMs() + 2_000, blindMs[suspension]);
    }
    if (isOver || lines.length === said || !/Running|Stopped/.test(emulator.instance(id).status)) return;
    isOver = true;
    if (emulator.rebuilds.length > 0) return;
    if (change === 'delete') emulator.setInstance(id, { status: 'Deleted' });
    else if (change === 'stop') emulator.setInstance(id, { status: 'Stopped' });
    else emulator.setInstance(id, change === 'name' ? { name: 'kept' } : { imageId: 'm-ubuntu22' });
    changedAtMs = clock.wallMs();
  };
  return () => changedAtMs;
}

/**
 * A second rebuild is right only if `force` asks for one and the first had ended before it was sent. Otherwise it is
 * excused only if the run got no answer to the first and nothing of it could be observed by then.
 */
function isWipedTwice(one: Case, { emulator }: VirtualWorld): boolean {
  const [first, second] = emulator.rebuilds;
  if (first === undefined || second === undefined) return false;
  const isInDoubt = ['lostAnswer', 'answer500', 'cancelAtOnceAndAgain'].includes(one.fault);
  if (isInDoubt && emulator.rebuilds.length === 2 && !isShown(one, first, second.acceptedAtMs - freshMs))
    return false;
  return one.target === 'otherImage' || second.acceptedAtMs < first.endsAtMs || emulator.rebuilds.length > 2;
}

/** When the record of the image changes. */
function imageMs({ imageIdFlips }: Case, { acceptedAtMs, startsAtMs, endsAtMs }: RebuildRecord): number {
  return { accept: acceptedAtMs, start: startsAtMs, end: endsAtMs }[imageIdFlips];
}

/** Whether anything of a rebuild has shown; the re-run after a cancel comes too late to have seen the previous disk. */
function isShown(one: Case, record: RebuildRecord, atMs: number, knowsImage = true): boolean {
  const isRerun = isAgain(one);
  const suspendedMs = one.suspension === 'none' ? 0 : 2_000 + blindMs[one.suspension];
  const blind = isRerun ? 0 : Math.max(blindMs[one.outage], suspendedMs);
  const observer = {
    knowsDisk: !isRerun,
    isOtherImage: knowsImage && one.target === 'otherImage',
    blindUntilMs: record.acceptedAtMs + blind
  };
  return showsBy(one, record, observer, atMs);
}

/** With `force`, a rebuild of the same image that was found under way may show too little to be recognised. */
function isUnclear(one: Case, reason: string | undefined): boolean {
  return isAgain(one) && one.target === 'sameImage' && reason === 'unclear';
}

function isAgain(one: Case): boolean {
  return one.fault === 'cancelAndAgain' || one.fault === 'cancelAtOnceAndAgain';
}

/** A first run that is cancelled as soon as its rebuild is accepted, and what its post step does then. */
async function cancelAtOnce(world: VirtualWorld, request: ReturnType<typeof requestOf>): Promise<void> {
  const now = new AbortController();
  const report = await world.run(
    request,
    { signal: now.signal, writes: now.signal },
    {
      progressed(report) {
        if (report().instances[0]?.phases.some(({ phase }) => phase === 'confirming')) now.abort();
      }
    }
  );
  // A little more than the latest start takes.
  await awaitVisible(hiddenRebuilds(stateBehind(report)), 70_000, { ...world, cancel: noCancel });
}

/** A first run that is cancelled as soon as its rebuild shows in the status. */
async function cancelWhenSeen(world: VirtualWorld, request: ReturnType<typeof requestOf>): Promise<void> {
  const now = new AbortController();
  await world.run(
    request,
    { signal: now.signal, writes: now.signal },
    {
      progressed(report) {
        const shows = report().instances[0]?.phases.some(({ phase }) => phase === 'rebuilding');
        const { status } = world.emulator.instance(id);
        if (shows && !['Running', 'Stopped', 'Error'].includes(status)) now.abort();
      }
    }
  );
}

describe('with every behaviour of the service', () => {
  const parts = 16;
  test.each(Array.from({ length: parts }, (_, part) => part))(
    `part %i of ${cases.length} pairwise cases`,
    async (part) => {
      for (const one of cases.filter((_, index) => index % parts === part)) await check(one);
    },
    120_000
  );

  test('random cases', async () => {
    const random = randomFrom(firstSeed());
    for (let count = 0; count < caseCount(20); count += 1) {
      const entries = Object.entries(axes).map(([name, values]) => [
        name,
        values[Math.floor(random() * values.length)]
      ]);
      await check(Object.fromEntries(entries));
    }
  }, 600_000);

  test('every pair of values is among the cases', () => {
    const missing: string[] = [];
    for (const [a, first] of Object.entries(axes)) {
      for (const [b, second] of Object.entries(axes).filter(([name]) => name > a)) {
        const met = new Map(first.map((value) => [value, new Set<unknown>()]));
        for (const one of cases as unknown as readonly Readonly<Record<string, unknown>>[])
          met.get(one[a])?.add(one[b]);
        for (const [value, others] of met)
          if (second.some((other) => !others.has(other))) missing.push(`${a}=${value} with all of ${b}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
