/** Finds the image that is asked for, and waits for one that is still being created. */

import { formatDuration } from '../../core/duration.ts';
import { type Choice, chooseImage, searchText } from '../../core/images/choose-image.ts';
import type { Image } from '../../core/model/image.ts';
import { quote } from '../../core/quote.ts';
import type { Bcc } from '../../ports/bcc.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RunRequest } from '../../ports/request.ts';
import { poll } from '../calls/poll.ts';
import { SurveyError } from '../plan/survey-error.ts';

/** What the search needs of the world. */
export interface ImagePorts {
  readonly bcc: Bcc;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The wanted image. One in `Creating` is waited for at most `timeout`, for a release tag may be there before its
 * image is; a dry run takes it as it is. An image in any other status is given as it is: to refuse it is for the
 * plan.
 *
 * @throws SurveyError where no image, or no single one, fits; CallError; CancelledError on abort
 */
export async function resolveImage(
  request: RunRequest,
  ports: ImagePorts,
  signal: AbortSignal
): Promise<Image> {
  const { clock, log } = ports;
  let latest: Image | undefined;
  const usable = await poll(
    async () => {
      const image = await findImage(request, ports, signal);
      if (image.status !== 'Creating' || request.dryRun) return image;
      if (latest === undefined) {
        log.info(`Image ${image.id} (${image.name}) is still being created; waiting for it.`);
      }
      latest = image;
      return undefined;
    },
    { intervalMs: request.pollIntervalMs, limitMs: request.timeoutMs },
    clock,
    signal
  );
  if (usable !== undefined) return usable;
  throw stillCreating(latest, request.timeoutMs);
}

async function findImage(
  { image }: RunRequest,
  { bcc, log }: ImagePorts,
  signal: AbortSignal
): Promise<Image> {
  if (image.kind === 'id') return bcc.getImage(image.id, signal);
  const candidates = await bcc.listImages({ imageName: searchText(image.pattern) }, signal);
  const choice = chooseImage(image.pattern, candidates);
  if (choice.kind === 'pending') return choice.image;
  if (choice.kind === 'chosen') {
    for (const { id, name, status } of choice.ignored)
      log.warning(`The newer image ${id} (${name}) is ${status} and is passed over.`);
    return choice.image;
  }
  if (choice.kind !== 'none') throw noChoice(image.pattern, choice);
  // The service filters by a part of the name, so that near misses are only in the whole list.
  throw noChoice(image.pattern, chooseImage(image.pattern, await bcc.listImages({}, signal)));
}

function stillCreating(image: Image | undefined, waitedMs: number): SurveyError {
  return new SurveyError([
    {
      cause: `The image ${image?.id} (${image?.name}) is still being created after ${formatDuration(waitedMs)}.`,
      remedy: 'Run again when it is Available, or set timeout higher.'
    }
  ]);
}

function noChoice(pattern: string, choice: Choice): SurveyError {
  const names = (images: readonly Image[]): string =>
    images.map(({ id, name, status }) => `${quote(name)} (${id}, ${status})`).join(', ');
  switch (choice.kind) {
    case 'tie':
      return new SurveyError([
        {
          cause: `imageName ${quote(pattern)} fits images of the same age: ${names(choice.images)}.`,
          remedy: 'Give the imageId of the one that is meant.'
        }
      ]);
    case 'unfinished':
      return new SurveyError([
        {
          cause: `imageName ${quote(pattern)} fits only images that cannot be used: ${names(choice.images)}.`,
          remedy: 'Make the image anew, or give another name.'
        }
      ]);
    case 'none': {
      const near =
        choice.nearest.length === 0 ? 'There is no image at all.' : `Nearest: ${names(choice.nearest)}.`;
      return new SurveyError([
        {
          cause: `No image of this account in this region fits imageName ${quote(pattern)}. ${near}`,
          remedy: 'Check the name, its case, and the region; an image can be used only where it is.'
        }
      ]);
    }
    default:
      // It came up between the two lists.
      return new SurveyError([
        { cause: `The image ${quote(pattern)} has only just appeared.`, remedy: 'Run again.' }
      ]);
  }
}
