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

/** The instances of a fleet, one line each, the urgent ones first; the new image stands in the heading. */
export function fleetTable(instances: readonly DescribedInstance[], state: RunState, priority: number): Part {
  const ordered = byUrgency(instances);
  const images = ordered.map((one) => {
    const isBack = isRolledBack(one.run) && one.run.rollback?.imageId === one.run.target.instance.imageId;
    return [imageBefore(one), ...(isBack ? [] : otherImage(one, state))].join('<br>');
  });
  const isSame = images.every((image) => image === images[0]);
  const rows = ordered.map((one, at) => [
    `${code(idOf(one))} ${cell(one.run.target.instance.name)}`.trimEnd(),
    statusLabel(one),
    ...(isSame ? [] : [images[at] ?? '']),
    timeOf(one, state)
  ]);
  const head = ['Instance', 'Result', ...(isSame ? [] : ['Image before']), 'Time'];
  const intro = isSame ? `**Image before, each:** ${images[0] ?? ''}` : '';
  return tablePart({ head, rows, title: `All ${rows.length} instances`, intro, isOpen: false }, priority);
}

/** A table under its heading, folded where it is long; it can be shortened from its end. */
export function tablePart(
  of: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly title: string;
    /** What is the same in all rows; may be empty. */
    readonly intro?: string;
    /** Whether it is open also where it is long. */
    readonly isOpen: boolean;
  },
  priority: number
): Part {
  const { head, rows, title, intro = '', isOpen } = of;
  const heading = ['### Instances', ...(intro === '' ? [] : [intro])];
  return {
    priority,
    pieces: rows.length,
    draw: (pieces) => {
      const missing = rows.length - pieces;
      const told = [
        ...(pieces === 0 ? [] : [table(head, rows.slice(0, pieces))]),
        ...(missing === 0 ? [] : [`_${missing} more are left out here._`])
      ];
      if (rows.length > openRows) return [...heading, fold(title, told, isOpen)].join('\n\n');
      return [...heading, ...told].join('\n\n');
    }
  };
}

function imageBefore({ run }: DescribedInstance): string {
  const { imageId, imageName } = instanceBefore(run.rebuild, run.target.instance);
  return imageOf({ id: imageId, name: imageName });
}

/** Where an instance ended that is not on the image that it was to be on. */
function otherImage({ run }: DescribedInstance, { image }: RunState): readonly string[] {
  if (run.rollback !== undefined && isRolledBack(run)) return [`now on ${code(run.rollback.imageId)}`];
  const last = lastSeen(run)?.instance;
  if (last === undefined || diskOf(run) === 'untouched' || last.imageId === image.id) return [];
  return [`⚠️ last seen on ${imageOf({ id: last.imageId, name: last.imageName })}`];
}

function timeOf({ run }: DescribedInstance, { atMs }: RunState): string {
  const { fromMs, toMs } = workTime(run, atMs);
  return toMs === fromMs ? '–' : formatDuration(toMs - fromMs);
}
