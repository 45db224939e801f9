import { randomUUID } from 'node:crypto';
import { asAssistant, checkRequest } from '../assistant/check-request.ts';
import type { FaultDeck, Playing } from '../faults/deck.ts';
import type { SidePlay } from '../faults/faults.ts';
import { isAfter, refusalOf, spoil } from '../faults/spoil.ts';
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

/** Everything that answering a request needs. */
export interface Service {
  readonly now: () => number;
  /** When it was started, by the same clock. */
  readonly startMs: number;
  readonly credentials: Credentials;
  readonly behaviour: Behaviour;
  readonly strict: boolean;
  readonly world: World;
  readonly deck: FaultDeck;
  readonly limit: CallLimit;
  readonly memory: Memory;
  /**
   * The world before the last write, where a fault may show it, how many reads are still to see it,
   * and how many calls there were at all.
   */
  readonly past: { before: WorldState | undefined; reads: number; calls: number };
}

/** Answers one request: which faults play, who asks, what is wanted, may it be, and what goes back. */
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
  const playing = service.deck.draw(operation?.name ?? '', instanceIds, atMs);
  service.past.calls += 1;
  const lagMs = Math.max(
    sum(playing, 'lag'),
    replicaLagMs(service.behaviour, { call: service.past.calls, connection: incoming.connection })
  );
  const serverNowMs = atMs + sum(playing, 'skew');
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
    answer = work(service, parsed, { atMs, requestId, playing, lagMs }, progress);
  } catch (error) {
    // Anything else is a bug of the emulator's own; it is told, not hidden in a broken connection.
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
    delayMs: sum(playing, 'slow')
  };
  const reply = spoil(plain, playing.wire, refusal);
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
    // Whoever has no key fills no memory.
    ...(progress.isAuthentic
      ? bodyRecord(service.credentials.secretAccessKey, service.behaviour, parsed.body)
      : {}),
    ...(playing.names.length === 0 ? {} : { fault: playing.names.join('+') })
  };
  return { record, reply };
}

/** How far a call has come. */
interface Progress {
  workTaken: boolean;
  isAuthentic: boolean;
}

/** What is known of a call before its work. */
interface About {
  readonly atMs: number;
  readonly requestId: string;
  readonly playing: Playing;
  /** How far behind a read is. */
  readonly lagMs: number;
}

/** Does the work between the faults that strike before it and those that strike after it. */
function work(service: Service, parsed: Parsed, about: About, progress: Progress): Answer {
  const { wire } = about.playing;
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
    nowMs: about.atMs,
    requestId: about.requestId,
    service: found.operation.service,
    id: found.id,
    query,
    body,
    state: write ? service.world.alter(about.atMs) : readable(service, about),
    world: service.world,
    behaviour: service.behaviour,
    secretAccessKey: service.credentials.secretAccessKey,
    hasToken: service.credentials.sessionToken !== undefined,
    playing: about.playing,
    memory: service.memory
  };
  checkFields(call, found.operation, service.strict);
  const stale = sum(about.playing, 'stale');
  // A copy of a large world takes long, so it is made only where somebody may come to see it.
  const wanted = write && (stale > 0 || service.deck.hasLeft('stale'));
  const before = wanted ? service.world.copy(about.atMs) : undefined;
  const { rebuilds } = service.memory;
  const known = rebuilds.length;
  let answer: Answer;
  try {
    answer = handler(call);
  } finally {
    // A batch can be carried out in part and then refused.
    const accepted = rebuilds.slice(known).map(({ instanceId }) => instanceId);
    if (accepted.length > 0) {
      progress.workTaken = true;
      service.deck.rebuilt(accepted, about.atMs);
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

/** The state that a read sees: the world, or for a number of reads the one before the last write. */
function readable(service: Service, about: About): WorldState {
  const { past } = service;
  if (past.before !== undefined) {
    past.reads += sum(about.playing, 'stale');
    if (past.reads > 0) {
      past.reads -= 1;
      return past.before;
    }
  }
  return service.world.past(about.atMs, about.lagMs);
}

function bodyOf(answer: Answer, refusal: Refusal | undefined, requestId: string): string {
  if (refusal !== undefined)
    return JSON.stringify({ requestId, code: refusal.code, message: refusal.message, ...soft(refusal) });
  return answer.json === undefined ? '' : JSON.stringify(answer.json);
}

/** A refusal with a status of success says in its body that it is one. */
function soft({ status }: Refusal): { readonly success?: false } {
  return status === 200 ? { success: false } : {};
}

function sum(playing: Playing, kind: SidePlay['kind']): number {
  let total = 0;
  for (const play of playing.sides) {
    if (play.kind === kind) total += play.kind === 'stale' ? play.reads : play.ms;
  }
  return total;
}
