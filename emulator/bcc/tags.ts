import type { Answer, Call } from '../http/call.ts';
import { inappropriateJson } from '../http/errors.ts';
import { isObject } from '../http/json.ts';
import type { Tag } from '../world/models.ts';
import { findInstance } from './instances.ts';

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
