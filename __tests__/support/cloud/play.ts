/** Plays a case: the run, perhaps its cancel, what the post step does then, and perhaps a second run. */

import { CancelledError } from '../../../src/core/model/failure.ts';
import { RebuildSecrets } from '../../../src/core/model/rebuild-secrets.ts';
import type { RunReport } from '../../../src/core/report/report.ts';
import { SurveyError } from '../../../src/deploy/plan/survey-error.ts';
import { run } from '../../../src/deploy/run/run.ts';
import type { Cancel } from '../../../src/ports/cancel.ts';
import type { Log } from '../../../src/ports/log.ts';
import { reported } from '../reported.ts';
import { createBalancers, createBcc, createProbe } from './bcc.ts';
import { WatchedClock } from './clock.ts';
import { Cloud } from './cloud.ts';
import { createDice, type Dice } from './dice.ts';
import { EventLog, isWrite } from './event-log.ts';
import { webTags } from './machine.ts';
import { checkLeftovers, postStep, type Stage } from './post.ts';
import { ProcessClock } from './process-clock.ts';
import { checkCalls, checkReport, checkWeights } from './rules.ts';
import { type CancelPlan, drawScene, type Scene } from './scene.ts';
import { isRebuild, Wire } from './wire.ts';

/** How a case ended. */
export interface Played {
  readonly scene: Scene;
  readonly eventLog: EventLog;
  /** The status of each run; `survey` or `cancelled` where it came to no plan. */
  readonly ends: readonly string[];
  readonly reports: readonly RunReport[];
}

/**
 * Plays the case of a seed.
 *
 * @param sizes how many instances the fleet has, from and to; at random unless given
 */
export async function playCase(seed: number, sizes?: readonly [number, number]): Promise<Played> {
  const scene = drawScene(seed, sizes);
  const stage = setUp(scene, createDice(seed ^ 0x5bd1e995));
  const ends: string[] = [];
  const reports: RunReport[] = [];
  for (const number of [1, 2]) {
    const isAgain = number === 2;
    if (isAgain && !(scene.cancel?.again ?? false)) break;
    const report = await playRun(stage, number);
    if (typeof report === 'string') ends.push(report);
    else {
      ends.push(report.status);
      reports.push(report);
    }
  }
  return { scene, eventLog: stage.eventLog, ends, reports };
}

/** The stage of a case, before its first run. */
export function setUp(scene: Scene, dice: Dice): Stage {
  const clock = new WatchedClock();
  const eventLog = new EventLog();
  const wire = new Wire(clock, eventLog, dice, scene.trouble, scene.cloud.conditions);
  const cloud = new Cloud(scene.cloud, scene.facts, wire, dice);
  const processClock = new ProcessClock(clock, wire.suspensions);
  wire.resumed = () => processClock.resumed();
  wire.onLost = (id, imageId) => cloud.guard.readHistory.lost(id, imageId, clock.nowMs());
  for (const [id, opening] of scene.fleet.openings) {
    const machine = cloud.machine(id);
    if (opening.kind === 'change') machine?.changeUntil(opening.untilMs, opening.status);
    if (opening.kind === 'rebuild') {
      machine?.wipe(
        opening.imageId,
        0,
        { ends: 'succeeded', workMs: 120_000 },
        -scene.cloud.behaviour.staleMs
      );
      machine?.at(0);
    }
  }
  const say = (line: string): void => eventLog.log(clock.nowMs(), line);
  const log: Log = {
    info: say,
    warning: (line) => say(`warning: ${line}`),
    // Of a large fleet the steps of each instance are reported on debug level.
    debug: (line) => {
      if (line.endsWith('rolling back to the earlier image')) cloud.guard.seeLog(line);
    },
    group: (_title, work) => work()
  };
  const ports = {
    bcc: createBcc(cloud),
    balancers: createBalancers(cloud),
    probe: createProbe(cloud, dice, scene.flaky),
    clock: processClock,
    log,
    random: () => dice.next(),
    secrets: new RebuildSecrets({ login: { kind: 'keepImageLogin' } }),
    runId: '4711'
  };
  return { scene, clock, eventLog, cloud, ports };
}

