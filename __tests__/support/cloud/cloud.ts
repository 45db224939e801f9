/** The whole model cloud: instances, images and load balancers, and what the service does to them. */
import type { Pool, Weight } from '../../../src/core/model/backend-server.ts';
import type { Image } from '../../../src/core/model/image.ts';
import type { Conditions } from './conditions.ts';
import type { Dice } from './dice.ts';
import { Guard, type RunFacts } from './guard.ts';
import { Machine, type MachineSpec } from './machine.ts';
import { drawFate, type Fate, type Luck, type Manner } from './manner.ts';
import { Others } from './others.ts';
import { partlyRefused, wipePartly } from './partly.ts';
import { type MemberSpec, Pools } from './pools.ts';
import { failure, type Wire, type WireCall } from './wire.ts';

/** An image; one that is being made is Available, or has failed, from `readyMs` on. */
export interface ModelImage {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** The instance that it was made of. */
  readonly of?: string;
  readonly run: number;
  readonly madeMs: number;
  readonly readyMs: number;
  readonly fails: boolean;
}

/** What a cloud is made of. */
export interface CloudSpec {
  readonly manner: Manner;
  readonly luck: Luck;
  readonly conditions: Conditions;
  readonly machines: readonly MachineSpec[];
  readonly members: readonly MemberSpec[];
}

/** The cloud of one case. */
export class Cloud {
  readonly manner: Manner;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly pools: Pools;
  readonly images = new Map<string, ModelImage>();
  readonly wire: Wire;
  readonly guard: Guard;
  readonly others: Others;
  readonly conditions: Conditions;
  readonly #luck: Luck;
  readonly #dice: Dice;
  #made = 0;
  /** Behind which replica the connection is that is kept alive. */
  #keptLagMs = 0;

  constructor(
    { manner, luck, conditions, machines, members }: CloudSpec,
    facts: RunFacts,
    wire: Wire,
    dice: Dice
  ) {
    this.manner = manner;
    this.conditions = conditions;
    this.wire = wire;
    this.#luck = luck;
    this.#dice = dice;
    this.machines = new Map(machines.map((spec) => [spec.id, new Machine(spec, manner)]));
    this.pools = new Pools(members, manner);
    this.guard = new Guard(this, facts);
    this.others = new Others(facts.isTagged);
    for (const id of ['m-old', 'm-new']) this.addImage(id);
    const { snapshots, snapshotShows } = conditions;
    this.#keptLagMs = this.#pickLag();
    if (snapshots === undefined) return;
    for (const machine of this.machines.values()) {
      machine.schedule(snapshots, dice.chance(0.5) ? 0 : dice.int(0, 600_000), snapshotShows);
    }
  }

  /** An image that has been there for long. */
  addImage(id: string): string {
    const madeMs = Number.NEGATIVE_INFINITY;
    this.images.set(id, { id, name: id, type: 'Sharing', run: 0, madeMs, readyMs: 0, fails: false });
    return id;
  }

  /** How far the slowest replica is behind. */
  get longestLagMs(): number {
    return Math.max(...this.conditions.lags);
  }

  /** How far the replica is behind that answers the next read. */
  replicaLagMs(fresh: boolean | undefined): number {
    const { replicaFor, lags } = this.conditions;
    if (lags.length === 1) return lags[0] ?? 0;
    if (replicaFor === 'call' || fresh === true) return this.#pickLag();
    // A connection does not live forever.
    if (this.#dice.chance(0.05)) this.#keptLagMs = this.#pickLag();
    return this.#keptLagMs;
  }

  #pickLag(): number {
    const { lags } = this.conditions;
    return lags.length === 1 ? (lags[0] ?? 0) : this.#dice.pick(lags);
  }

  get nowMs(): number {
    return this.wire.clock.nowMs();
  }

  /** As it is; one that is deleted is none. */
  machine(id: string): Machine | undefined {
    const machine = this.machines.get(id)?.at(this.nowMs);
    return machine?.isDeleted === true ? undefined : machine;
  }

  known(id: string, call: WireCall): Machine {
    const machine = this.machine(id);
    if (machine === undefined) throw failure('notFound', call);
    return machine;
  }

  image(id: string, call: WireCall, lagMs: number): Image {
    const image = this.imagesShown(lagMs).find((one) => one.id === id);
    if (image === undefined) throw failure('notFound', call);
    return image;
  }

