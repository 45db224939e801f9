/** The table that has every instance of a run in it. */

import { clip } from '../report/clip.ts';
import type { InstanceReport, RunReport } from '../report/report.ts';
import { formatDuration } from '../time.ts';
import type { Part } from './fit.ts';
import { cell, code, fold, table } from './markdown.ts';
import { statusLabel } from './overview.ts';
import { byUrgency } from './ranking.ts';

/** More rows than these are folded away. */
const openRows = 20;

/** The instances in the given order, with both images. */
export function wholeTable(report: RunReport): string {
  const rows = report.instances.map((one) => [
    `${code(one.instanceId)}<br>${cell(one.name)}`,
    statusLabel(one),
    imagesOf(one, report),
    timeOf(one)
  ]);
  return table(['Instance', 'Result', 'Image', 'Time'], rows);
}

/** The instances of a fleet, one line each, the urgent ones first; the image to be stands in the headline. */
export function fleetTable({ instances, imageId }: RunReport, priority: number): Part {
  const rows = byUrgency(instances).map((one) => [
    `${code(one.instanceId)} ${cell(one.name)}`.trimEnd(),
    statusLabel(one),
    [imageOf(one.before), ...detour(one, imageId)].join(' '),
    timeOf(one)
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

/** An image by id and name. */
export function imageOf({
  imageId,
  imageName
}: Pick<InstanceReport['before'], 'imageId' | 'imageName'>): string {
  return `${code(imageId)} ${cell(clip(imageName, 200))}`.trimEnd();
}

/** The way from image to image, as the instance went it; where it ended elsewhere, the image that it runs on. */
function imagesOf(one: InstanceReport, report: RunReport): string {
  const there = `${imageOf(one.before)}<br>→ ${imageOf(report)}`;
  return [there, ...detour(one, report.imageId)].join('<br>');
}

/** Where an instance went that is not on the image that it was to be on. */
function detour({ rollback, after, disk }: InstanceReport, wantedId: string): readonly string[] {
  if (rollback?.ok) return [`↩ ${code(rollback.imageId)}`];
  if (after === undefined || disk === 'untouched' || after.imageId === wantedId) return [];
  return [`⚠️ last seen on ${imageOf(after)}`];
}

function timeOf({ durationSeconds }: InstanceReport): string {
  return durationSeconds === 0 ? '–' : formatDuration(durationSeconds * 1000);
}
