/** The timeline of a fleet: a Gantt diagram in Mermaid, which GitHub draws in a job summary. */

import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import { isRolledBack, isRolledBackWithOthers } from '../run/instance-end.ts';
import type { InstanceStatus } from '../run/instance-status.ts';
import type { RunState } from '../run/run-state.ts';
import { type Span, spansOf } from '../run/spans.ts';
import { fenced } from './markdown.ts';

/** More rows than these fit on no screen. */
const mostInstances = 50;

/** Mermaid draws no text of more than 50,000 characters; it cannot come to that with instance IDs of today. */
const mostCharacters = 45_000;

/**
 * The width of all bars on a phone, of a letter, and of the space around a text, in pixels; a text that has no room
 * in its bar would lie on the next one.
 */
const phone = { bars: 230, letter: 6, space: 6 };

const stillGoing: ReadonlySet<InstanceStatus> = new Set(['inProgress', 'started']);

type Kind = 'backup' | 'drain' | 'rebuild' | 'health' | 'rollback';

/** A bar; times are seconds since 1970, UTC. */
interface Bar {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
}

/**
 * A row for each instance, in the order in which they were started, as a fenced block; empty where there are fewer
 * than 2 or more than 50, and where nothing was done to any.
 */
export function timelineOf(
  instances: readonly DescribedInstance[],
  time: Pick<RunState, 'anchor' | 'atMs'>
): string {
  if (instances.length < 2 || instances.length > mostInstances) return '';
  const rows = instances
    .map((one) => ({ one, bars: barsOf(one, time) }))
    .filter(({ bars }) => bars.length > 0)
    .toSorted((one, other) => startOf(one.bars) - startOf(other.bars));
  if (rows.length === 0) return '';
  const from = Math.min(...rows.map(({ bars }) => startOf(bars)));
  const to = Math.max(...rows.map(({ bars }) => bars.at(-1)?.to ?? from));
  const lines = [
    // All bars of an instance in one row.
    '---',
    'displayMode: compact',
    '---',
    'gantt',
    // Without a zone: the reader's browser would show its own time otherwise.
    'dateFormat YYYY-MM-DDTHH:mm:ss',
    // Under ten minutes several marks would say the same minute.
    `axisFormat ${to - from < 600 ? '%H:%M:%S' : '%H:%M'}`,
    `tickInterval ${tickInterval(to - from)}`,
    'todayMarker off',
    ...rows.flatMap(({ one, bars }) => [
      `section ${harmless(idOf(one))}`,
      ...bars.map((bar, index) => lineOf(bar, markOf(one, bars, index), to - from))
    ])
  ];
  return lines.join('\n').length > mostCharacters ? '' : fenced('mermaid', lines);
}

/** The distances of marks that a person reads easily, in seconds. */
const distances = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];

/** A distance with which at most four marks are shown: more times would lie on each other on a phone. */
function tickInterval(seconds: number): string {
  const distance = distances.find((each) => seconds / each <= 4) ?? 43_200;
  return distance < 60 ? `${distance}second` : `${distance / 60}minute`;
}

/**
 * How each kind is drawn: the letter that stands for its word where that has no room, and the tag that gives it its
 * colour; without one it is drawn in the colour of the theme.
 */
const looks: Readonly<Record<Kind, { readonly initial: string; readonly tag: string }>> = {
  backup: { initial: 'B', tag: '' },
  drain: { initial: 'D', tag: '' },
  rebuild: { initial: 'R', tag: 'active' },
  health: { initial: 'H', tag: 'done' },
  rollback: { initial: '↩', tag: 'active' }
};

/** The first text that fits into a bar of that share of the width. */
function barText(kind: Kind, share: number): string {
  const fits = (text: string): boolean => text.length * phone.letter + phone.space <= share * phone.bars;
  return [kind, looks[kind].initial].find(fits) ?? '·';
}

function lineOf({ kind, from, to }: Bar, mark: string, width: number): string {
  return `${barText(kind, (to - from) / width)} :${mark === '' ? '' : `${mark}, `}${new Date(from * 1000).toISOString().slice(0, 19)}, ${to - from}s`;
}

/** `crit`, drawn red, for what failed; otherwise the colour of its kind, and of a rebuild for what is under way. */
function markOf({ run, status, failure }: DescribedInstance, bars: readonly Bar[], index: number): string {
  const isLast = index === bars.length - 1;
  if (isLast && stillGoing.has(status)) return 'active';
  const kind = bars[index]?.kind ?? 'rebuild';
  if (kind === 'rollback') return isRolledBack(run) ? looks[kind].tag : 'crit';
  const isLastForward = isLast || bars[index + 1]?.kind === 'rollback';
  const hasFailed =
    failure !== undefined && !isRolledBackWithOthers(run) && (status === 'failed' || status === 'rolledBack');
  return hasFailed && isLastForward ? 'crit' : looks[kind].tag;
}

/** The spans as bars that follow each other; none is shorter than a second, for it would not be seen. */
function barsOf(
  { run, status }: DescribedInstance,
  { anchor, atMs }: Pick<RunState, 'anchor' | 'atMs'>
): readonly Bar[] {
  const bars: Bar[] = [];
  const wallSeconds = (ms: number): number => (anchor.wallMs + ms - anchor.nowMs) / 1000;
  const spans = spansOf(run, atMs);
  for (const [index, { fromMs, toMs }] of spans.entries()) {
    const kind = kindAt(spans, index);
    const last = bars.at(-1);
    // Two that are rounded to the same second must not lie on each other.
    const from = Math.max(Math.floor(wallSeconds(fromMs)), last?.to ?? 0);
    const to = Math.max(from + 1, Math.round(wallSeconds(toMs)));
    if (last?.kind === kind) bars.splice(-1, 1, { ...last, to });
    else bars.push({ kind, from, to });
  }
  // Of one that was withdrawn no rebuild was sent, although it was got ready for one.
  return status === 'notStarted' ? bars.filter(({ kind }) => kind !== 'rebuild') : bars;
}

/** The spans that are drawn as something else than a rebuild. */
const kinds: Readonly<Partial<Record<Span['kind'], Kind>>> = {
  backup: 'backup',
  draining: 'drain',
  health: 'health'
};

/** What a span is drawn as; settling belongs to whatever comes after it. */
function kindAt(spans: readonly Span[], index: number): Kind {
  const span = spans[index];
  if (span?.isRollback) return 'rollback';
  const isBefore = span?.kind === 'settling' && spans[index + 1]?.isRollback === false;
  return isBefore ? kindAt(spans, index + 1) : ((span && kinds[span.kind]) ?? 'rebuild');
}

function startOf(bars: readonly Bar[]): number {
  return bars[0]?.from ?? 0;
}

/** An instance ID with nothing in it that Mermaid would take for syntax. */
function harmless(instanceId: string): string {
  const safe = instanceId.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return safe === '' ? '_' : safe;
}
