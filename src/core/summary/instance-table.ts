/** The table that has every instance of a run in it. */

import { instanceBefore } from '../rebuild/instance-before.ts';
import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import { isRolledBack } from '../run/instance-end.ts';
import { diskOf, lastSeen } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { workTime } from '../run/spans.ts';
import { formatDuration } from '../time.ts';
import type { Part } from './fit.ts';
import { cell, code, fold, table } from './markdown.ts';
import { imageOf, statusLabel } from './overview.ts';
import { byUrgency } from './ranking.ts';

/** More rows than these are folded away. */
const openRows = 20;

/** The instances in the given order, with both images. */
export function wholeTable(instances: readonly DescribedInstance[], state: RunState): string {
  const rows = instances.map((one) => [
    `${code(idOf(one))}<br>${cell(one.run.target.instance.name)}`,
    statusLabel(one),
    [`${imageBefore(one)}<br>→ ${imageOf(state.image)}`, ...otherImage(one, state)].join('<br>'),
    timeOf(one, state)
  ]);
  return table(['Instance', 'Result', 'Image', 'Time'], rows);
}

/** The instances of a fleet, one line each, the urgent ones first; the image to be stands in the headline. */
export function fleetTable(instances: readonly DescribedInstance[], state: RunState, priority: number): Part {
  const rows = byUrgency(instances).map((one) => [
    `${code(idOf(one))} ${cell(one.run.target.instance.name)}`.trimEnd(),
    statusLabel(one),
    [imageBefore(one), ...otherImage(one, state)].join(' '),
    timeOf(one, state)
  ]);
  const head = ['Instance', 'Result', 'Image before', 'Time'];
  return tablePart({ head, rows, title: `All ${rows.length} instances`, isOpen: false }, priority);
}

/** A table under its heading, folded where it is long; it can be shortened from its end. */
export function tablePart(
  of: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly title: string;
    /** Whether it is open also where it is long. */
    readonly isOpen: boolean;
  },
  priority: number
): Part {
  const { head, rows, title, isOpen } = of;
  return {
    priority,
    pieces: rows.length,
    draw: (pieces) => {
      const missing = rows.length - pieces;
      const told = [
        ...(pieces === 0 ? [] : [table(head, rows.slice(0, pieces))]),
        ...(missing === 0 ? [] : [`_${missing} more are left out here._`])
      ];
      if (rows.length > openRows) return ['### Instances', fold(title, told, isOpen)].join('\n\n');
      return ['### Instances', ...told].join('\n\n');
    }
  };
}

function imageBefore({ run }: DescribedInstance): string {
  const { imageId, imageName } = instanceBefore(run.rebuild, run.target.instance);
  return imageOf({ id: imageId, name: imageName });
}

/** Where an instance ended that is not on the image that it was to be on. */
function otherImage({ run }: DescribedInstance, { image }: RunState): readonly string[] {
  if (run.rollback !== undefined && isRolledBack(run)) return [`↩ ${code(run.rollback.imageId)}`];
  const last = lastSeen(run)?.instance;
  if (last === undefined || diskOf(run) === 'untouched' || last.imageId === image.id) return [];
  return [`⚠️ last seen on ${imageOf({ id: last.imageId, name: last.imageName })}`];
}

function timeOf({ run }: DescribedInstance, { atMs }: RunState): string {
  const { fromMs, toMs } = workTime(run, atMs);
  return toMs === fromMs ? '–' : formatDuration(toMs - fromMs);
}
