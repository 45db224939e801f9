import { isUtf8 } from 'node:buffer';
import type { Image } from '../../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../../core/model/instance.ts';
import { Secret } from '../../core/model/secret.ts';
import type { Tag } from '../../core/model/selection.ts';
import { count, DecodeError, flag, optionalFlag, record, text, vital, word } from './json-fields.ts';

/** A disk of an instance; only the system disk matters to a rebuild. */
export interface Volume extends SystemDisk {
  readonly isSystemVolume: boolean;
  /** The ids of the instances that it is attached to. */
  readonly attachedTo: readonly string[];
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; missing on the last one. */
  readonly nextMarker?: string;
  /** What was left out because it could not be understood, and why; only of lists that are not essential. */
  readonly leftOut?: string;
}

/** The answer of GetInstance. Throws `DecodeError`. */
export function decodeInstanceReply(json: unknown): Instance {
  return decodeInstance(record(json, 'answer')['instance']);
}

/** The answer of GetImage. Throws `DecodeError`. */
export function decodeImageReply(json: unknown): Image {
  return decodeImage(record(json, 'answer')['image']);
}

/** The id of the image that CreateImage is making (BCC page jjwvynviw). Throws `DecodeError`. */
export function decodeImageId(json: unknown): string {
  return vital(record(json, 'answer'), 'imageId');
}

/**
 * The script of an instance, which comes as base64 (BCC page om4wfql2o); `undefined` where there is none. Throws
 * `DecodeError` for anything that does not decode to text without loss, since a rollback may send it again.
 */
export function decodeUserData(json: unknown): Secret | undefined {
  const userData = record(json, 'answer')['userData'] ?? '';
  if (typeof userData !== 'string') {
    throw new DecodeError('"userData" is not a text');
  }
  const base64 = userData.replace(/\s/g, '');
  const bytes = Buffer.from(base64, 'base64');
  const again = bytes.toString('base64');
  // Buffer skips what is no base64; padding alone may be missing.
  if (base64 !== again && base64 !== again.replace(/=+$/, '')) {
    throw new DecodeError('"userData" is not base64');
  }
  if (!isUtf8(bytes)) {
    throw new DecodeError('"userData" holds bytes that are not text');
  }
  return bytes.length === 0 ? undefined : new Secret(bytes.toString('utf8'));
}

/** One page of a list under `key`; an item that cannot be understood spoils the page. Throws `DecodeError`. */
export function decodePage<T>(json: unknown, key: string, decodeItem: (item: unknown) => T): Page<T> {
  const reply = record(json, 'answer');
  // A list without members is null where the service is written in Go.
  const list = reply[key] === null ? [] : reply[key];
  if (!Array.isArray(list)) {
    throw new DecodeError(`"${key}" is not a list`);
  }
  const items = list.map(decodeItem);
  return flag(reply, 'isTruncated') ? { items, nextMarker: vital(reply, 'nextMarker') } : { items };
}

/**
 * One page of a list that is not essential: an item that cannot be understood is left out, and so is a list that is
 * missing. Throws `DecodeError` where the answer is no object at all.
 */
export function decodeHelpfulPage<T>(json: unknown, key: string, decodeItem: (item: unknown) => T): Page<T> {
  const reply = record(json, 'answer');
  if (reply[key] === undefined) return { items: [], leftOut: `"${key}" is missing` };
  let leftOut: string | undefined;
  const page = decodePage(json, key, (item) => {
    try {
      return [decodeItem(item)];
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      leftOut ??= error.message;
      return [];
    }
  });
  return { ...page, items: page.items.flat(), ...(leftOut === undefined ? {} : { leftOut }) };
}

/** One instance (BCC page sjwvyoeqr). Throws `DecodeError` where id, status or imageId is missing. */
export function decodeInstance(json: unknown): Instance {
  const from = record(json, 'instance');
  const tags = decodeTags(from['tags']);
  return {
    id: vital(from, 'id'),
    name: text(from, 'name'),
    status: vital(from, 'status'),
    imageId: vital(from, 'imageId'),
    imageName: text(from, 'imageName'),
    imageType: text(from, 'imageType'),
    osName: text(from, 'osName'),
    osVersion: text(from, 'osVersion'),
    osArch: text(from, 'osArch'),
    zoneName: text(from, 'zoneName'),
    spec: text(from, 'spec'),
    publicIp: text(from, 'publicIp'),
    internalIp: text(from, 'internalIp'),
    keypairId: word(from, 'keypairId'),
    deletionProtection: optionalFlag(from, 'deletionProtection'),
    expireTime: text(from, 'expireTime'),
    ...(tags === undefined ? {} : { tags })
  };
}

/** One image (BCC page Ajwvynu5r). Throws `DecodeError` where id or status is missing. */
export function decodeImage(json: unknown): Image {
  const from = record(json, 'image');
  return {
    id: vital(from, 'id'),
    name: text(from, 'name'),
    type: text(from, 'type'),
    osType: text(from, 'osType'),
    osName: text(from, 'osName'),
    osVersion: text(from, 'osVersion'),
    osArch: text(from, 'osArch'),
    createTime: text(from, 'createTime'),
    status: vital(from, 'status'),
    minDiskGb: count(from, 'minDiskGb')
  };
}

/**
 * One disk (bce-sdk-go services/bcc/api, VolumeModel); a status that is missing is empty. Throws `DecodeError` where the
 * ID of a system disk is missing; of other disks nothing rests on it.
 */
export function decodeVolume(json: unknown): Volume {
  const from = record(json, 'volume');
  const isSystemVolume = flag(from, 'isSystemVolume');
  const needed = isSystemVolume ? vital : text;
  return {
    id: needed(from, 'id'),
    createTime: text(from, 'createTime'),
    sizeInGB: count(from, 'diskSizeInGB'),
    snapshotNum: count(from, 'snapshotNum'),
    // A disk in use is spelled in more than one way, in the vendor's own documents too.
    status: word(from, 'status').replace(/^in[-_]?use$/i, 'InUse'),
    isSystemVolume,
    attachedTo: listOf(from['attachments'])
      .map((attachment) => word({ ...Object(attachment) }, 'instanceId'))
      .filter((id) => id !== '')
  };
}

/** One snapshot (BCC ListSnapshots); it only informs, so that any field may be missing. */
export function decodeSnapshot(json: unknown): Snapshot {
  const from = record(json, 'snapshot');
  return {
    id: text(from, 'id'),
    name: text(from, 'name'),
    createTime: text(from, 'createTime'),
    volumeId: word(from, 'volumeId')
  };
}

/**
 * The tags of an instance, none of them where the list is null, as it is where the service is written in Go.
 * `undefined` where there is no list, or one with a tag that cannot be read.
 */
function decodeTags(json: unknown): readonly Tag[] | undefined {
  if (json !== null && !Array.isArray(json)) {
    return undefined;
  }
  const tags = listOf(json).map((tag) => {
    const from = { ...Object(tag) };
    return { key: text(from, 'tagKey'), value: text(from, 'tagValue') };
  });
  return tags.some(({ key }) => key === '') ? undefined : tags;
}

function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}
