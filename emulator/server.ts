import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boot, shutDown } from './assistant/guest.ts';
import type { GuestRun } from './assistant/guest-run.ts';
import type { ScriptAnswer } from './assistant/scripts.ts';
import { scheduleSnapshots } from './bcc/snapshots.ts';
import { type BalancerSpec, buildBalancer, type MemberWeight, poolOf, weightsOf } from './blb/balancers.ts';
import { ownerOf } from './blb/pool.ts';
import type { Fault } from './faults/faults.ts';
import { FaultInjector } from './faults/injector.ts';
import type { Credentials } from './http/auth.ts';
import { CallLog } from './http/call-log.ts';
import { receive } from './http/incoming.ts';
import { CallLimit } from './http/limit.ts';
import { refuseMalformed } from './http/malformed.ts';
import type { CallRecord, RebuildRecord, WeightChange } from './http/records.ts';
import { deliver } from './http/reply.ts';
import { type Service, serve } from './http/service.ts';
import { type Behaviour, defaultBehaviour } from './world/behaviour.ts';
import { buildImage, buildWorld } from './world/build-world.ts';
import type { ImageState, InstanceState, Spec, WorldSpec } from './world/models.ts';
import type { Replay } from './world/replay.ts';
import { type InstanceView, viewInstance, World } from './world/world.ts';

/** The key pair of the demonstration. It is made up. */
const demoCredentials: Credentials = {
  accessKeyId: 'demo0access0key0id0000000EXAMPLE',
  secretAccessKey: 'demo0secret0access0key000EXAMPLE'
};

/** How to start an emulator. Everything has a default. */
export interface EmulatorOptions {
  /** Wall clock in ms since the epoch; default Date. With a virtual clock nothing waits. */
  readonly clock?: { now(): number };
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly credentials?: Credentials;
  readonly world?: WorldSpec;
  readonly behaviour?: Partial<Behaviour>;
  readonly faults?: readonly Fault[];
  /** How guests answer scripts of Cloud Assistant; checked before the built-in answers. */
  readonly scripts?: readonly ScriptAnswer[];
  /** Replays the rebuilds of a real run, in the world that the run found; `world` is then optional. */
  readonly replay?: Replay;
  /** Called for each call when its reply is decided, before the reply is sent. */
  readonly onCall?: (record: CallRecord) => void;
  /** Refuse unknown body items and query parameters. By default they are ignored, as the service documents. */
  readonly strict?: boolean;
}

/** What a test may change of an instance. */
export type InstancePatch = Partial<Omit<InstanceState, 'id' | 'busyUntilMs'>>;

/** A running emulator. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** All calls so far, oldest first. */
  readonly calls: readonly CallRecord[];
  /** All rebuilds that were or will be carried out, in the order of acceptance. */
  readonly rebuilds: readonly RebuildRecord[];
  /** All weight changes that calls made, oldest first; without those made by `setWeight`. */
  readonly weightChanges: readonly WeightChange[];
  /** All runs of Cloud Assistant as of the last call, oldest first. */
  readonly runs: readonly Readonly<GuestRun>[];
  /** An instance as of now; throws for an unknown id. */
  instance(id: string): InstanceView;
  addFault(fault: Fault): void;
  /** Changes an instance as of now. A new status also cancels the operation that is under way. */
  setInstance(id: string, patch: InstancePatch): void;
  removeInstance(id: string): void;
  /** All weights in force; reads may still show older ones. */
  weights(): readonly MemberWeight[];
  /** Changes the weight of a member as of now, as somebody else might; throws if it is not a member. */
  setWeight(member: MemberWeight): void;
  /** Adds a load balancer, or replaces the one with the same id. */
  setBalancer(spec: BalancerSpec): void;
  removeBalancer(id: string): void;
  /** Adds an image, or replaces the one with the same id. */
  setImage(spec: Spec<ImageState>): void;
  removeImage(id: string): void;
  /** Stops listening and closes all connections, hanging ones too. */
  close(): Promise<void>;
}

