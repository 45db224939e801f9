/** One instance: what is true of it, and what the service shows. */
import type { Tag } from '../../../src/core/model/selection.ts';
import type { RebuildOutcome, ServiceBehaviour } from './behaviour.ts';
import { longestLagMs, type SnapshotSchedule } from './conditions.ts';

/** What the service shows of an instance, from a moment on. */
export interface Shown {
  readonly atMs: number;
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly status: string;
  readonly imageId: string;
  readonly disk: { readonly id: string; readonly createTime: string; readonly status: string };
  readonly isDeleted: boolean;
}

/** A rebuild that the service has taken. Times are milliseconds; one that is stuck ends never. */
export interface Wipe {
  readonly instanceId: string;
  readonly imageId: string;
  /** Which run sent it; 0 is somebody before the first. */
  readonly run: number;
  readonly acceptedMs: number;
  readonly startsMs: number;
  readonly endsMs: number;
  readonly ends: RebuildOutcome['ends'];
  /** What was shown when it was taken. */
  readonly before: Shown;
  /** The runs that a read has shown anything of it, be it of the instance or of its disk. */
  readonly shownTo: { readonly instance: Set<number>; readonly disk: Set<number> };
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
  disk: Shown['disk'];
  isDeleted = false as boolean;
  /** The truth: which system is on the disk, whether it runs, and from when on it is healthy. */
  system: string;
  power: 'up' | 'down' | 'broken' | 'working';
  healthyFromMs: number;
  busyUntilMs = 0;
  readonly #spec: MachineSpec;
  readonly #behaviour: ServiceBehaviour;
  readonly #changes: Change[] = [];
  /** What was shown lately, for the replicas that are behind. */
  #past: Shown[] = [];

  constructor(spec: MachineSpec, behaviour: ServiceBehaviour) {
    this.#spec = spec;
    this.#behaviour = behaviour;
    this.id = spec.id;
    this.internalIp = spec.internalIp;
    this.name = `name-of-${spec.id}`;
    this.status = spec.status;
    this.imageId = spec.imageId;
    this.system = spec.imageId;
    this.power = spec.status === 'Stopped' ? 'down' : spec.status === 'Error' ? 'broken' : 'up';
    this.healthyFromMs = this.power === 'up' ? spec.healthyFromMs : Number.POSITIVE_INFINITY;
    this.disk = { id: `v-${spec.id}`, createTime: '2026-01-01T00:00:00Z', status: 'InUse' };
    this.#past.push(this.#shown(Number.NEGATIVE_INFINITY));
  }

  /** The instance as it is now. */
  at(nowMs: number): this {
    for (let next = this.#changes[0]; next !== undefined && next.atMs <= nowMs; next = this.#changes[0]) {
      this.#changes.shift();
      next.apply();
      this.#keep(next.atMs);
    }
    return this;
  }

  /** What a replica shows that is so far behind. */
  shownBy(lagMs: number, nowMs: number): Shown {
    this.at(nowMs);
    const found = this.#past.findLast(({ atMs }) => atMs <= nowMs - lagMs) ?? this.#past[0];
    return found ?? this.#shown(nowMs);
  }

  /** Somebody gives it another name or other tags. */
  label(nowMs: number, change: { readonly name?: string; readonly tags?: readonly Tag[] }): void {
    this.name = change.name ?? this.name;
    this.tags = change.tags ?? this.tags;
    this.#keep(nowMs);
  }

