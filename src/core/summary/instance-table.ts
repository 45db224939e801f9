/** The table that has every instance of a run in it. */

import { type DescribedInstance, idOf } from '../report/described-instance.ts';
import { byUrgency } from '../report/ranking.ts';
import { isRolledBack } from '../run/instance-end.ts';
import { beforeRebuild, diskOf, type InstanceRun, lastSeen } from '../run/instance-run.ts';
import type { RunState } from '../run/run-state.ts';
import { workTime } from '../run/spans.ts';
import { formatDuration } from '../time.ts';
import type { Part } from './fit.ts';
import { cell, code, firstRows, fold, table } from './markdown.ts';
import { imageOf, statusLabel } from './overview.ts';

/** More rows than these are folded away. */
const openRows = 20;

/** The only instance of a run, with both images. */
export function tableOfOne(one: DescribedInstance, state: RunState): string {
  const row = [
    `${code(idOf(one))}<br>${cell(one.run.target.instance.name)}`,
    statusLabel(one),
    [imageBefore(one), `→ ${imageOf(state.image)}`, ...otherImage(one, state)].join('<br>'),
    timeOf(one, state)
  ];
  return table(['Instance', 'Result', 'Image', 'Time'], [row]);
}

/** The instances of a fleet, one line each, the urgent ones first; the new image stands in the heading. */
export function fleetTable(instances: readonly DescribedInstance[], state: RunState, priority: number): Part {
  const ordered = byUrgency(instances);
  const images = ordered.map((one) => {
    const isBack = isRolledBack(one.run) && one.run.rollback?.imageId === one.run.target.instance.imageId;
    return [imageBefore(one), ...(isBack ? [] : otherImage(one, state))].join('<br>');
  });
  const isSame = images.every((image) => image === images[0]);
  const columns = {
    Instance: ordered.map(({ run }) => nameCell(run)),
    Result: ordered.map(statusLabel),
    'Image before': isSame ? [] : images,
    Time: ordered.map((one) => timeOf(one, state))
  };
  const intro = isSame ? [`**Image before, each:** ${images[0] ?? ''}`] : [];
  return columnsPart(columns, { intro, isOpen: false }, priority);
}

/** The ID and the name of an instance, for a line of its own. */
export function nameCell({ target: { instance } }: InstanceRun): string {
  return `${code(instance.id)} ${cell(instance.name)}`.trimEnd();
}

/**
 * A table of instances under its heading, folded where it is long; it can be shortened from its end.
 *
 * @param columns a cell for each instance, by the heads of the columns; a column without a word is left out
 */
export function columnsPart(
  columns: Readonly<Record<string, readonly string[]>>,
  { intro = [], isOpen }: { readonly intro?: readonly string[]; readonly isOpen: boolean },
  priority: number
): Part {
  const shown = Object.entries(columns).filter(([, cells]) => cells.some((text) => text !== ''));
  const head = shown.map(([name]) => name);
  const rows = (shown[0]?.[1] ?? []).map((_, at) => shown.map(([, cells]) => cells[at] ?? ''));
  const title = `All ${rows.length} instances`;
  const heading = ['### Instances', ...intro];
  return {
    priority,
    pieces: rows.length,
    draw: (pieces) => {
      const told = firstRows(head, rows, pieces);
      if (rows.length > openRows) return [...heading, fold(title, told, isOpen)].join('\n\n');
      return [...heading, ...told].join('\n\n');
    }
  };
}

function imageBefore({ run }: DescribedInstance): string {
  const { imageId, imageName } = beforeRebuild(run).instance;
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
