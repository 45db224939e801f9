import type { HealthCheck } from '../core/health/check.ts';
import type { Values } from './fields.ts';

/** Which image to rebuild from: the one with an ID, or the newest whose name is or matches a pattern. */
export type ImageConfig =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly pattern: string };

/** A backup before the wipe. */
export interface BackupConfig {
  /** How many backups of an instance stay, the new one included; 1 to 19. Unset where all stay. */
  readonly keep?: number;
}

/** What counts as healthy after the rebuild. */
export interface HealthConfig {
  /** At least one; all must pass. */
  readonly checks: readonly HealthCheck[];
  /** From `Running` on; 10 s to 2 h. */
  readonly deadlineMs: number;
  /** At most 1 h, and shorter than `deadlineMs`; with 0 one success will do. */
  readonly minHealthyTimeMs: number;
}

/** Without a problem exactly one of the two is there. */
export function toImage({ imageId, imageName = '' }: Values): ImageConfig {
  return imageId === undefined ? { kind: 'name', pattern: imageName } : { kind: 'id', id: imageId };
}

/** No backup where none is asked for. */
export function toBackup({ backupImage, backupKeep }: Values): BackupConfig | undefined {
  if (!backupImage) return undefined;
  return backupKeep === undefined ? {} : { keep: backupKeep };
}

/** No health where no check is given, whatever the times are. */
export function toHealth({ healthCheck, healthDeadline, minHealthyTime }: Values): HealthConfig | undefined {
  return healthCheck === undefined
    ? undefined
    : { checks: healthCheck, deadlineMs: healthDeadline, minHealthyTimeMs: minHealthyTime };
}
