/** Finds the image that is asked for, and waits for one that is still being created. */

import { type Choice, chooseImage, searchText } from '../../core/images/choose-image.ts';
import { CallError } from '../../core/model/failure.ts';
import type { Image } from '../../core/model/image.ts';
import { quote } from '../../core/quote.ts';
import { formatDuration } from '../../core/time.ts';
import type { Ports } from '../../ports/ports.ts';
import type { RunRequest } from '../../ports/request.ts';
import { poll } from '../calls/poll.ts';
import { SurveyError, type SurveyProblem } from '../plan/survey-error.ts';

type ImagePorts = Pick<Ports, 'bcc' | 'clock' | 'log' | 'cancel'>;

/** How often the log says what is waited for, in milliseconds; and the longest time between two reads. */
const minuteMs = 60_000;

/**
 * The wanted image. One that is not there yet is waited for at most `imageWait`, and one in `Creating` at most
 * `timeout`, because a release tag may be there before its image is; a dry run takes one in `Creating` as it is. An image
 * in any other status is given as it is: to refuse it is for the plan.
 *
 * @throws SurveyError where no image, or no single one, fits; CallError; CancelledError on abort
 */
export async function resolveImage(request: RunRequest, ports: ImagePorts): Promise<Image> {
  let latest = await awaitImage(request, ports);
  if (latest.status !== 'Creating' || request.dryRun) return latest;
  ports.log.info(`Image ${latest.id} (${latest.name}) is still being created; waiting for it.`);
  const usable = await poll(
    async () => {
      latest = (await findImage(request, ports)) ?? (await absent(request, ports));
      return latest.status === 'Creating' ? undefined : latest;
    },
    { intervalMs: request.pollIntervalMs, limitMs: request.timeoutMs },
    ports
  );
  if (usable !== undefined) return usable;
  const cause = `The image ${latest.id} (${latest.name}) is still being created after ${formatDuration(request.timeoutMs)}.`;
  throw new SurveyError([{ cause, remedy: 'Run again when it is Available, or set timeout higher.' }]);
}

/** The image as soon as it is there, in any status. */
async function awaitImage(request: RunRequest, ports: ImagePorts): Promise<Image> {
  const { clock, log } = ports;
  const { image, imageWaitMs, pollIntervalMs } = request;
  const label = image.kind === 'id' ? image.id : quote(image.pattern);
  const startMs = clock.nowMs();
  let tellMs = startMs;
  const found = await poll(
    async () => {
      const seen = await findImage(request, ports);
      const nowMs = clock.nowMs();
      if (seen === undefined && imageWaitMs > 0 && nowMs >= tellMs) {
        const waited = `${formatDuration(nowMs - startMs)} of at most ${formatDuration(imageWaitMs)}`;
        log.info(`Image ${label} is not there yet; waiting for it to appear (${waited}).`);
        tellMs += minuteMs;
      }
      return seen;
    },
    { intervalMs: Math.min(pollIntervalMs, minuteMs), limitMs: imageWaitMs },
    ports
  );
  return found ?? absent(request, ports);
}

/** The image that fits; `undefined` where there is none. */
async function findImage(
  { image, imageWaitMs }: RunRequest,
  { bcc, log, cancel }: ImagePorts
): Promise<Image | undefined> {
  if (image.kind === 'id') {
    try {
      return await bcc.getImage(image.id, cancel.signal);
    } catch (error) {
      const isAbsent = error instanceof CallError && error.failure.kind === 'notFound';
      if (isAbsent && imageWaitMs > 0) return undefined;
      throw error;
    }
  }
  const candidates = await bcc.listImages({ imageName: searchText(image.pattern) }, cancel.signal);
  const choice = chooseImage(image.pattern, candidates);
  switch (choice.kind) {
    case 'none':
      return undefined;
    case 'pending':
      return choice.image;
    case 'chosen':
      for (const { id, name, status } of choice.ignored)
        log.warning(`The newer image ${id} (${name}) is ${status} and is passed over.`);
      return choice.image;
    default:
      throw new SurveyError([noChoice(image.pattern, choice)]);
  }
}

/** Reads a last time, and says why there is no image. All names are listed for it, so that similar ones can be named. */
async function absent({ image, imageWaitMs }: RunRequest, { bcc, cancel }: ImagePorts): Promise<never> {
  if (image.kind === 'name') {
    const images = await bcc.listImages({}, cancel.signal);
    throw new SurveyError([noChoice(image.pattern, chooseImage(image.pattern, images))]);
  }
  const cause = `The image ${image.id} was not there when imageWait ended (${formatDuration(imageWaitMs)}).`;
  throw new SurveyError([{ cause, remedy: 'Check imageId and region, or set imageWait higher.' }]);
}

function noChoice(pattern: string, choice: Choice): SurveyProblem {
  const names = (images: readonly Image[]): string =>
    images.map(({ id, name, status }) => `${quote(name)} (${id}, ${status})`).join(', ');
  switch (choice.kind) {
    case 'tie':
      return {
        cause: `imageName ${quote(pattern)} fits images of the same age: ${names(choice.images)}.`,
        remedy: 'Give the imageId of the one that is meant.'
      };
    case 'unfinished':
      return {
        cause: `imageName ${quote(pattern)} fits only images that cannot be used: ${names(choice.images)}.`,
        remedy: 'Make the image again, or give another name.'
      };
    case 'none': {
      const near =
        choice.nearest.length === 0 ? 'There is no image at all.' : `Nearest: ${names(choice.nearest)}.`;
      return {
        cause: `No image of this account in this region fits imageName ${quote(pattern)}. ${near}`,
        remedy: 'Check the name, its case, and the region; an image can be used only where it is.'
      };
    }
    default:
      // It came up between the two lists.
      return { cause: `The image ${quote(pattern)} has only just appeared.`, remedy: 'Run again.' };
  }
}
