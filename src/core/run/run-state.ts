/** Everything that is known of a run: one plain value without a secret, from which all that is told is derived. */

import type { Image } from '../model/image.ts';
import type { PublicOptions } from '../model/rebuild-spec.ts';
import type { Plan } from '../plan/plan.ts';
import { whyUnavailable } from '../plan/rollout-order.ts';
import type { Rollout, RolloutTask } from '../rollout/rollout-state.ts';
import type { ClockAnchor } from '../time.ts';
import { diskOf, historyOf, type InstanceRun, plannedRun } from './instance-run.ts';

/** How far the rollout has come; who was worked on and how that ended is in the instances. */
export type RolloutCourse = Pick<Rollout, 'peakUnavailable' | 'failures' | 'stop' | 'isCancelled'>;

/** The state of a run. Times are milliseconds on the monotonic clock of the process that ran it. */
export interface RunState {
  /** Version of this form; a post step of another version cannot read it. */
  readonly version: 1;
  readonly image: Image;
  readonly options: PublicOptions;
  readonly rollout: RolloutTask;
  /** Absent as long as nothing was started. */
  readonly course?: RolloutCourse;
  /** In the order of the input, or by ID where tags have selected them. */
  readonly instances: readonly InstanceRun[];
  readonly anchor: ClockAnchor;
  readonly fromMs: number;
  /** When this was known. */
  readonly atMs: number;
}

/** The state right after the plan. */
export function beginRunState(plan: Plan, time: Pick<RunState, 'anchor' | 'fromMs' | 'atMs'>): RunState {
  const { image, options, rollout, targets } = plan;
  return { version: 1, image, options, rollout, instances: targets.map(plannedRun), ...time };
}

/** Whether a disk was erased, or may have been. */
export function hasChanged({ instances }: RunState): boolean {
  return instances.some((run) => diskOf(run) !== 'untouched');
}

/** The instances that did not serve even when the plan was made, by ID, and why in words. */
export function unavailableBefore({
  instances
}: RunState): readonly { readonly instanceId: string; readonly why: string }[] {
  return instances.flatMap(({ target }) => {
    const why = whyUnavailable(target);
    return why === undefined ? [] : [{ instanceId: target.instance.id, why }];
  });
}

/** The images that any instance of the run is known to have run on, or is to run on. */
export function imagesInUse({ image, instances }: RunState): ReadonlySet<string> {
  const seen = instances.flatMap((run) => [
    run.target.instance.imageId,
    ...historyOf(run).map(({ imageId }) => imageId),
    ...(run.rollback === undefined ? [] : [run.rollback.imageId])
  ]);
  return new Set([image.id, ...seen]);
}

/**
 * The state as text: a line of what all instances share, and one for each of them. The image, which every task names,
 * is written once.
 *
 * @param known the lines of instances, kept from time to time: of a fleet few have changed since the last one
 */
export function serializeRunState(
  { instances, ...shared }: RunState,
  known = new WeakMap<InstanceRun, string>()
): string {
  const lines = instances.map((run) => {
    const line = known.get(run) ?? instanceLine(run, shared.image);
    known.set(run, line);
    return line;
  });
  return [JSON.stringify(shared), ...lines].join('\n');
}

function instanceLine(run: InstanceRun, image: Image): string {
  return JSON.stringify(run, (key, value: unknown) => (key === 'image' && value === image ? null : value));
}

/**
 * The state from its text.
 *
 * @throws SyntaxError where the text is no JSON, RangeError where it is of another version or was cut between two lines
 */
export function parseRunState(text: string): RunState {
  const [first = '', ...lines] = text.split('\n');
  const shared: RunState = JSON.parse(first);
  if (shared.version !== 1) throw new RangeError('the state was written by another version of this action');
  const { image } = shared;
  const instances = lines.map(
    (line): InstanceRun =>
      JSON.parse(line, (key, value: unknown) => (key === 'image' && value === null ? image : value))
  );
  const { length } = shared.rollout.members;
  const missing = length - instances.length;
  if (missing !== 0)
    throw new RangeError(`${missing} of ${length} instances are missing from the state of the run`);
  return { ...shared, instances };
}
