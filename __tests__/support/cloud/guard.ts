/** The rules that a single moment can break: each is checked when something happens that could break it. */
import type { InstanceReport } from '../../../src/core/report/report.ts';
import type { Cloud } from './cloud.ts';
import type { CallEntry } from './event-log.ts';
import { isWrite } from './event-log.ts';
import type { Machine, Shown, Wipe } from './machine.ts';
import type { Seat } from './pools.ts';
import { poolName } from './pools.ts';
import { freshMs, ReadHistory, reveals } from './read-history.ts';
import { Truth } from './truth.ts';

/** What a run was asked for, as the rules need it. */
export interface RunFacts {
  readonly ids: readonly string[];
  readonly target: string;
  readonly maxUnavailable: number;
  readonly maxFailures: number;
  readonly healthAsked: boolean;
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
  readonly drainMs: number;
  readonly backup: boolean;
  readonly rollback: boolean;
  readonly force: boolean;
  /** Whether tags selected the instances. */
  readonly isTagged: boolean;
}

/** Watches one case. */
export class Guard {
  readonly truth: Truth;
  readonly readHistory: ReadHistory;
  /** Whether somebody has watched for the rebuilds of the run before, so that the present one must find them. */
  isWatched = true as boolean;
  /** `survey` until the plan stands, `post` once the run has ended. */
  phase: 'survey' | 'run' | 'post' = 'survey';
  isCancelled = false as boolean;
  canaries: readonly string[] = [];
  /** The instances of the plan. */
  planned: readonly string[] = [];
  /** Who was unavailable when the plan was made, as far as the run could see. */
  unavailableBefore: readonly string[] = [];
  readonly #cloud: Cloud;
  readonly #facts: RunFacts;
  readonly #begun = new Set<string>();
  readonly #written = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #probed = new Set<string>();
  readonly #rollingBack = new Set<string>();
  #stoppedMs: number | undefined;
  /** How many of those under way at the stop, as the log says then, had made no call of their own yet. */
  #silent = 0;
  /** Whether the instance that is being touched was unavailable before that. */
  #wasUnavailable = false as boolean;

  constructor(cloud: Cloud, facts: RunFacts) {
    this.#cloud = cloud;
    this.#facts = facts;
    this.truth = new Truth(cloud, facts.healthAsked);
    this.readHistory = new ReadHistory(facts.timeoutMs, facts.pollIntervalMs);
  }

  beginRun(): void {
    this.phase = 'survey';
    this.isCancelled = false;
    this.canaries = [];
    this.unavailableBefore = [];
    for (const ids of [
      this.#begun,
      this.#written,
      this.#failed,
      this.#ended,
      this.#probed,
      this.#rollingBack
    ])
      ids.clear();
    this.#stoppedMs = undefined;
    this.#silent = 0;
    this.#cloud.pools.beginRun();
    this.#cloud.others.beginRun(this.#cloud.nowMs);
    this.readHistory.beginRun();
  }

  /** A read was answered, and the process has the answer. */
  see(machine: Machine, shown: Shown, sentMs: number, operation: string): void {
    if (this.phase === 'post') return;
    const part = operation === 'getSystemDisk' || operation === 'listSystemDisks' ? 'disk' : 'instance';
    if (part === 'instance') this.readHistory.read(machine.id, sentMs);
    const { run } = this.#cloud.wire.eventLog;
    const first = this.readHistory.firstOf(machine.id, part, shown);
    for (const wipe of machine.wipes) if (reveals(wipe, part, run, first, shown)) wipe.shownTo[part].add(run);
  }