  /** The images that a replica shows that is so far behind. */
  imagesShown(lagMs: number): readonly Image[] {
    const atMs = this.nowMs - lagMs;
    return [...this.images.values()]
      .filter(({ madeMs }) => madeMs <= atMs)
      .map((image) => this.#show(image, atMs));
  }

  #show({ id, name, type, madeMs, readyMs, fails }: ModelImage, atMs: number): Image {
    const done = fails ? 'CreatedFailed' : 'Available';
    return {
      id,
      name,
      type,
      osType: 'linux',
      osName: 'Ubuntu',
      osVersion: '24.04',
      osArch: 'amd64 (64bit)',
      createTime: new Date(Date.parse('2026-02-01T00:00:00Z') + readyMs).toISOString(),
      status: Number.isFinite(madeMs) && atMs < readyMs ? 'Creating' : done,
      minDiskGb: 20
    };
  }

  /** What keeps the service from rebuilding it. */
  isRefused(machine: Machine): boolean {
    return machine.busyUntilMs > this.nowMs && this.manner.second === 'refused';
  }

  wipe(machine: Machine, imageId: string): void {
    const { nowMs, guard } = this;
    const diskState = this.#withSnapshot(drawFate(this.#dice, this.#luck, this.manner));
    guard.beforeWipe(machine, imageId);
    const wipe = machine.wipe(imageId, this.wire.chronicle.run, diskState, nowMs);
    const how = `${machine.id} → ${imageId}: taken, ${diskState.ends}`;
    this.wire.chronicle.note(
      nowMs,
      wipe === undefined ? how : `${how}, works ${wipe.startsMs / 1000} to ${wipe.endsMs / 1000} s`
    );
    guard.afterWipe(machine, wipe);
  }

  #withSnapshot(fate: Fate): Fate {
    const { snapshotFirst, snapshotShows: shows } = this.conditions;
    if (snapshotFirst === 0 || !this.#dice.chance(snapshotFirst)) return fate;
    const afterMs = 1_000 * this.#dice.int(1, 20);
    return { ...fate, snapshot: { afterMs, lastsMs: 1_000 * this.#dice.int(3, 60), shows } };
  }

  start(machine: Machine): void {
    machine.start(this.nowMs, this.#dice.chance(this.#luck.bad / 2));
  }

  /** For several at once; the answer tells nothing of a single one. */
  wipeSome(ids: readonly string[], imageId: string, call: WireCall): void {
    if (wipePartly(this, ids, imageId, this.#dice, this.#luck)) throw partlyRefused(call, this.#dice);
    const { batch } = this.manner;
    const known = ids.map((id) => this.machine(id)).filter((machine) => machine !== undefined);
    // One of them may be refused for a reason that only the service knows.
    const odd = this.#dice.chance(this.#luck.bad) ? this.#dice.pick(ids) : undefined;
    const good = known.filter((machine) => !this.isRefused(machine) && machine.id !== odd);
    const isWhole = good.length === ids.length;
    if (!isWhole && batch === 'none') throw failure('conflict', call);
    for (const machine of good) this.wipe(machine, imageId);
    if (!isWhole && batch === 'othersRefused') throw failure('conflict', call);
  }

  makeImage(machine: Machine, name: string): string {
    const { nowMs, manner } = this;
    this.#made += 1;
    const id = `m-b${this.#made}`;
    const readyMs = nowMs + manner.imageMs;
    const fails = this.#dice.chance(this.#luck.bad / 2);
    const { run } = this.wire.chronicle;
    this.images.set(id, { id, name, type: 'Custom', of: machine.id, run, madeMs: nowMs, readyMs, fails });
    if (manner.imageShows) machine.showUntil(readyMs, 'ImageProcessing', nowMs);
    return id;
  }

  setWeights(pool: Pool, weights: readonly Weight[], call: WireCall): void {
    const { nowMs } = this;
    if (this.pools.isBusy(pool, nowMs)) throw failure('conflict', call, 'the last change is not finished');
    const seats = weights.map(({ instanceId, weight }) => {
      const seat = this.pools.find(pool, instanceId);
      if (seat === undefined) throw failure('notFound', call);
      return { seat, weight, machine: this.known(instanceId, call) };
    });
    for (const { seat, weight, machine } of seats) {
      this.guard.beforeWeight(seat, weight, machine);
      this.pools.set(seat, weight, nowMs);
      this.guard.afterWeight(seat, machine);
    }
  }
}
