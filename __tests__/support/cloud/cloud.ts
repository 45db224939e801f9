/** The whole model cloud: instances, images and load balancers, and what the service does to them. */
import type { Pool, Weight } from '../../../src/core/model/backend-server.ts';
import type { Image } from '../../../src/core/model/image.ts';
import { drawOutcome, type FailureOdds, type RebuildOutcome, type ServiceBehaviour } from './behaviour.ts';
import type { Conditions } from './conditions.ts';
import type { Dice } from './dice.ts';
import { Guard, type RunFacts } from './guard.ts';
import { Machine, type MachineSpec } from './machine.ts';
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
  readonly behaviour: ServiceBehaviour;
  readonly odds: FailureOdds;
  readonly conditions: Conditions;
  readonly machines: readonly MachineSpec[];
  readonly members: readonly MemberSpec[];
}

/** The cloud of one case. */
export class Cloud {
  readonly behaviour: ServiceBehaviour;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly pools: Pools;
  readonly images = new Map<string, ModelImage>();
  readonly wire: Wire;
  readonly guard: Guard;
  readonly others: Others;
  readonly conditions: Conditions;
  /** How far the slowest replica is behind. */
  readonly longestLagMs: number;
  readonly #odds: FailureOdds;
  readonly #dice: Dice;
  #made = 0;
  /** Behind which replica the connection is that is kept alive. */
  #keptLagMs = 0;

  constructor(
    { behaviour, odds, conditions, machines, members }: CloudSpec,
    facts: RunFacts,
    wire: Wire,
    dice: Dice
  ) {
    this.behaviour = behaviour;
    this.conditions = conditions;
    this.longestLagMs = Math.max(...conditions.lags);
    this.wire = wire;
    this.#odds = odds;
    this.#dice = dice;
    this.machines = new Map(machines.map((spec) => [spec.id, new Machine(spec, behaviour)]));
    this.pools = new Pools(members, behaviour);
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
    return machine.busyUntilMs > this.nowMs && this.behaviour.second === 'refused';
  }

  wipe(machine: Machine, imageId: string): void {
    const { nowMs, guard } = this;
    const diskState = this.#withSnapshot(drawOutcome(this.#dice, this.#odds, this.behaviour));
    guard.beforeWipe(machine, imageId);
    const wipe = machine.wipe(imageId, this.wire.eventLog.run, diskState, nowMs);
    const how = `${machine.id} → ${imageId}: taken, ${diskState.ends}`;
    this.wire.eventLog.note(
      nowMs,
      wipe === undefined ? how : `${how}, works ${wipe.startsMs / 1000} to ${wipe.endsMs / 1000} s`
    );
    guard.afterWipe(machine, wipe);
  }

  #withSnapshot(outcome: RebuildOutcome): RebuildOutcome {
    const { snapshotFirst, snapshotShows: shows } = this.conditions;
    if (snapshotFirst === 0 || !this.#dice.chance(snapshotFirst)) return outcome;
    const afterMs = 1_000 * this.#dice.int(1, 20);
    return { ...outcome, snapshot: { afterMs, lastsMs: 1_000 * this.#dice.int(3, 60), shows } };
  }

  start(machine: Machine): void {
    machine.start(this.nowMs, this.#dice.chance(this.#odds.bad / 2));
  }

  /** For several at once; the answer tells nothing of a single one. */
  wipeSome(ids: readonly string[], imageId: string, call: WireCall): void {
    if (wipePartly(this, ids, imageId, this.#dice, this.#odds)) throw partlyRefused(call, this.#dice);
    const { batch } = this.behaviour;
    const known = ids.map((id) => this.machine(id)).filter((machine) => machine !== undefined);
    // One of them may be refused for a reason that only the service knows.
    const odd = this.#dice.chance(this.#odds.bad) ? this.#dice.pick(ids) : undefined;
    const good = known.filter((machine) => !this.isRefused(machine) && machine.id !== odd);
    const isWhole = good.length === ids.length;
    if (!isWhole && batch === 'none') throw failure('conflict', call);
    for (const machine of good) this.wipe(machine, imageId);
    if (!isWhole && batch === 'othersRefused') throw failure('conflict', call);
  }

  makeImage(machine: Machine, name: string): string {
    const { nowMs, behaviour } = this;
    this.#made += 1;
    const id = `m-b${this.#made}`;
    const readyMs = nowMs + behaviour.imageMs;
    const fails = this.#dice.chance(this.#odds.bad / 2);
    const { run } = this.wire.eventLog;
    this.images.set(id, { id, name, type: 'Custom', of: machine.id, run, madeMs: nowMs, readyMs, fails });
    if (behaviour.imageShows) machine.showUntil(readyMs, 'ImageProcessing', nowMs);
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
