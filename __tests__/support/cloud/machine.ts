/** One instance: what is true of it, and what the service shows. */
import type { Tag } from '../../../src/core/model/selection.ts';
import type { Fate, Manner } from './manner.ts';

/** A rebuild that the service has taken. Times are milliseconds; one that is stuck ends never. */
export interface Wipe {
  readonly instanceId: string;
  readonly imageId: string;
  /** Which run sent it; 0 is somebody before the first. */
  readonly run: number;
  readonly acceptedMs: number;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly ends: Fate['ends'];
}

/** The tags of every instance to begin with. */
export const webTags: readonly Tag[] = [{ key: 'app', value: 'web' }];

interface Change {
  readonly atMs: number;
  apply(): void;
}

/** How an instance is to begin with. */
export interface MachineSpec {
  readonly id: string;
  readonly internalIp: string;
  readonly status: string;
  readonly imageId: string;
  /** How long after it runs on an image it is healthy, or Infinity. */
  healthDelayMs(imageId: string): number;
  /** From when on it is healthy to begin with. */
  readonly healthyFromMs: number;
}

/** An instance of the model. All of it is as of the last `at`. */
export class Machine {
  readonly id: string;
  readonly internalIp: string;
  readonly wipes: Wipe[] = [];
  name: string;
  tags: readonly Tag[] = webTags;
  status: string;
  imageId: string;
  disk: { readonly id: string; readonly createTime: string; readonly status: string };
  /** The truth: which system is on the disk, whether it runs, and from when on it is healthy. */
  system: string;
  power: 'up' | 'down' | 'broken' | 'working';
  healthyFromMs: number;
  busyUntilMs = 0;
  readonly #spec: MachineSpec;
  readonly #manner: Manner;
  #changes: Change[] = [];

  constructor(spec: MachineSpec, manner: Manner) {
    this.#spec = spec;
    this.#manner = manner;
    this.id = spec.id;
    this.internalIp = spec.internalIp;
    this.name = `name-of-${spec.id}`;
    this.status = spec.status;
    this.imageId = spec.imageId;
    this.system = spec.imageId;
    this.power = spec.status === 'Stopped' ? 'down' : spec.status === 'Error' ? 'broken' : 'up';
    this.healthyFromMs = this.power === 'up' ? spec.healthyFromMs : Number.POSITIVE_INFINITY;
    this.disk = { id: `v-${spec.id}`, createTime: '2026-01-01T00:00:00Z', status: 'InUse' };
  }

  /** The instance as it is now. */
  at(nowMs: number): this {
    while (this.#changes[0] !== undefined && this.#changes[0].atMs <= nowMs) this.#changes.shift()?.apply();
    return this;
  }

  /** Whether a rebuild was taken that is not over. */
  isBeingWiped(nowMs: number): boolean {
    return this.wipes.some(({ endsMs }) => endsMs > nowMs);
  }

  /** Somebody puts another system on it at once. */
  moveTo(imageId: string): void {
    this.imageId = imageId;
    this.system = imageId;
  }

  /** Somebody else's change, that ends as it began. */
  changeUntil(atMs: number, status: string): void {
    const before = this.status;
    this.status = status;
    this.busyUntilMs = atMs;
    this.#plan(atMs, () => {
      this.status = before;
    });
  }

  /** An image is being made of it. */
  showUntil(atMs: number, status: string): void {
    const before = this.status;
    this.status = status;
    this.busyUntilMs = Math.max(this.busyUntilMs, atMs);
    this.#plan(atMs, () => {
      this.status = before;
    });
  }

  start(nowMs: number, fails: boolean): void {
    const readyMs = nowMs + this.#manner.powerMs;
    this.status = 'Starting';
    this.busyUntilMs = readyMs;
    this.#plan(readyMs, () => (fails ? this.#break() : this.#boot(readyMs)));
  }

  /** Takes a rebuild; one that is queued begins when the instance is free. */
  wipe(imageId: string, run: number, diskState: Fate, nowMs: number): Wipe | undefined {
    const { ends, workMs } = diskState;
    if (ends === 'nothing') return undefined;
    const { staleMs, statuses, imageFlips, diskChanges, diskShowsCreating, stoppedEnds } = this.#manner;
    const wasDown = this.power === 'down' && this.busyUntilMs <= nowMs;
    const startsMs = Math.max(nowMs + staleMs, this.busyUntilMs);
    const endsMs = ends === 'stuck' ? Number.POSITIVE_INFINITY : startsMs + workMs;
    const wipe: Wipe = {
      instanceId: this.id,
      imageId,
      run,
      acceptedMs: nowMs,
      startsMs,
      endsMs,
      ends
    };
    this.wipes.push(wipe);
    this.busyUntilMs = endsMs;
    const written = ends === 'wrongImage' ? 'm-wrong' : imageId;
    const moments = { accept: nowMs, start: startsMs, end: endsMs };
    if (ends !== 'error' || imageFlips !== 'end') {
      this.#plan(moments[imageFlips], () => {
        this.imageId = written;
      });
    }
    this.#plan(startsMs, () => {
      this.power = 'working';
      this.healthyFromMs = Number.POSITIVE_INFINITY;
      if (diskShowsCreating) this.disk = { ...this.disk, status: 'Creating' };
    });
    statuses.forEach((status, index) => {
      this.#plan(startsMs + (index * workMs) / statuses.length, () => {
        this.status = status;
      });
    });
    this.#plan(moments[diskChanges], () => this.#replaceDisk(moments[diskChanges]));
    this.#plan(endsMs, () => {
      this.system = written;
      this.disk = { ...this.disk, status: 'InUse' };
      if (ends === 'error') this.#break();
      else if (wasDown && stoppedEnds === 'Stopped') {
        this.power = 'down';
        this.status = 'Stopped';
      } else this.#boot(endsMs);
    });
    this.at(nowMs);
    return wipe;
  }

  #break(): void {
    this.power = 'broken';
    this.status = 'Error';
  }

  #boot(atMs: number): void {
    this.power = 'up';
    this.status = 'Running';
    this.healthyFromMs = atMs + this.#spec.healthDelayMs(this.system);
  }

  #replaceDisk(atMs: number): void {
    const { diskReplaced } = this.#manner;
    if (diskReplaced === 'unchanged') return;
    const createTime = new Date(Date.parse('2026-03-01T00:00:00Z') + atMs).toISOString();
    const id = diskReplaced === 'newId' ? `v-${this.id}-${atMs}` : this.disk.id;
    this.disk = { ...this.disk, id, createTime };
  }

  /** Changes of one moment come in the order in which they were planned. */
  #plan(atMs: number, apply: () => void): void {
    if (atMs === Number.POSITIVE_INFINITY) return;
    const at = this.#changes.findLastIndex((change) => change.atMs <= atMs);
    this.#changes = this.#changes.toSpliced(at + 1, 0, { atMs, apply });
  }
}
