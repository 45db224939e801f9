import type { Image } from '../model/image.ts';

/**
 * How the name of every backup begins. The name holds all that tells a backup, for images have no other field to
 * write to: `rbi-backup/i-demo0001/m-web-1/20261124T091500Z/123456` is instance, earlier image, time and run.
 */
export const backupPrefix = 'rbi-backup/';

/** How many custom images a user may have in a region (BCC page jjwvynviw). */
export const customImageQuota = 20;

/** The longest name that an image may have (BCC page jjwvynviw). */
const maxNameLength = 65;

/** The longest ID of an instance that is written whole; those of today have 10 characters. */
const maxInstanceLength = 20;

/** How much of the run's ID is kept at least where the image's ID is long. */
const minRunLength = 4;

/** The statuses of an image whose making has failed. */
const failedStatuses: readonly string[] = ['CreatedFailed', 'CreateFailed', 'Error'];

/** What a backup's name tells; the image is the one before the rebuild. There is no room for the name of the instance. */
export interface BackupOf {
  readonly instanceId: string;
  readonly imageId: string;
  /** In the years 1970 to 9999. */
  readonly wallMs: number;
  readonly runId: string;
}

/**
 * The name for a backup, within the API's rule: 1 to 65 characters, first a letter, then letters, digits, Chinese
 * characters and `-_ /.`.
 *
 * IDs of today's lengths are written whole. Of longer ones the run's is cut first, and keeps its end, where runs
 * differ; then the image's, and last the instance's. Other characters become `-`. An instance's ID that was
 * altered ends in a dot, which no ID has, so that it can never be taken for the ID of another instance.
 */
export function backupName({ instanceId, imageId, wallMs, runId }: BackupOf): string {
  const instance = isWhole(instanceId) ? instanceId : `${plain(instanceId).slice(0, maxInstanceLength - 1)}.`;
  const time = `${new Date(wallMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const run = plain(runId);
  const fixed = `${backupPrefix}${instance}///${time}`.length;
  const image = plain(imageId).slice(0, maxNameLength - fixed - Math.min(run.length, minRunLength));
  const room = maxNameLength - fixed - image.length;
  return `${backupPrefix}${instance}/${image}/${time}/${run.slice(-room)}`;
}

/**
 * Whether a name is one that `backupName` makes for exactly this instance. For an instance whose ID does not fit
 * into a name as it is, none is: its backups are kept for ever rather than confused.
 */
export function isBackupOf(name: string, instanceId: string): boolean {
  return isWhole(instanceId) && backupTime(name, instanceId) !== undefined;
}

/**
 * The backups of an instance that are beyond the newest `keep`, newest first.
 *
 * An image that is being deployed, or that an instance runs on, is in use and never named; it counts among those that
 * stay. The one just made counts among these, stands before all others, and is never named either. Only custom images are,
 * whose names are ours and of that instance; and only those that are Available or have failed: one in Creating is
 * another run's, and what another status means we do not know. Nobody can roll back to a failed one, so it does
 * not count against `keep` and never pushes out a usable one.
 */
export function backupsToPrune(
  images: readonly Image[],
  instanceId: string,
  keep: number,
  justMadeId: string,
  inUse: ReadonlySet<string>
): readonly Image[] {
  const old = images
    .filter((image) => image.id !== justMadeId && isCustom(image) && isBackupOf(image.name, instanceId))
    .toSorted((one, other) => madeMs(other, instanceId) - madeMs(one, instanceId) || byId(one, other));
  let kept = 1;
  return old.filter(({ id, status }) => {
    const beyond = kept >= keep;
    if (status === 'Available') kept += 1;
    return beyond && !inUse.has(id) && (status === 'Available' || failedStatuses.includes(status));
  });
}

/** How many more custom images there may be, going by the documented quota; never below 0. */
export function quotaLeft(images: readonly Image[]): number {
  return Math.max(0, customImageQuota - images.filter(isCustom).length);
}

/** When an image was made; one whose time cannot be read counts as older than any other. */
export function createdMs({ createTime }: Image): number {
  const ms = Date.parse(createTime);
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

/** The order of IDs, where nothing else tells two images apart. */
export function byId(one: Image, other: Image): number {
  return one.id < other.id ? -1 : Number(one.id > other.id);
}

/** `Custom`, which some replies write in lower case, and those of special machines: `GpuBccCustom`, `EbcCustom`. */
function isCustom({ type }: Image): boolean {
  return /custom$/i.test(type);
}

/** By the service's clock; where that cannot be read, by ours, which is in the name. */
function madeMs(image: Image, instanceId: string): number {
  const ms = createdMs(image);
  return Number.isFinite(ms) ? ms : (backupTime(image.name, instanceId) ?? ms);
}

/** The time in a name of ours: what is read from it must give the same name again. */
function backupTime(name: string, instanceId: string): number | undefined {
  const [, imageId, time, runId] = name.slice(backupPrefix.length).split('/');
  if (imageId === undefined || time === undefined || runId === undefined) return undefined;
  const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const wallMs = iso === time ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(wallMs)) return undefined;
  return backupName({ instanceId, imageId, wallMs, runId }) === name ? wallMs : undefined;
}

function isWhole(instanceId: string): boolean {
  return instanceId.length <= maxInstanceLength && /^[\w-]+$/.test(instanceId);
}

/** Text of which an image's name may consist, and that is not empty. */
function plain(text: string): string {
  return text.replace(/[^\w.-]/g, '-') || '-';
}