/** Starts an emulator on the loopback interface. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { clock = Date, credentials = demoCredentials } = options;
  const now = () => clock.now();
  const world = new World(buildWorld(options.world ?? options.replay?.world));
  const log = new CallLog();
  const injector = new FaultInjector();
  const behaviour = { ...defaultBehaviour, ...options.behaviour };
  world.keep(behaviour.replicaLagMs);
  for (const id of world.at(now()).instances.keys()) scheduleSnapshots(world, behaviour, id, now());
  const addFault = (fault: Fault) => {
    if (fault.play.kind === 'lag') world.keep(fault.play.ms);
    injector.add(fault, now());
  };
  for (const fault of options.faults ?? []) addFault(fault);
  const service: Service = {
    now,
    startMs: now(),
    credentials,
    behaviour,
    strict: options.strict === true,
    world,
    injector,
    limit: new CallLimit(),
    memory: {
      rebuilds: [],
      weightChanges: [],
      replay: new Map(options.replay?.rebuilds),
      runs: [],
      actions: new Map(),
      scripts: options.scripts ?? [],
      tokens: new Map()
    },
    past: { before: undefined, reads: 0, calls: 0 }
  };
  const connections = new WeakMap<object, number>();
  let connected = 0;
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    receive(request, connections.get(request.socket) ?? 0)
      .then(async (incoming) => {
        const { record, reply } = serve(service, incoming);
        log.add(record, incoming.body.length);
        options.onCall?.(record);
        await deliver(response, reply);
      })
      // The caller disconnected in mid-request, or the emulator has a bug: the connection is useless either way.
      .catch(() => response.destroy());
  });
  server.on('clientError', (error, socket) => refuseMalformed(error, socket, now()));
  server.on('connection', (socket) => {
    connected += 1;
    connections.set(socket, connected);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const live = (id: string) => {
    const instance = world.alter(now()).instances.get(id);
    return instance ?? fail(id);
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    credentials,
    calls: log.calls,
    rebuilds: service.memory.rebuilds,
    weightChanges: service.memory.weightChanges,
    runs: service.memory.runs,
    instance: (id) => viewInstance(world.at(now()), id) ?? fail(id),
    addFault,
    setInstance: (id, patch) => {
      const instance = live(id);
      if (patch.status !== undefined) {
        world.forget(id);
        instance.busyUntilMs = 0;
      }
      Object.assign(instance, structuredClone(patch));
      const { guest, status, imageId } = instance;
      if (status !== 'Running') shutDown(guest, now());
      else if (guest.upSinceMs === undefined)
        boot(guest, id, now(), world.at(now()).images.get(imageId)?.agent ?? true);
    },
    removeInstance: (id) => {
      world.forget(id);
      world.alter(now()).instances.delete(id);
    },
    weights: () => weightsOf(world.at(now()).balancers.values()),
    setWeight: ({ blbId, groupId, instanceId, weight }) => {
      const balancer = world.alter(now()).balancers.get(blbId);
      const pool = balancer === undefined ? undefined : poolOf(balancer, groupId);
      const member = pool?.members.find((each) => each.instanceId === instanceId);
      if (member === undefined) throw new Error(`The emulator has no member ${instanceId} in ${blbId}.`);
      world.forget(ownerOf({ blbId, groupId }, instanceId));
      Object.assign(member, { weight, shownWeight: weight });
    },
    setBalancer: (spec) => {
      world.alter(now()).balancers.set(spec.id, buildBalancer(spec));
    },
    removeBalancer: (id) => {
      world.alter(now()).balancers.delete(id);
    },
    setImage: (spec) => {
      world.alter(now()).images.set(spec.id, buildImage(spec));
    },
    removeImage: (id) => {
      world.forget(id);
      world.alter(now()).images.delete(id);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  };
}

function fail(id: string): never {
  throw new Error(`The emulator has no instance ${id}.`);
}
