import type { Tag } from './selection.ts';

/** A BCC instance as the action needs it; field names are those of the API (BCC page sjwvyoeqr, GetInstance). */
export interface Instance {
  readonly id: string;
  readonly name: string;
  /** As the API spells it; may be a word that no SDK knows. */
  readonly status: string;
  readonly imageId: string;
  readonly imageName: string;
  /** `System`, `Custom`, `Sharing` …; empty where the API does not say. */
  readonly imageType: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly osArch: string;
  readonly zoneName: string;
  readonly spec: string;
  /** Empty where the instance has none. */
  readonly publicIp: string;
  readonly internalIp: string;
  readonly keypairId: string;
  /**
   * The API's int (0 or 1), read as a flag; `undefined` where the reply leaves it out. The service itself guards only
   * release with it.
   */
  readonly deletionProtection: boolean | undefined;
  /** Absent where the reply has no word about tags, which is not the same as none. */
  readonly tags?: readonly Tag[];
}

/** The disk that a rebuild replaces (bce-sdk-go services/bcc/api, VolumeModel with isSystemVolume). */
export interface SystemDisk {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly createTime: string;
  readonly sizeInGB: number;
  /** How many snapshots the disk has; all of them vanish with a rebuild. */
  readonly snapshotNum: number;
  /** As the API spells it; `InUse` is the settled one. */
  readonly status: string;
}

/** A snapshot of a disk (BCC ListSnapshots). */
export interface Snapshot {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createTime: string;
  /** The disk's ID, or for a system disk perhaps the instance's; empty where the API does not say. */
  readonly volumeId: string;
}
