/** Plays a run that is killed at any moment, its post step or none, and the run that comes after it. */
import type { RunState } from '../../../src/core/run/run-state.ts';
import { SurveyError } from '../../../src/deploy/plan/survey-error.ts';
import { run } from '../../../src/deploy/run/run.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { reported } from '../reported.ts';
import { noCancel } from '../virtual.ts';
import { createDice } from './dice.ts';
import { type EventLog, isWrite } from './event-log.ts';
import { playOthers, playRun, setUp } from './play.ts';
import { postStep, type Stage } from './post.ts';
import { drawScene } from './scene.ts';
import { isRebuild } from './wire.ts';

interface KillPlan {
  readonly kind: 'time' | 'write' | 'rebuild';
  /** Of the writes or rebuilds, after which it comes. */
  readonly count: number;
  readonly delayMs: number;
  readonly hasPostStep: boolean;
}

/** How soon somebody starts the next run, in milliseconds. */
const againMs = 10_000;

/** Plays the case of a seed, with a kill in place of its cancel. */
export async function playKill(
  seed: number
): Promise<{ readonly eventLog: EventLog; readonly plan: KillPlan }> {
  const { cancel: _cancel, ...drawn } = drawScene(seed);
  const plan = drawKill(seed, drawn.fleet.ids.length);
  // Where nobody watches, the next run may meet what does not show yet.
  const isCalm = drawn.isCalm && plan.hasPostStep;
  const stage = setUp({ ...drawn, cancel: undefined, isCalm }, createDice(seed ^ 0x5bd1e995));
  const { clock, eventLog, cloud } = stage;
  const left = await playUntilKilled(stage, plan);
  cloud.wire.ended();
  cloud.guard.isWatched = plan.hasPostStep;
  cloud.guard.phase = 'post';
  eventLog.note(clock.nowMs(), `it is over, ${plan.hasPostStep ? 'with' : 'without'} a post step`);
  const still = plan.hasPostStep && left !== undefined ? (await postStep(reported(left), stage)).still : [];
  await clock.sleep(still.length > 0 ? 1_800_000 : againMs, noCancel.signal);
  await playRun(stage, 2);
  return { eventLog, plan };
}

function drawKill(seed: number, count: number): KillPlan {
  const dice = createDice(seed ^ 0x2545f491);
  const kind = dice.pick(['time', 'write', 'rebuild', 'rebuild'] as const);
  const delayMs =
    kind === 'time' ? dice.int(0, dice.pick([2, 20, 90]) * 60_000) : dice.pick([0, 1, 400, 5_000, 20_000]);
  return { kind, count: dice.int(1, count), delayMs, hasPostStep: dice.chance(0.6) };
}

/** What the post step is handed over: what was written before the last call that cannot be taken back. */
async function playUntilKilled(stage: Stage, plan: KillPlan): Promise<RunState | undefined> {
  const { scene, clock, eventLog, cloud, ports } = stage;
  const { guard, wire } = cloud;
  eventLog.run = 1;
  guard.beginRun();
  const death = new AbortController();
  const died = new Promise<undefined>((resolve) => {
    death.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const off = new AbortController();
  const kill = (): void => {
    clock.sleep(plan.delayMs, off.signal).then(
      () => death.abort(),
      () => undefined
    );
  };
  let count = 0;
  wire.onCall = (entry) => {
    guard.seeCall(entry);
    if (plan.kind === 'write' ? !isWrite(entry.operation) : !isRebuild(entry)) return;
    count += 1;
    if (plan.kind !== 'time' && count === plan.count) kill();
  };
  eventLog.onLog = (line) => guard.seeLog(line);
  const stopOthers = playOthers(stage);
  if (plan.kind === 'time') kill();
  let latest: (() => RunState) | undefined;
  let written: RunState | undefined;
  const mortal = <T extends object>(thing: T): T => mortalOf(thing, death.signal);
  const work = run(
    scene.request,
    {
      ...ports,
      cancel: noCancel,
      clock: mortal<Clock>(ports.clock),
      bcc: mortal(ports.bcc),
      balancers: mortal(ports.balancers),
      probe: mortal(ports.probe)
    },
    {
      async planned(state) {
        guard.phase = 'run';
        cloud.others.plannedMs = clock.nowMs();
        wire.planned();
        const { rollout, instances } = reported(state);
        guard.planned = instances.map(({ instanceId }) => instanceId);
        guard.canaries = rollout.canaries;
        guard.unavailableBefore = rollout.unavailableBefore.map(({ instanceId }) => instanceId);
        latest = () => state;
      },
      progressed: (state) => {
        latest = state;
      },
      commit: () => {
        written = latest?.();
      }
    }
  ).catch((error: unknown) => {
    if (!(error instanceof SurveyError)) throw error;
    return undefined;
  });
  const end = await clock.see(() => Promise.race([work, died]));
  off.abort('over');
  stopOthers();
  return end ?? written;
}

/** The same thing, of which nothing comes back after the death; what is out is cut off. */
function mortalOf<T extends object>(thing: T, death: AbortSignal): T {
  const forever = new Promise<never>(() => undefined);
  // The signal of a run goes into each of its calls.
  const bounds = new WeakMap<AbortSignal, AbortSignal>();
  const boundOf = (signal: AbortSignal): AbortSignal => {
    const bound = bounds.get(signal) ?? AbortSignal.any([signal, death]);
    bounds.set(signal, bound);
    return bound;
  };
  return new Proxy(thing, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: readonly unknown[]) => {
        const bound = given.map((one) => (one instanceof AbortSignal ? boundOf(one) : one));
        const result: unknown =
          death.aborted && name !== 'nowMs' ? forever : Reflect.apply(value, target, bound);
        if (!(result instanceof Promise)) return result;
        return result.then(
          (answer: unknown) => (death.aborted ? forever : answer),
          (error: unknown) => {
            if (death.aborted) return forever;
            throw error;
          }
        );
      };
    }
  });
}
