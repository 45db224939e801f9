import { randomBytes } from 'node:crypto';
import { type Answer, type Call, queryOf, textOf } from '../http/call.ts';
import { answeredBefore, remember } from '../http/client-tokens.ts';
import { badRequest, noSuchObject, Refusal } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import {
  apiTime,
  type ImageState,
  type InstanceState,
  systemVolumeOf,
  type WorldState
} from '../world/models.ts';
import { findInstance } from './instances.ts';
import { isBusy } from './power.ts';

/** The quota of custom images per user and region (BCC page jjwvynviw). */
const QUOTA = 20;

/** 1 to 65 characters, starting with a letter (BCC page jjwvynviw). */
const NAME = /^[A-Za-z\u4e00-\u9fa5][A-Za-z0-9\u4e00-\u9fa5\-_ /.]{0,64}$/u;

/** GET /v2/image/{id}. */
export function getImage(call: Call): Answer {
  return { json: { image: showImage(call, findImage(call.state, call.id)) } };
}

/** GET /v2/image (BCC page Ajwvynu5r): imageName is a substring; types System and Custom exclude EBC images. */
export function listImages(call: Call): Answer {
  const type = queryOf(call, 'imageType') ?? 'All';
  const part = queryOf(call, 'imageName') ?? '';
  const found = [...call.state.images.values()].filter(
    (image) =>
      image.name.includes(part) &&
      (type === 'All' || image.type === type || (type === 'EbcTotal' && image.type.startsWith('Ebc')))
  );
  return { json: page(call, 'images', found, (image) => showImage(call, image)) };
}

/** POST /v2/image (BCC page jjwvynviw): asynchronous, idempotent by clientToken. */
export function createImage(call: Call): Answer {
  const { behaviour, body, nowMs, world } = call;
  if (behaviour.clientTokenOnImage === 'required' && queryOf(call, 'clientToken') === undefined) {
    throw badRequest('The parameter clientToken is missing.');
  }
  const before = answeredBefore(call, 'CreateImage');
  if (before !== undefined) return before;
  const state = world.at(nowMs);
  const name = textOf(body, 'imageName');
  if (!NAME.test(name)) throw new Refusal(400, 'Image.ImageNameInvalid', 'The image name is invalid.');
  const instance = sourceOf(call, state);
  const custom = [...state.images.values()].filter((image) => image.type.endsWith('Custom'));
  if (custom.length >= QUOTA)
    throw new Refusal(413, 'Image.ImageQuotaExceedLimit', 'The image quota is exceeded.');
  const image = newImage(name, instance, state, nowMs);
  state.images.set(image.id, image);
  finish(call, image.id, textOf(body, 'instanceId') === '' ? undefined : instance);
  return remember(call, 'CreateImage', { json: { imageId: image.id } });
}

/** DELETE /v2/image/{id} (BCC page Sjwvynt2u). */
export function deleteImage(call: Call): Answer {
  const state = call.world.at(call.nowMs);
  const image = findImage(state, call.id);
  if (!image.type.endsWith('Custom')) {
    throw new Refusal(403, 'Image.UnCustomImageCannotBeDeleted', 'Only custom images can be deleted.');
  }
  if (image.status === 'Creating') {
    throw new Refusal(
      409,
      'Image.CreatingImageCannotBeDeleted',
      'An image that is being created cannot be deleted.'
    );
  }
  if (image.shared) {
    throw new Refusal(409, 'Image.ImageHasBeenSharedToOthers', 'An image that is shared cannot be deleted.');
  }
  state.images.delete(call.id);
  return {};
}

/** Finds an image, or throws the service's 404. */
export function findImage(state: WorldState, id: string): ImageState {
  const image = state.images.get(id);
  if (image === undefined) throw noSuchObject(`image ${id}`);
  return image;
}

function showImage(call: Call, image: ImageState): Record<string, unknown> {
  const { shared, tags, ...shown } = image;
  return { ...shown, ephemeralSize: 0, snapshots: [], ...(call.behaviour.imagesCarryTags ? { tags } : {}) };
}

/** The instance whose system disk becomes the image. instanceId takes precedence over snapshotId. */
function sourceOf(call: Call, state: WorldState): InstanceState {
  const instanceId = textOf(call.body, 'instanceId');
  if (instanceId !== '') {
    const instance = findInstance(state, instanceId);
    if (!['Running', 'Stopped'].includes(instance.status) || isBusy(instance, call.nowMs)) {
      throw new Refusal(409, 'Image.InstanceStatusForbidden', `The instance is ${instance.status}.`);
    }
    return instance;
  }
  const snapshotId = textOf(call.body, 'snapshotId');
  if (snapshotId === '') throw badRequest('One of the parameters instanceId and snapshotId is needed.');
  const snapshot = state.snapshots.get(snapshotId);
  if (snapshot === undefined) throw noSuchObject(`snapshot ${snapshotId}`);
  const volume = state.volumes.get(snapshot.volumeId);
  if (volume?.isSystemVolume !== true || snapshot.status !== 'Available') {
    throw badRequest('The snapshot must be an available one of a system disk.');
  }
  return findInstance(state, volume.instanceId);
}

function newImage(name: string, instance: InstanceState, state: WorldState, nowMs: number): ImageState {
  const size = systemVolumeOf(state, instance.id)?.diskSizeInGB ?? 40;
  const { osType, osName, osVersion, osArch } = instance;
  return {
    id: `m-${randomBytes(4).toString('hex')}`,
    name,
    type: 'Custom',
    status: 'Creating',
    osType,
    osName,
    osVersion,
    osArch,
    osBuild: '',
    osLang: 'ENG',
    specialVersion: '',
    createTime: apiTime(nowMs),
    desc: '',
    package: false,
    encrypted: false,
    minDiskGb: size,
    diskSize: size,
    tags: [],
    shared: false,
    agent: instance.guest.hasAgent
  };
}

function finish(call: Call, imageId: string, instance: InstanceState | undefined): void {
  const plays = call.faults.world(instance?.id);
  const ending = plays.find((play) => play.kind === 'imageEndsIn');
  const stuck = plays.some((play) => play.kind === 'imageStuck');
  const endsAtMs = stuck ? Number.POSITIVE_INFINITY : call.nowMs + call.behaviour.imageMs;
  call.world.plan({
    atMs: endsAtMs,
    owner: imageId,
    apply: (state) => {
      const image = state.images.get(imageId);
      if (image !== undefined) image.status = ending?.status ?? 'Available';
    }
  });
  if (instance === undefined || !call.behaviour.imageShowsProcessing) return;
  const { id, status } = instance;
  instance.status = 'ImageProcessing';
  instance.busyUntilMs = endsAtMs;
  call.world.plan({
    atMs: endsAtMs,
    owner: id,
    apply: (state) => {
      const source = state.instances.get(id);
      if (source !== undefined) source.status = status;
    }
  });
}
