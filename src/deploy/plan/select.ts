/** Finds the instances that a run is about, and observes each for the first time. */

import { CallError } from '../../core/model/failure.ts';
import type { Instance } from '../../core/model/instance.ts';
import type { Tag } from '../../core/model/selection.ts';
import { carriesAll, isReleased, spellingOf, tagsLabel } from '../../core/plan/select.ts';
import { quote } from '../../core/quote.ts';
import type { Observation } from '../../core/rebuild/rebuild-state.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { mapWithConcurrency } from '../calls/map-with-concurrency.ts';
import { orCallError } from '../calls/or-call-error.ts';
import { readDisks } from '../calls/read-many.ts';
import { observationOf, observe } from '../rebuild/observe.ts';
import { problemOf, SurveyError, type SurveyProblem } from './survey-error.ts';

type SelectPorts = Pick<Ports, 'bcc' | 'clock' | 'log' | 'cancel'>;

/** How many single reads go out side by side. */
const sideBySide = 4;

/**
 * The first observation of every instance that is selected, with its disk; in the order given, or by ID where tags select.
 *
 * @throws SurveyError with all problems, or where tags select nothing; CallError; CancelledError on abort
 */
export async function select(request: RunRequest, ports: SelectPorts): Promise<readonly Observation[]> {
  const { selection, region } = request;
  if (selection.kind === 'tags') return readTagged(selection.tags, region, ports);
  const read = await observe(selection.ids, selection.ids, ports);
  return allOrThrow([...read.values()], region);
}

async function readTagged(
  tags: readonly Tag[],
  region: string | undefined,
  ports: SelectPorts
): Promise<readonly Observation[]> {
  const { bcc, clock, log, cancel } = ports;
  const atMs = clock.nowMs();
  const listed = await bcc.listTagged(tags, cancel.signal);
  // A list may leave the tags out; then only the single read tells.
  const told = await mapWithConcurrency(listed, sideBySide, async (instance) =>
    instance.tags === undefined ? orCallError(bcc.getInstance(instance.id, cancel.signal)) : instance
  );
  const exact = allOrThrow(told, region).filter((instance) => carriesAll(instance, tags) === true);
  const carriers = exact.length > 0 ? exact : await carriersBlanksApart(tags, ports);
  const released = carriers.filter(isReleased);
  if (released.length > 0) {
    log.info(`Left out, because they are released: ${released.map(({ id }) => id).join(', ')}`);
  }
  const chosen = carriers.filter((instance) => !isReleased(instance));
  if (chosen.length === 0) throw new SurveyError([nothingSelected(tags, region)]);
  const sorted = chosen.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  log.info(`${sorted.length} instances carry ${tagsLabel(tags)}`);
  const ids = sorted.map(({ id }) => id);
  const disks = await readDisks(ids, bcc, cancel.signal);
  const times = { atMs, answeredAtMs: clock.nowMs(), isFresh: false };
  return allOrThrow(
    sorted.map((instance) => observationOf(instance, disks, times)),
    region
  );
}

/**
 * Those that carry the tags but for blanks at the ends, which the service's own filter passes over; none where they
 * differ in how they spell them, because then nobody can tell which are meant.
 *
 * @throws SurveyError where they differ
 */
async function carriersBlanksApart(
  tags: readonly Tag[],
  { bcc, log, cancel }: SelectPorts
): Promise<readonly Instance[]> {
  const spelled = new Map<string, Instance[]>();
  for (const instance of await bcc.listTagged([], cancel.signal)) {
    const spelling = spellingOf(instance, tags);
    if (spelling === undefined || isReleased(instance)) continue;
    const label = spelling.map(({ key, value }) => `${quote(key)}=${quote(value)}`).join(' and ');
    spelled.set(label, [...(spelled.get(label) ?? []), instance]);
  }
  const [[label, instances] = ['', []], ...others] = spelled;
  if (others.length > 0) throw new SurveyError([spelledApart(tags, [...spelled.keys()])]);
  if (instances.length > 0) log.info(`The tags are spelled ${label}, with blanks at the ends`);
  return instances;
}

function spelledApart(tags: readonly Tag[], labels: readonly string[]): SurveyProblem {
  return {
    cause: `No instance carries exactly ${tagsLabel(tags)}, and with blanks at the ends there are several: ${labels.slice(0, 5).join(', ')}.`,
    remedy: 'Spell the tags of the instances alike, or give instanceId.'
  };
}

function nothingSelected(tags: readonly Tag[], region: string | undefined): SurveyProblem {
  return {
    cause: `No instance in ${region === undefined ? 'the region' : `region ${region}`} carries ${tagsLabel(tags)}.`,
    remedy: 'Check instanceTag (one key=value a line; an instance must carry all of them) and region.'
  };
}

/** All that was read; throws everything that could not be read at once. */
function allOrThrow<T>(read: readonly (T | CallError)[], region: string | undefined): readonly T[] {
  const failures = read.filter((one) => one instanceof CallError);
  if (failures.length > 0) {
    throw new SurveyError(failures.map(({ failure }) => problemOf(failure, region)));
  }
  return read.filter((one): one is T => !(one instanceof CallError));
}