  /** A rebuild leaves. */
  beforeSend(ids: readonly string[], imageId: string): void {
    const { nowMs } = this.#cloud;
    // Not even one whose answer was lost is sent again; only a rollback erases, and onto another image.
    if (this.#stoppedMs !== undefined && imageId === this.#facts.target)
      this.#broken(`(14) ${ids.join(', ')} sent after the stop`);
    for (const id of ids) {
      const problem = this.readHistory.problemOf(id, imageId, nowMs);
      if (problem !== undefined) this.#broken(`(13) the rebuild of ${id} ${problem}`);
    }
  }

  /** Only the log tells who is begun, and who has failed. */
  seeLog(line: string): void {
    if (this.phase !== 'run') return;
    const underWay = / done .*, (\d+) under way/.exec(line)?.[1];
    if (underWay !== undefined && this.#stoppedMs === this.#cloud.nowMs)
      this.#silent = Number(underWay) - [...this.#begun].filter((one) => !this.#ended.has(one)).length;
    if (line.includes(', so no other could be taken')) this.#stoppedMs ??= this.#cloud.nowMs;
    const id = /^(?:warning: )?(i-\d+): /.exec(line)?.[1] ?? this.#only;
    if (id === undefined) return;
    this.#noteBegun(id);
    if (line.includes('Health: ')) this.#probed.add(id);
    if (/: failed after |\bit failed; rolling back/.test(line)) this.#failed.add(id);
    this.#noteBegun(id);
    if (line.endsWith('rolling back to the earlier image')) this.#rollingBack.add(id);
    const end = /: (failed|done|is on the image already|rolled back) after /.exec(line)?.[1];
    if (end !== undefined) this.#ended.add(id);
    if (end !== undefined && end !== 'failed') this.#close(id, end === 'rolled back');
  }

  /** The log does not say of a single target that it has ended, for then the run has ended as well. */
  closeOnly({ instanceId, status }: InstanceReport): void {
    if (instanceId === this.#only && ['rebuilt', 'skipped', 'rolledBack'].includes(status))
      this.#close(instanceId, status === 'rolledBack');
  }

  /**
   * The work on an instance has come to a good end, and the run observes it no more: what is said of it must be true in
   * this moment, but for what no observation that was made of it could tell.
   */
  #close(id: string, isBack: boolean): void {
    const { machines, others, nowMs } = this.#cloud;
    const machine = machines.get(id)?.at(nowMs);
    if (machine === undefined) return;
    if (this.truth.isHidden(machine)) {
      // Nor can the end of the run tell more.
      this.truth.unknowable.add(id);
      return;
    }
    const shownMs = this.readHistory.lastOf(id) - this.#cloud.longestLagMs;
    if (others.hasMovedUnseen(machine, shownMs, this.#cloud.wire.eventLog.run)) return;
    const isOnImage = (machine.system === this.#facts.target) !== isBack;
    if (isOnImage && this.truth.serves(machine)) return;
    this.#broken(`(6) ${id} is reported as good, and is ${machine.power} on ${machine.system}`);
  }

  /** A single target has the log to itself. */
  get #only(): string | undefined {
    return this.#facts.ids.length === 1 ? this.#facts.ids[0] : undefined;
  }

  /** Nothing new may be begun, going by what has failed. One that was begun in that moment is heard of a bit later. */
  #noteBegun(id: string): void {
    const { nowMs } = this.#cloud;
    const isStopped =
      this.#failed.size > this.#facts.maxFailures || this.canaries.some((one) => this.#failed.has(one));
    if (isStopped) this.#stoppedMs ??= nowMs;
    if (this.#stoppedMs === undefined || this.#stoppedMs === nowMs) this.#begun.add(id);
  }

  /** Whether it may be one of those that were under way silently at the stop. */
  #wasUnderWay(id: string): boolean {
    if (this.#silent <= 0) return false;
    this.#silent -= 1;
    this.#begun.add(id);
    return true;
  }

  seeCall(entry: CallEntry): void {
    if (this.phase === 'survey') return;
    if (isWrite(entry.operation)) this.#seeWrite(entry);
    for (const id of entry.ids) this.#noteBegun(id);
  }

  #seeWrite({ operation, ids }: CallEntry): void {
    const isNew = operation !== 'setWeights' && operation !== 'deleteImage';
    if (isNew && (this.isCancelled || this.phase === 'post')) {
      this.#broken(`(3) ${operation} ${ids.join(',')} after the cancel or the end`);
    }
    for (const id of ids) {
      this.#noteBegun(id);
      if (!this.#begun.has(id) && !this.#wasUnderWay(id))
        this.#broken(`(3) ${operation} ${id} after the stop`);
      if (!this.#written.has(id) && !this.canaries.includes(id)) this.#seeFirst(operation, id);
      this.#written.add(id);
    }
  }

  /** The first write for one that is no canary. */
  #seeFirst(operation: string, id: string): void {
    const own = this.#cloud.machine(id);
    // What somebody has stopped since it was skipped is started again, which erases nothing.
    if (operation === 'start' && own !== undefined && this.#cloud.others.hasMoved(own, this.#cloud.nowMs))
      return;
    for (const canary of this.canaries) {
      const machine = this.#cloud.machine(canary);
      if (machine === undefined || this.truth.isExcused(machine)) continue;
      if (!this.truth.isDone(machine, this.#facts.target)) {
        this.#broken(`(7) ${operation} ${id} before the canary ${canary} was healthy`);
      }
    }
  }

  beforeWipe(machine: Machine, imageId: string): void {
    const { nowMs, pools } = this.#cloud;
    this.#wasUnavailable = this.truth.isUnavailable(machine);
    const why = this.#cloud.others.forbids(machine, this.#facts.target, imageId, this.#cloud);
    if (why !== undefined) this.#broken(`(12) ${machine.id} wiped onto ${imageId} ${why}`);
    if (this.#rollingBack.has(machine.id)) this.#beforeRollback(machine, imageId);
    else this.#beforeRebuild(machine, imageId);
    if (this.truth.unknowable.has(machine.id)) return;
    for (const seat of pools.of(machine.id)) {
      const isOff = seat.weight === 0 && nowMs - seat.loweredMs >= this.#facts.drainMs;
      if (seat.runWeight > 0 && !isOff) {
        this.#broken(`(10) ${machine.id} wiped in traffic of ${poolName(seat.pool)}`);
      }
    }
  }

  #beforeRebuild(machine: Machine, imageId: string): void {
    const { target, force, backup } = this.#facts;
    const { nowMs, wire, images } = this.#cloud;
    const { run } = wire.eventLog;
    if (imageId !== target) this.#broken(`(2) ${machine.id} wiped onto ${imageId}`);
    const made = [...images.values()].filter((image) => image.of === machine.id && image.run === run);
    if (backup && !made.some(({ readyMs, fails }) => !fails && readyMs <= nowMs)) {
      this.#broken(`(11) ${machine.id} wiped without a backup`);
    }
    const before = machine.wipes.filter((wipe) => wipe.imageId === target);
    // Somebody else's rebuild onto another image may show that image before its work begins.
    const isMoving = machine.wipes.some(
      (wipe) => wipe.run < run && wipe.imageId !== target && wipe.endsMs > nowMs
    );
    const isDone =
      machine.system === target && !isMoving && (machine.power === 'up' || machine.power === 'down');
    // A wipe that is over and has left it broken, or on a wrong image, needs another one.
    const isNeeded = machine.power === 'broken' || machine.system !== target;
    const twice = before.filter((wipe) => wipe.endsMs > nowMs || (wipe.run === run && !isNeeded));
    if (twice.length === 0 && (!isDone || force)) return;
    if (this.truth.unknowable.has(machine.id)) return;
    if (this.#isUnknowable(machine, imageId, twice.length > 0 ? twice : before))
      this.truth.unknowable.add(machine.id);
    else this.#broken(`(2) ${machine.id} wiped twice`);
  }

  /** Whether no looking could tell of any of these rebuilds. Of its own the run knows, unless an answer was lost. */
  #isUnknowable(machine: Machine, wanted: string, wipes: readonly Wipe[]): boolean {
    const { wire, behaviour, nowMs, longestLagMs } = this.#cloud;
    const { run } = wire.eventLog;
    // What runs on the image is skipped, whoever has put it there; `force` is the permission to erase it all the same.
    const { imageId, status } = machine.shownBy(freshMs + longestLagMs, nowMs);
    if (imageId === wanted && status !== 'Error' && !this.#facts.force) return false;
    return wipes.every((wipe) => {
      if (wipe.run === run && !wire.lost.has(machine.id)) return false;
      // Whoever waits for the rebuilds of an earlier run to show finds those that show in the status.
      const isFound = this.isWatched && wipe.run > 0 && wipe.run < run && behaviour.statuses.length > 0;
      return !isFound && !this.truth.isVisible(machine, wipe);
    });
  }

  #beforeRollback(machine: Machine, imageId: string): void {
    const { rollback, target } = this.#facts;
    const { wire } = this.#cloud;
    // One that was found under way is rolled back like one of this run's own.
    const isErased = machine.wipes.some((wipe) => wipe.imageId === target);
    if (!rollback || !isErased || imageId === target) {
      this.#broken(`(2) ${machine.id} rolled back onto ${imageId} although it was not erased`);
    }
    const own = machine.wipes.filter(({ run }) => run === wire.eventLog.run);
    const twice = own.filter((wipe) => wipe.imageId !== target);
    if (twice.length === 0) return;
    if (this.#isUnknowable(machine, imageId, twice)) this.truth.unknowable.add(machine.id);
    else this.#broken(`(2) ${machine.id} rolled back twice`);
  }

  afterWipe(machine: Machine, wipe: Wipe | undefined): void {
    if (wipe === undefined) return;
    this.#taken(machine, 'wiped');
    const { nowMs, wire } = this.#cloud;
    // One that was given up, for its time is over or nobody may look any more, is no longer worked on.
    const isAtWork = ({ run, acceptedMs, endsMs }: Wipe): boolean =>
      run === wire.eventLog.run && nowMs < Math.min(endsMs, acceptedMs + this.#facts.timeoutMs);
    const working = this.#targets().filter(
      ({ id, wipes }) => wipes.some(isAtWork) && !this.#failed.has(id) && !this.truth.unknowable.has(id)
    );
    if (working.length > this.#facts.maxUnavailable) this.#broken(`(1) ${working.length} are wiped at once`);
  }

  /** An instance that served until now is unavailable from here on, and there must have been room. */
  #taken(machine: Machine, how: string): void {
    if (this.#wasUnavailable || this.truth.isExcused(machine)) return;
    // One that was unavailable when its work began counts so until it is done, even if it is up for a moment in between.
    if (this.unavailableBefore.includes(machine.id)) return;
    const unavailable = this.#targets().filter(
      (one) => this.#isSelected(one) && this.truth.isUnavailable(one) && !this.#isUnprobed(one)
    );
    if (unavailable.length <= this.#facts.maxUnavailable) return;
    const names = unavailable.map(({ id }) => id).join(', ');
    this.#broken(`(1) ${machine.id} ${how} although too many are unavailable: ${names}`);
  }

  /** Whether it is in the plan: one that has lost its tag is no longer selected by the next run. */
  #isSelected({ id }: Machine): boolean {
    return this.planned.includes(id);
  }

  /** Whether it has been unhealthy all the time and failed before the run could ask: nothing was done to it. */
  #isUnprobed({ id, power }: Machine): boolean {
    return power === 'up' && this.#failed.has(id) && !this.#written.has(id) && !this.#probed.has(id);
  }

  #targets(): readonly Machine[] {
    return this.#facts.ids.map((id) => this.#cloud.machine(id)).filter((machine) => machine !== undefined);
  }

  beforeWeight(seat: Seat, weight: number, machine: Machine): void {
    const { instanceId, runWeight, pool } = seat;
    if (weight !== 0 && weight !== runWeight) {
      this.#broken(`(5) ${instanceId} gets ${weight} on ${poolName(pool)}, had ${runWeight}`);
    }
    this.#wasUnavailable = this.truth.isUnavailable(machine);
    if (weight <= seat.weight || this.truth.isExcused(machine)) return;
    const own = machine.wipes.findLast(({ run }) => run === this.#cloud.wire.eventLog.run);
    if (own === undefined) {
      if (machine.isBeingWiped(this.#cloud.nowMs)) {
        this.#broken(`(5) ${instanceId} gets traffic while it is wiped`);
      }
    } else if (!this.truth.serves(machine) || machine.system !== own.imageId) {
      this.#broken(`(5) ${instanceId} gets traffic before it is healthy`);
    }
  }

  afterWeight(seat: Seat, machine: Machine): void {
    if (seat.weight < seat.runWeight) this.#taken(machine, 'taken out of traffic');
  }

  #broken(what: string): void {
    const { nowMs, wire } = this.#cloud;
    wire.eventLog.problem(nowMs, what);
  }
}
