/** An image as the action needs it; field names are those of the API (BCC page Ajwvynu5r, ListImages). */
export interface Image {
  readonly id: string;
  readonly name: string;
  /** `System`, `Custom`, `Sharing`, `Integration`, `Gpu…`, `Ebc…`: as the API spells it. */
  readonly type: string;
  /** `linux` or `windows`, in whichever case the API gives it. */
  readonly osType: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly osArch: string;
  /** ISO 8601, UTC. */
  readonly createTime: string;
  /** `Creating`, `CreatedFailed` (older SDKs: `CreateFailed`), `Available`, `NotAvailable`, `Error`. */
  readonly status: string;
  /** The smallest system disk that the image fits on, in GB; 0 where the API does not say. */
  readonly minDiskGb: number;
}

/** Which images to list; what is missing or empty does not filter. */
export interface ImageFilter {
  /** `System`, `Custom`, `Sharing` and so on; without it the service lists all. */
  readonly imageType?: string;
  /** A part of the name: the service does not look for whole names. */
  readonly imageName?: string;
}

/** What image to make of which instance. */
export interface ImageSpec {
  /** 1 to 65 characters, the first one a letter. */
  readonly imageName: string;
  /** Running or stopped; its system disk becomes the image. */
  readonly instanceId: string;
  /** A UUID for each image that is wanted: the service knows a repetition by it, for 24 hours. */
  readonly clientToken: `${string}-${string}-${string}-${string}-${string}`;
}