/** One run with its post step; the report, or why there is none. */
export async function playRun(stage: Stage, number: number): Promise<RunReport | string> {
  const { scene, clock, eventLog, cloud, ports } = stage;
  const { guard, wire } = cloud;
  eventLog.run = number;
  guard.beginRun();
  wire.isTroubled = scene.troubleAtOnce && number === 1;
  const puller = createPuller(stage, number === 1 ? scene.cancel : undefined);
  const stopOthers = playOthers(stage);
  let report: RunReport | string;
  try {
    report = await clock.see(async () =>
      reported(
        await run(
          scene.request,
          { ...ports, cancel: puller.cancel },
          {
            async planned(state) {
              const planned = reported(state);
              guard.phase = 'run';
              cloud.others.plannedMs = clock.nowMs();
              guard.canaries = planned.rollout.canaries;
              guard.planned = planned.instances.map(({ instanceId }) => instanceId);
              guard.unavailableBefore = planned.rollout.unavailableBefore.map(({ instanceId }) => instanceId);
              wire.planned();
            },
            progressed: () => undefined,
            commit: () => undefined
          }
        )
      )
    );
  } catch (error) {
    report = error instanceof SurveyError ? 'survey' : 'cancelled';
    const isFine = error instanceof SurveyError || (error instanceof CancelledError && guard.isCancelled);
    if (!isFine) {
      eventLog.problem(clock.nowMs(), `(8) ${error instanceof Error ? error.stack : String(error)}`);
    }
    if (guard.phase === 'run') eventLog.problem(clock.nowMs(), `(8) ended as ${report} after the plan`);
  }
  puller.dispose();
  stopOthers();
  wire.ended();
  await checkLeftovers(stage, puller.cancel);
  if (typeof report === 'string') return report;
  checkReport(report, stage, guard.isCancelled);
  guard.phase = 'post';
  const { left, still } = await postStep(report, stage);
  checkWeights(left, stage);
  checkCalls(stage);
  // Somebody looks at the console, as the warning asks for; or only at what has come.
  await clock.sleep(still.length > 0 ? 1_800_000 : 10_000, new AbortController().signal);
  return left;
}

/** Lets somebody else make the changes of the case that are still to come; the function stops that. */
export function playOthers({ scene, clock, cloud }: Stage): () => void {
  const off = new AbortController();
  for (const change of scene.others) {
    const waitMs = change.atMs - clock.nowMs();
    if (waitMs < 0) continue;
    clock.sleep(waitMs, off.signal).then(
      () => cloud.others.make(cloud, change),
      () => undefined
    );
  }
  return () => {
    off.abort('over');
    // The next run selects the same instances.
    for (const machine of cloud.machines.values()) machine.label(clock.nowMs(), { tags: webTags });
  };
}

interface Puller {
  readonly cancel: Cancel;
  dispose(): void;
}

function createPuller(stage: Stage, plan: (CancelPlan & { readonly graceMs: number }) | undefined): Puller {
  const { clock, eventLog, cloud, ports } = stage;
  const now = new AbortController();
  const writes = new AbortController();
  const off = new AbortController();
  // A signal reaches the process when it runs.
  const after = (ms: number, then: () => void): void => {
    ports.clock.sleep(ms, off.signal).then(then, () => undefined);
  };
  const pull = (): void => {
    cloud.guard.isCancelled = true;
    eventLog.note(clock.nowMs(), 'the cancel is pulled');
    now.abort();
    if (plan?.graceMs === 0) writes.abort();
    else after(plan?.graceMs ?? 0, () => writes.abort());
  };
  let written = 0;
  cloud.wire.onCall = (entry) => {
    cloud.guard.seeCall(entry);
    if (plan?.kind !== 'write' && plan?.kind !== 'rebuild') return;
    if (plan.kind === 'rebuild' ? !isRebuild(entry) : !isWrite(entry.operation)) return;
    written += 1;
    if (written === plan.count) after(plan.delayMs, pull);
  };
  let decided = 0;
  eventLog.onLog = (line) => {
    cloud.guard.seeLog(line);
    if (plan?.kind !== 'decided' || !line.endsWith('sending the rebuild')) return;
    decided += 1;
    if (decided === plan.count) pull();
  };
  if (plan?.kind === 'time') after(plan.atMs, pull);
  return { cancel: { signal: now.signal, writes: writes.signal }, dispose: () => off.abort() };
}