  /** Somebody stops it. */
  stop(nowMs: number): void {
    const downMs = nowMs + this.#behaviour.powerMs;
    this.status = 'Stopping';
    this.power = 'down';
    this.healthyFromMs = Number.POSITIVE_INFINITY;
    this.busyUntilMs = downMs;
    this.#keep(nowMs);
    this.#plan(downMs, () => {
      this.status = 'Stopped';
    });
  }

  /** Somebody deletes it. */
  delete(nowMs: number): void {
    this.isDeleted = true;
    this.power = 'broken';
    this.#keep(nowMs);
  }

  /** A policy takes snapshots of it from now on; one that is busy is passed over. */
  schedule({ firstMs, everyMs, lastsMs }: SnapshotSchedule, offsetMs: number, shows: boolean): void {
    for (let count = 0; count < 12; count += 1) {
      const atMs = firstMs + offsetMs + count * everyMs;
      this.#plan(atMs, () => {
        if (this.isDeleted || this.busyUntilMs > atMs || this.power === 'broken') return;
        this.busyUntilMs = atMs + lastsMs;
        if (shows) this.#showFor(lastsMs, atMs, 'SnapshotProcessing');
      });
    }
  }

  /** Whether a rebuild was taken that is not over. */
  isBeingWiped(nowMs: number): boolean {
    return this.wipes.some(({ endsMs }) => endsMs > nowMs);
  }

  /** Somebody puts another system on it at once. */
  moveTo(imageId: string, nowMs: number): void {
    this.imageId = imageId;
    this.system = imageId;
    this.#keep(nowMs);
  }

  /** Somebody else's change, that ends as it began. */
  changeUntil(atMs: number, status: string): void {
    this.busyUntilMs = atMs;
    this.#showFor(atMs, 0, status);
  }

  /** An image is being made of it. */
  showUntil(atMs: number, status: string, nowMs: number): void {
    this.busyUntilMs = Math.max(this.busyUntilMs, atMs);
    this.#showFor(atMs - nowMs, nowMs, status);
  }

  #showFor(forMs: number, nowMs: number, status: string): void {
    const before = this.status;
    this.status = status;
    this.#keep(nowMs);
    this.#plan(nowMs + forMs, () => {
      this.status = before;
    });
  }

  start(nowMs: number, fails: boolean): void {
    const readyMs = nowMs + this.#behaviour.powerMs;
    this.status = 'Starting';
    this.busyUntilMs = readyMs;
    this.#keep(nowMs);
    this.#plan(readyMs, () => (fails ? this.#break() : this.#boot(readyMs)));
  }

  /** Takes a rebuild; one that is queued begins when the instance is free. */
  wipe(imageId: string, run: number, diskState: RebuildOutcome, nowMs: number): Wipe | undefined {
    const { ends, workMs, snapshot } = diskState;
    if (ends === 'nothing') return undefined;
    const { staleMs, statuses, imageFlips, diskChanges, diskShowsCreating, stoppedEnds } = this.#behaviour;
    const wasDown = this.power === 'down' && this.busyUntilMs <= nowMs;
    if (snapshot !== undefined && this.busyUntilMs <= nowMs) this.#snapshotFirst(snapshot, nowMs);
    const startsMs = Math.max(nowMs + staleMs, this.busyUntilMs);
    const endsMs = ends === 'stuck' ? Number.POSITIVE_INFINITY : startsMs + workMs;
    const wipe: Wipe = {
      instanceId: this.id,
      imageId,
      run,
      acceptedMs: nowMs,
      startsMs,
      endsMs,
      ends,
      before: this.#shown(nowMs),
      shownTo: { instance: new Set(), disk: new Set() }
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

  /** The work begins only after a snapshot that is taken after the acceptance, and some time after that. */
  #snapshotFirst({ afterMs, lastsMs, shows }: NonNullable<RebuildOutcome['snapshot']>, nowMs: number): void {
    const atMs = nowMs + afterMs;
    if (shows) this.#plan(atMs, () => this.#showFor(lastsMs, atMs, 'SnapshotProcessing'));
    this.busyUntilMs = atMs + lastsMs + afterMs;
  }

  #shown(atMs: number): Shown {
    const { name, tags, status, imageId, disk, isDeleted } = this;
    return { atMs, name, tags, status, imageId, disk, isDeleted };
  }

  #keep(atMs: number): void {
    this.#past.push(this.#shown(atMs));
    while (this.#past[1] !== undefined && this.#past[1].atMs < atMs - 2 * longestLagMs) this.#past.shift();
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
    const { diskReplaced } = this.#behaviour;
    if (diskReplaced === 'unchanged') return;
    const createTime = new Date(Date.parse('2026-03-01T00:00:00Z') + atMs).toISOString();
    const id = diskReplaced === 'newId' ? `v-${this.id}-${atMs}` : this.disk.id;
    this.disk = { ...this.disk, id, createTime };
  }

  /** Changes of one moment come in the order in which they were planned. */
  #plan(atMs: number, apply: () => void): void {
    if (atMs === Number.POSITIVE_INFINITY) return;
    const at = this.#changes.findLastIndex((change) => change.atMs <= atMs);
    this.#changes.splice(at + 1, 0, { atMs, apply });
  }
}
