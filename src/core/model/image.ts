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
