import { randomUUID } from 'node:crypto';
import { asAssistant, checkRequest } from '../assistant/check-request.ts';
import type { SidePlay } from '../faults/faults.ts';
import type { ActiveFaults, FaultInjector } from '../faults/injector.ts';
import { applyWireFault, isAfter, refusalOf } from '../faults/wire-fault.ts';
import type { Behaviour } from '../world/behaviour.ts';
import type { WorldState } from '../world/models.ts';
import type { World } from '../world/world.ts';
import { authenticate, type Credentials } from './auth.ts';
import { bodyRecord } from './body-record.ts';
import { type Answer, type Call, checkFields, type Memory, namedInstances } from './call.ts';
import { accessDenied, invalidUri, Refusal } from './errors.ts';
import { handlers } from './handlers.ts';
import { type Incoming, type Parsed, parse } from './incoming.ts';
import type { CallLimit } from './limit.ts';
import type { CallRecord } from './records.ts';
import { replicaLagMs } from './replica.ts';
import { commonHeaders, jsonType, type Reply } from './reply.ts';
import { checkAge } from './session.ts';

/** Everything that is needed to reply to a request. */
export interface Service {
  readonly now: () => number;
  /** When the emulator was started, by the same clock. */
  readonly startMs: number;
  readonly credentials: Credentials;
  readonly behaviour: Behaviour;
  readonly strict: boolean;
  readonly world: World;
  readonly injector: FaultInjector;
  readonly limit: CallLimit;
  readonly memory: Memory;
  /**
   * The world before the last write, if a `stale` fault needs it; how many more reads show it; and the number of all
   * calls so far.
   */
  readonly past: { before: WorldState | undefined; reads: number; calls: number };
}

/** Handles one request: selects the faults, checks the signature, carries out the call, and makes the reply. */
export function serve(
  service: Service,
  incoming: Incoming
): { readonly record: CallRecord; readonly reply: Reply } {
  const atMs = service.now();
  const requestId = randomUUID();
  const parsed = parse(incoming);
  const operation = parsed.found?.operation;
  const instanceIds =
    operation === undefined
      ? []
      : namedInstances(operation, parsed.found?.id ?? '', parsed.body ?? {}, parsed.query);
  const faults = service.injector.select(operation?.name ?? '', instanceIds, atMs);
  service.past.calls += 1;
  const lagMs = Math.max(
    sum(faults, 'lag'),
    replicaLagMs(service.behaviour, { call: service.past.calls, connection: incoming.connection })
  );
  const serverNowMs = atMs + sum(faults, 'skew');
  const progress: Progress = { workTaken: false, isAuthentic: false };
  let answer: Answer = {};
  let refusal: Refusal | undefined;
  try {
    const { path, query } = parsed;
    if (parsed.isHttpFault && parsed.problem !== undefined) throw parsed.problem;
    authenticate(
      { method: incoming.method, path, query, headers: incoming.headers },
      service.credentials,
      service.behaviour,
      serverNowMs
    );
    checkAge(service.behaviour, service.credentials.sessionToken !== undefined, atMs - service.startMs);
    progress.isAuthentic = true;
    service.limit.check(atMs, service.behaviour);
    if (operation?.service === 'ca') checkRequest(incoming, service.behaviour);
    answer = carryOut(service, parsed, { atMs, requestId, faults, lagMs }, progress);
  } catch (error) {
    // Any other error is a bug of the emulator. Reply with it instead of closing the connection.
    refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalError', String(error));
  }
  if (operation?.service === 'ca') refusal = asAssistant(refusal, service.behaviour);
  const plain: Reply = {
    status: refusal?.status ?? 200,
    headers: {
      ...commonHeaders(requestId, serverNowMs),
      ...(answer.contentType === false ? {} : jsonType()),
      ...(refusal?.retryAfter === undefined ? {} : { 'Retry-After': String(refusal.retryAfter) })
    },
    body: bodyOf(answer, refusal, requestId),
    delivery: 'whole',
    delayMs: sum(faults, 'slow')
  };
  const reply = applyWireFault(plain, faults.wire, refusal);
  const record: CallRecord = {
    atMs,
    operation: operation?.name ?? '',
    method: incoming.method,
    path: parsed.path,
    query: Object.fromEntries(parsed.query),
    headers: incoming.headers,
    instanceIds,
    status: reply.status,
    code: reply.status === 0 ? '' : (refusal?.code ?? ''),
    message: reply.status === 0 ? '' : (refusal?.message ?? ''),
    requestId,
    workTaken: progress.workTaken,
    // A caller without a valid key must not fill the memory.
    ...(progress.isAuthentic
      ? bodyRecord(service.credentials.secretAccessKey, service.behaviour, parsed.body)
      : {}),
    ...(faults.names.length === 0 ? {} : { fault: faults.names.join('+') })
  };
  return { record, reply };
}

