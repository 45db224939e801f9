import type { WorldPlay } from '../faults/faults.ts';
import { type Answer, type Call, queryOf, textOf } from '../http/call.ts';
import { answeredBefore, remember } from '../http/client-tokens.ts';
import { badRequest, Refusal } from '../http/errors.ts';
import type { Behaviour } from '../world/behaviour.ts';
import type { ImageState, InstanceState, Login } from '../world/models.ts';
import { systemVolumeOf } from '../world/models.ts';
import { findImage } from './images.ts';
import { batchIds, findInstance } from './instances.ts';
import { loginOf, userDataOf } from './login.ts';
import { isBusy } from './power.ts';
import { planRebuild } from './rebuild-plan.ts';
import { ownRebuildMs, rebuildTimeline, replayedTimeline } from './rebuild-timeline.ts';
import { planSnapshot } from './snapshots.ts';

/** Stable statuses that permit a rebuild. No page lists them; key pairs and images need Running or Stopped. */
const REBUILDABLE = ['Running', 'Stopped', 'Error'];
/** Statuses of an instance that can no longer be used. */
const GONE = ['Expired', 'Deleted', 'Recycled'];

/** PUT /v2/instance/{id}?rebuild (BCC page 1jwvyoaw8). */
export function rebuildInstance(call: Call): Answer {
  return runOnce(call, 'RebuildInstance', () => {
    const { image, login } = whatToWrite(call);
    const instance = findInstance(call.world.at(call.nowMs), call.id);
    checkInstance(call, instance, image);
    accept(call, instance, image, login);
  });
}

/** PUT /v2/instance/rebuild (BCC page Fk48bhw50): up to 100; the reply says nothing about single instances. */
export function rebuildBatchInstance(call: Call): Answer {
  return runOnce(call, 'RebuildBatchInstance', () => {
    const ids = batchIds(call);
    const { image, login } = whatToWrite(call);
    const { good, refusal } = splitBatch(call, ids, image);
    const partial = find(call.faults.world(), 'partialBatch');
    for (const instance of good.slice(0, partial?.count)) accept(call, instance, image, login);
    if (partial !== undefined) {
      const { status = 500, code = 'InternalError' } = partial;
      throw new Refusal(status, code, 'A part of the instances could not be rebuilt.');
    }
    if (refusal !== undefined) throw refusal;
  });
}

/** The instances of a batch to rebuild, and the refusal to reply with afterwards, as `batchWithBadId` says. */
function splitBatch(
  call: Call,
  ids: readonly string[],
  image: ImageState
): { readonly good: readonly InstanceState[]; readonly refusal?: Refusal } {
  const good: InstanceState[] = [];
  for (const id of ids) {
    try {
      const instance = findInstance(call.world.at(call.nowMs), id);
      checkInstance(call, instance, image);
      good.push(instance);
    } catch (refusal) {
      if (call.behaviour.batchWithBadId === 'none' || !(refusal instanceof Refusal)) throw refusal;
      if (call.behaviour.batchWithBadId === 'refusedInPart') return { good, refusal };
    }
  }
  return { good };
}

/** Runs a rebuild as the switches for clientToken, refusals and the reply say. */
function runOnce(call: Call, operation: string, work: () => void): Answer {
  const { behaviour } = call;
  const token = queryOf(call, 'clientToken');
  if (token !== undefined && behaviour.clientTokenOnRebuild === 'rejected') {
    throw badRequest('The parameter clientToken is unknown.');
  }
  const honoured = behaviour.clientTokenOnRebuild === 'honoured';
  const before = honoured ? answeredBefore(call, operation) : undefined;
  if (before !== undefined) return before;
  try {
    work();
  } catch (refusal) {
    if (behaviour.refusals === 'specific' || !(refusal instanceof Refusal)) throw refusal;
    throw badRequest(refusal.message);
  }
  const answer: Answer = {
    ...(behaviour.rebuildReply === 'object' ? { json: {} } : {}),
    contentType: behaviour.rebuildReplyContentType
  };
  return honoured ? remember(call, operation, answer) : answer;
}

function whatToWrite(call: Call): { image: ImageState; login: Login } {
  const image = findImage(call.world.at(call.nowMs), textOf(call.body, 'imageId'));
  if (image.status !== 'Available') {
    throw new Refusal(409, 'Image.ImageStatusForbidden', `The image is ${image.status}.`);
  }
  return { image, login: loginOf(call, image) };
}

