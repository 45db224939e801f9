import { boot, shutDown } from '../assistant/guest.ts';
import { type Answer, type Call, isObject } from '../http/call.ts';
import { badRequest, inappropriateJson, Refusal } from '../http/errors.ts';
import type { InstanceState, Tag } from '../world/models.ts';
import { findInstance } from './instances.ts';

/** PUT /v2/instance/{id}?start: only a stopped one; Starting at once. */
export function startInstance(call: Call): Answer {
  return move(call, 'Stopped', 'Starting', 'Running', 'Instance.StartInstanceOperationForbidden');
}

/** PUT /v2/instance/{id}?stop: only a running one. */
export function stopInstance(call: Call): Answer {
  return move(call, 'Running', 'Stopping', 'Stopped', 'Instance.StopInstanceOperationForbidden');
}

/** PUT /v2/instance/{id}?reboot: only a running one; Starting at once. */
export function rebootInstance(call: Call): Answer {
  return move(call, 'Running', 'Starting', 'Running', 'Instance.RebootInstanceOperationForbidden');
}

function move(call: Call, from: string, over: string, to: string, code: string): Answer {
  const instance = findInstance(call.world.at(call.nowMs), call.id);
  if (instance.status !== from || isBusy(instance, call.nowMs)) {
    throw new Refusal(409, code, `The instance is ${instance.status}, which does not permit the operation.`);
  }
  const endsAtMs = call.nowMs + call.behaviour.powerMs;
  instance.status = over;
  instance.busyUntilMs = endsAtMs;
  shutDown(instance.guest, call.nowMs);
  showLater(call, instance.id, endsAtMs, to);
  return {};
}

/** Plans a status. */
function showLater(call: Call, instanceId: string, atMs: number, status: string): void {
  call.world.plan({
    atMs,
    owner: instanceId,
    apply: (state) => {
      const instance = state.instances.get(instanceId);
      if (instance === undefined) return;
      instance.status = status;
      const hasAgent = state.images.get(instance.imageId)?.agent ?? true;
      if (status === 'Running') boot(instance.guest, instanceId, atMs, hasAgent);
    }
  });
}

/** Whether something is being done to an instance, even where its status does not show it yet. */
export function isBusy(instance: InstanceState, nowMs: number): boolean {
  return instance.busyUntilMs > nowMs;
}

/** PUT /v2/instance/{id}/deletionProtection (BCC page 0kstrzyz9). It guards the release, not a rebuild. */
export function instanceDeletionProtection(call: Call): Answer {
  const value = call.body['deletionProtection'];
  if (value !== 0 && value !== 1) throw badRequest('The parameter deletionProtection must be 0 or 1.');
  findInstance(call.world.at(call.nowMs), call.id).deletionProtection = value;
  return {};
}

/** PUT /v2/instance/{id}/tag?bind. */
export function bindInstanceTags(call: Call): Answer {
  const instance = findInstance(call.world.at(call.nowMs), call.id);
  const changes = changeTags(call);
  const keys = new Set(changes.map((tag) => tag.tagKey));
  instance.tags = [...instance.tags.filter((tag) => !keys.has(tag.tagKey)), ...changes];
  return {};
}

/** PUT /v2/instance/{id}/tag?unbind. */
export function unbindInstanceTags(call: Call): Answer {
  const instance = findInstance(call.world.at(call.nowMs), call.id);
  const gone = new Set(changeTags(call).map((tag) => JSON.stringify([tag.tagKey, tag.tagValue])));
  instance.tags = instance.tags.filter((tag) => !gone.has(JSON.stringify([tag.tagKey, tag.tagValue])));
  return {};
}

function changeTags(call: Call): Tag[] {
  const list: unknown = call.body['changeTags'];
  return (Array.isArray(list) ? list : []).map((each: unknown) => {
    const tagKey = isObject(each) ? each['tagKey'] : undefined;
    const tagValue = isObject(each) ? (each['tagValue'] ?? '') : '';
    if (typeof tagKey !== 'string' || tagKey === '' || typeof tagValue !== 'string') {
      throw inappropriateJson('its item changeTags is not a list of tags');
    }
    return { tagKey, tagValue };
  });
}