/** The progress of a call; it is valid even if the call throws. */
interface Progress {
  workTaken: boolean;
  isAuthentic: boolean;
}

/** What is known of a call before it is carried out. */
interface CallContext {
  readonly atMs: number;
  readonly requestId: string;
  readonly faults: ActiveFaults;
  /** The lag of a read, in ms. */
  readonly lagMs: number;
}

/** Carries out a call, with the faults before and after it. */
function carryOut(service: Service, parsed: Parsed, context: CallContext, progress: Progress): Answer {
  const { wire } = context.faults;
  if (wire?.kind === 'accessDenied') throw accessDenied();
  if (wire !== undefined && !isAfter(wire)) {
    const early = refusalOf(wire, service.behaviour);
    if (early !== undefined) throw early;
    return {};
  }
  if (parsed.problem !== undefined) throw parsed.problem;
  const { found, body = {}, query } = parsed;
  const handler = found === undefined ? undefined : handlers[found.operation.name];
  if (found === undefined || handler === undefined) throw invalidUri();
  const { write } = found.operation;
  const call: Call = {
    nowMs: context.atMs,
    requestId: context.requestId,
    service: found.operation.service,
    id: found.id,
    query,
    body,
    state: write ? service.world.alter(context.atMs) : stateForRead(service, context),
    world: service.world,
    behaviour: service.behaviour,
    secretAccessKey: service.credentials.secretAccessKey,
    hasToken: service.credentials.sessionToken !== undefined,
    faults: context.faults,
    memory: service.memory
  };
  checkFields(call, found.operation, service.strict);
  const stale = sum(context.faults, 'stale');
  // Copying a large world is slow, so copy it only if a fault may show it.
  const wanted = write && (stale > 0 || service.injector.hasPending('stale'));
  const before = wanted ? service.world.copy(context.atMs) : undefined;
  const { rebuilds } = service.memory;
  const known = rebuilds.length;
  let answer: Answer;
  try {
    answer = handler(call);
  } finally {
    // Also after a throw: a batch can be carried out in part and then refused.
    const accepted = rebuilds.slice(known).map(({ instanceId }) => instanceId);
    if (accepted.length > 0) {
      progress.workTaken = true;
      service.injector.rebuildsAccepted(accepted, context.atMs);
    }
  }
  if (write) {
    progress.workTaken = true;
    service.past.before = before;
    service.past.reads = stale;
  }
  const late = wire === undefined ? undefined : refusalOf(wire, service.behaviour);
  if (late !== undefined) throw late;
  return answer;
}

/** The state that a read shows: that of a `stale` fault, else that of its replica. */
function stateForRead(service: Service, context: CallContext): WorldState {
  const { past } = service;
  if (past.before !== undefined) {
    past.reads += sum(context.faults, 'stale');
    if (past.reads > 0) {
      past.reads -= 1;
      return past.before;
    }
  }
  return service.world.past(context.atMs, context.lagMs);
}

function bodyOf(answer: Answer, refusal: Refusal | undefined, requestId: string): string {
  if (refusal !== undefined)
    return JSON.stringify({ requestId, code: refusal.code, message: refusal.message, ...soft(refusal) });
  return answer.json === undefined ? '' : JSON.stringify(answer.json);
}

/** With status 200 only the body shows that the call was refused. */
function soft({ status }: Refusal): { readonly success?: false } {
  return status === 200 ? { success: false } : {};
}

function sum(faults: ActiveFaults, kind: SidePlay['kind']): number {
  let total = 0;
  for (const play of faults.sides) {
    if (play.kind === kind) total += play.kind === 'stale' ? play.reads : play.ms;
  }
  return total;
}
