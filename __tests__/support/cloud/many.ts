/** Plays very many cases. */
import { clockTime } from './event-log.ts';
import { type Played, playCase } from './play.ts';

/**
 * Plays a case for each seed.
 *
 * @returns how the runs have ended, and how often each
 * @throws Error with the story of the first case that breaks a rule
 */
export async function playAll(
  seeds: readonly number[],
  sizes?: readonly [number, number]
): Promise<ReadonlyMap<string, number>> {
  const ends = new Map<string, number>();
  for (const one of seeds) {
    const played = await playCase(one, sizes);
    if (played.eventLog.problems.length > 0) throw new Error(storyOf(one, played));
    for (const end of played.ends) ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return ends;
}

function storyOf(one: number, { scene, eventLog }: Played): string {
  const { behaviour, odds, machines, members } = scene.cloud;
  const fleet = machines.map(({ id, status, imageId, healthyFromMs, healthDelayMs }) => {
    const opening = scene.fleet.openings.get(id);
    const delays = ['m-old', 'm-new']
      .map((image) => `${healthDelayMs(image) / 1000} s on ${image}`)
      .join(', ');
    const seats = members
      .filter(({ instanceId }) => instanceId === id)
      .map(({ blbId, groupId = '', weight }) => `${blbId}/${groupId}=${weight}`);
    const what = `${status} on ${imageId}, healthy from ${clockTime(healthyFromMs)}, then ${delays}`;
    return `${id}: ${what}; ${JSON.stringify(opening)} ${seats.join(' ')}`;
  });
  return [
    `seed ${one} (CASES=1 SEED=${one})`,
    ...eventLog.problems,
    `service ${JSON.stringify(behaviour)}`,
    `odds ${JSON.stringify(odds)} trouble ${JSON.stringify(scene.trouble)} flaky ${scene.flaky}`,
    `request ${JSON.stringify(scene.request)} cancel ${JSON.stringify(scene.cancel)}`,
    ...fleet,
    eventLog.tell()
  ].join('\n');
}
