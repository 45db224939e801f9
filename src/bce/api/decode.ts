import { isUtf8 } from 'node:buffer';
import type { Image } from '../../core/model/image.ts';
import type { Instance, Snapshot, SystemDisk } from '../../core/model/instance.ts';
import { Secret } from '../../core/model/secret.ts';
import type { Tag } from '../../core/model/selection.ts';
import {
  count,
  DecodeError,
  flag,
  list,
  optionalFlag,
  record,
  requiredWord,
  text,
  texts,
  word
} from './json-fields.ts';

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

/** The object with one of the IDs that were asked for; another one is never taken for it. Throws `DecodeError`. */
export function oneOf<T extends { readonly id: string }>(thing: T, ids: readonly string[]): T {
  if (!ids.includes(thing.id)) throw new DecodeError('it is about another ID than the one asked for');
  return thing;
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
  const items = list(reply[key], key).map(decodeItem);
  return flag(reply, 'isTruncated') ? { items, nextMarker: requiredWord(reply, 'nextMarker') } : { items };
}

/**
 * One page of a list that is not essential: an item that cannot be understood is left out, and so is a list that is
 * missing. Throws `DecodeError` where the answer is no object at all.
 */
export function decodeOptionalPage<T>(json: unknown, key: string, decodeItem: (item: unknown) => T): Page<T> {
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
    ...texts(from, ['name', 'imageName', 'imageType', 'osName', 'osVersion', 'osArch']),
    ...texts(from, ['zoneName', 'spec', 'publicIp', 'internalIp']),
    id: requiredWord(from, 'id'),
    status: requiredWord(from, 'status'),
    imageId: requiredWord(from, 'imageId'),
    keypairId: word(from, 'keypairId'),
    deletionProtection: optionalFlag(from, 'deletionProtection'),
    ...(tags === undefined ? {} : { tags })
  };
}

/** One image (BCC page Ajwvynu5r). Throws `DecodeError` where id or status is missing. */
export function decodeImage(json: unknown): Image {
  const from = record(json, 'image');
  return {
    ...texts(from, ['name', 'type', 'osType', 'osName', 'osVersion', 'osArch', 'createTime']),
    id: requiredWord(from, 'id'),
    status: requiredWord(from, 'status'),
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
  const needed = isSystemVolume ? requiredWord : text;
  const { attachments } = from;
  return {
    id: needed(from, 'id'),
    createTime: text(from, 'createTime'),
    sizeInGB: count(from, 'diskSizeInGB'),
    snapshotNum: count(from, 'snapshotNum'),
    // A disk in use is spelled in more than one way, in the vendor's own documents too.
    status: word(from, 'status').replace(/^in[-_]?use$/i, 'InUse'),
    isSystemVolume,
    attachedTo: (Array.isArray(attachments) ? attachments : [])
      .map((attachment) => word({ ...Object(attachment) }, 'instanceId'))
      .filter((id) => id !== '')
  };
}

/** One snapshot (BCC ListSnapshots); it only informs, so that any field may be missing. */
export function decodeSnapshot(json: unknown): Snapshot {
  const from = record(json, 'snapshot');
  return { ...texts(from, ['id', 'name', 'createTime']), volumeId: word(from, 'volumeId') };
}

/**
 * The tags of an instance, none of them where the list is null, as it is where the service is written in Go.
 * `undefined` where there is no list, or one with a tag that cannot be read.
 */
function decodeTags(json: unknown): readonly Tag[] | undefined {
  if (json === null) return [];
  if (!Array.isArray(json)) return undefined;
  const tags = json.map((tag) => {
    const from = { ...Object(tag) };
    return { key: text(from, 'tagKey'), value: text(from, 'tagValue') };
  });
  return tags.some(({ key }) => key === '') ? undefined : tags;
}