function checkInstance(call: Call, instance: InstanceState, image: ImageState): void {
  const { behaviour, nowMs } = call;
  const { status } = instance;
  const changing = isBusy(instance, nowMs) || !(REBUILDABLE.includes(status) || GONE.includes(status));
  const stopped = status === 'Stopped' && !changing;
  if (
    GONE.includes(status) ||
    (changing && !acceptsSecond(instance, behaviour)) ||
    (stopped && (instance.ebc || behaviour.stoppedInstance === 'refused'))
  ) {
    throw new Refusal(409, 'Instance.RebuildInstanceOperationForbidden', `The instance is ${status}.`);
  }
  if (instance.deletionProtection === 1 && behaviour.protectedInstance === 'refused') {
    throw new Refusal(403, 'Instance.RebuildInstanceOperationForbidden', 'The instance is protected.');
  }
  if (instance.osType !== image.osType && behaviour.osChange === 'refused') {
    throw badRequest('The operating system of the image is not that of the instance.');
  }
  const disk = systemVolumeOf(call.world.at(nowMs), instance.id);
  if (disk !== undefined && image.minDiskGb > disk.diskSizeInGB) {
    throw badRequest(
      `The image needs a system disk of ${image.minDiskGb} GB, and this one has ${disk.diskSizeInGB}.`
    );
  }
}

/** Whether a rebuild is accepted while another operation is under way. */
function acceptsSecond(
  { status }: InstanceState,
  { secondRebuild }: Pick<Behaviour, 'secondRebuild'>
): boolean {
  return secondRebuild === 'queued' || (secondRebuild === 'whileRunning' && status === 'Running');
}

function accept(call: Call, instance: InstanceState, requested: ImageState, login: Login): void {
  const { behaviour, nowMs, world } = call;
  const plays = call.faults.world(instance.id);
  const snapshot = find(plays, 'snapshotAt');
  if (snapshot !== undefined) planSnapshot(world, instance.id, nowMs + snapshot.afterMs, snapshot.ms);
  if (plays.some((play) => play.kind === 'lostRebuild')) return;
  const wrong = find(plays, 'wrongImage')?.imageId;
  const imageId = wrong ?? requested.id;
  const image = world.at(nowMs).images.get(imageId) ?? { ...requested, id: imageId, name: '' };
  const stuck = find(plays, 'stuck')?.status;
  const unknownStatus = find(plays, 'unknownStatus')?.status;
  const wasStopped = instance.status === 'Stopped' && !isBusy(instance, nowMs);
  const usual = wasStopped && behaviour.stoppedInstance === 'endsStopped' ? 'Stopped' : 'Running';
  const finalStatus = find(plays, 'endsIn')?.status ?? usual;
  const freeAtMs = isBusy(instance, nowMs) ? instance.busyUntilMs : nowMs;
  const own = { ...behaviour, rebuildMs: ownRebuildMs(instance.id, behaviour) };
  const replayed = call.memory.replay.get(instance.id);
  // The recording has one rebuild; further rebuilds of the instance follow the switches.
  call.memory.replay.delete(instance.id);
  const usualTimeline = rebuildTimeline(nowMs, freeAtMs, finalStatus, own, {
    ...(stuck === undefined ? {} : { stuck }),
    ...(unknownStatus === undefined ? {} : { unknownStatus })
  });
  const timeline = replayed === undefined ? usualTimeline : replayedTimeline(nowMs, replayed);
  const userData = userDataOf(call, instance.userData);
  instance.busyUntilMs = timeline.endsAtMs;
  const diskSettles = !plays.some((play) => play.kind === 'diskNeverSettles');
  const replacesSystem = !plays.some((play) => play.kind === 'ghost');
  planRebuild({
    world,
    behaviour,
    instanceId: instance.id,
    image,
    login,
    userData,
    timeline,
    diskSettles,
    ...(replayed?.diskId === undefined ? {} : { newDiskId: replayed.diskId }),
    replacesSystem
  });
  const eye = call.body['isOpenHostEye'];
  call.memory.rebuilds.push({
    instanceId: instance.id,
    imageId,
    requestedImageId: requested.id,
    login: login.kind,
    ...(login.kind === 'adminPass' ? { adminPass: login.adminPass } : {}),
    ...(login.kind === 'keypairId' ? { keypairId: login.keypairId } : {}),
    userData,
    isOpenHostEye: typeof eye === 'boolean' ? eye : behaviour.isOpenHostEyeDefault,
    requestId: call.requestId,
    acceptedAtMs: nowMs,
    startsAtMs: timeline.startsAtMs,
    endsAtMs: timeline.endsAtMs
  });
}

function find<K extends WorldPlay['kind']>(
  plays: readonly WorldPlay[],
  kind: K
): Extract<WorldPlay, { kind: K }> | undefined {
  return plays.find((play): play is Extract<WorldPlay, { kind: K }> => play.kind === kind);
}
