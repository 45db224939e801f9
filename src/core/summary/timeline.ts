/** The timeline of a fleet: a Gantt diagram in Mermaid, which GitHub draws in a job summary. */

import type { InstanceReport } from '../report/report.ts';
import { fenced } from './markdown.ts';

/** More rows than these fit on no screen. */
const mostInstances = 50;

/** Mermaid draws no text of more than 50,000 characters; it cannot come to that with instance IDs of today. */
const mostCharacters = 45_000;

/** A narrower bar has no room for its word, as a share of the whole width; the words would lie on each other. */
const roomForWord = 0.055;

const stillGoing: ReadonlySet<InstanceReport['status']> = new Set(['inProgress', 'started']);

type Kind = 'backup' | 'drain' | 'rebuild' | 'health' | 'rollback';

/** A bar; times are seconds since 1970, UTC. */
interface Bar {
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
}

/**
 * A row for each instance, in the order in which they were begun, as a fenced block; empty where there are fewer
 * than 2 or more than 50, and where nothing was done to any.
 */
export function timelineOf(instances: readonly InstanceReport[]): string {
  if (instances.length < 2 || instances.length > mostInstances) return '';
  const rows = instances
    .map((one) => ({ one, bars: barsOf(one) }))
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
    'todayMarker off',
    ...rows.flatMap(({ one, bars }) => [
      `section ${harmless(one.instanceId)}`,
      ...bars.map((bar, index) => lineOf(bar, markOf(one, bars, index), to - from))
    ])
  ];
  return lines.join('\n').length > mostCharacters ? '' : fenced('mermaid', lines);
}

function lineOf({ kind, from, to }: Bar, mark: string, width: number): string {
  const word = (to - from) / width >= roomForWord ? kind : '·';
  return `${word} :${mark === '' ? '' : `${mark}, `}${new Date(from * 1000).toISOString().slice(0, 19)}, ${to - from}s`;
}

/** The tags that give a kind its colour; without one it is drawn in the colour of the theme. */
const colours: Readonly<Record<Kind, string>> = {
  backup: '',
  drain: '',
  rebuild: 'active',
  health: 'done',
  rollback: 'active'
};

/** `crit`, drawn red, for what failed; otherwise the colour of its kind, and of a rebuild for what is under way. */
function markOf(one: InstanceReport, bars: readonly Bar[], index: number): string {
  const isLast = index === bars.length - 1;
  if (isLast && stillGoing.has(one.status)) return 'active';
  const isRolledBackState = bars[index]?.kind === 'rollback';
  const colour = colours[bars[index]?.kind ?? 'rebuild'];
  if (isRolledBackState) return one.rollback?.ok === false ? 'crit' : colour;
  const isLastForward = isLast || bars[index + 1]?.kind === 'rollback';
  // One that is put back because the rollout has stopped did not fail itself.
  const hasFailed = one.failure !== undefined && (one.status === 'failed' || one.status === 'rolledBack');
  return hasFailed && isLastForward ? 'crit' : colour;
}

/** The phases as bars that follow each other; none is shorter than a second, for it would not be seen. */
function barsOf({ phases }: InstanceReport): readonly Bar[] {
  const bars: Bar[] = [];
  for (const [index, { startedAt, durationSeconds }] of phases.entries()) {
    const startSeconds = Date.parse(startedAt) / 1000;
    if (Number.isNaN(startSeconds)) continue;
    const kind = kindAt(phases, index);
    const last = bars.at(-1);
    // The start is cut to the second and the duration is not, so that the end may lie after the next start.
    const from = Math.max(startSeconds, last?.to ?? startSeconds);
    const to = Math.max(from + 1, Math.round(startSeconds + durationSeconds));
    if (last?.kind === kind) bars.splice(-1, 1, { ...last, to });
    else bars.push({ kind, from, to });
  }
  return bars;
}

/** What a phase is drawn as; settling belongs to whatever comes after it. */
function kindAt(phases: InstanceReport['phases'], index: number): Kind {
  const phase = phases[index]?.phase ?? '';
  if (phase.startsWith('rollback')) return 'rollback';
  switch (phase) {
    case 'settling': {
      const next = phases[index + 1]?.phase ?? '';
      return next === '' || next.startsWith('rollback') ? 'rebuild' : kindAt(phases, index + 1);
    }
    case 'backup':
      return 'backup';
    case 'draining':
      return 'drain';
    case 'health':
      return 'health';
    default:
      return 'rebuild';
  }
}

function startOf(bars: readonly Bar[]): number {
  return bars[0]?.from ?? 0;
}

/** An instance ID with nothing in it that Mermaid would take for syntax. */
function harmless(instanceId: string): string {
  const safe = instanceId.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return safe === '' ? '_' : safe;
}
