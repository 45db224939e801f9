import type { GuestRun } from '../assistant/guest-run.ts';
import type { ScriptAnswer } from '../assistant/scripts.ts';
import type { ActiveFaults } from '../faults/injector.ts';
import type { Behaviour } from '../world/behaviour.ts';
import type { WorldState } from '../world/models.ts';
import type { Replayed } from '../world/replay.ts';
import type { World } from '../world/world.ts';
import type { QueryPair } from './canonical.ts';
import { badRequest, inappropriateJson, malformedJson, missingParameter } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Operation } from './operation.ts';
import type { RebuildRecord, WeightChange } from './records.ts';

/** What the emulator keeps between calls, besides the world. */
export interface Memory {
  readonly rebuilds: RebuildRecord[];
  readonly weightChanges: WeightChange[];
  /** The recorded rebuild to replay as the next rebuild of an instance. */
  readonly replay: Map<string, Replayed>;
  /** Cloud Assistant: its runs, oldest first; its saved commands by ID; and how guests answer scripts. */
  readonly runs: GuestRun[];
  readonly actions: Map<string, JsonObject>;
  readonly scripts: readonly ScriptAnswer[];
  /** Request and reply of each clientToken; the key is `operation token`. */
  readonly tokens: Map<string, { readonly asked: string; readonly atMs: number; readonly answer: unknown }>;
}

/** One call, as its handler gets it. */
export interface Call {
  readonly nowMs: number;
  readonly requestId: string;
  readonly service: Operation['service'];
  /** The `{id}` of the path; '' if it has none. */
  readonly id: string;
  readonly query: readonly QueryPair[];
  readonly body: JsonObject;
  /** The state for reads; it may be stale. */
  readonly state: WorldState;
  /** The world, for writes. */
  readonly world: World;
  readonly behaviour: Behaviour;
  readonly secretAccessKey: string;
  /** Whether the credentials are temporary. */
  readonly hasToken: boolean;
  readonly faults: ActiveFaults;
  readonly memory: Memory;
}

/** The reply of a handler, always 200; without `json` the body is empty. */
export interface Answer {
  readonly json?: unknown;
  /** Whether to send a Content-Type; default true. */
  readonly contentType?: boolean;
}

/** Carries out one operation, or throws a Refusal. */
export type Handler = (call: Call) => Answer;

/** Maximum nesting of a body; a deeper one would overflow the stack of recursive code. */
const MAX_DEPTH = 100;

/** Parses a body; an empty one counts as `{}`. Throws a Refusal. */
export function parseBody(text: string): JsonObject {
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformedJson();
  }
  if (isTooDeep(parsed)) throw inappropriateJson(`it is nested deeper than ${MAX_DEPTH} levels`);
  if (!isObject(parsed)) throw inappropriateJson('it is not an object');
  return parsed;
}

/** Checks level by level: recursion would overflow the stack. */
function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** Checks body and query against the definition of the operation; throws a Refusal. */
export function checkFields(
  call: Pick<Call, 'body' | 'query' | 'behaviour'>,
  operation: Operation,
  strict: boolean
): void {
  const { body, query, behaviour } = call;
  for (const [key, value] of Object.entries(body)) {
    const type = typeIn(operation.body, key) ?? typeIn(operation.alsoBody, key);
    if (type === undefined) {
      // The page of common errors says that unknown items are ignored. Strict mode is for tests of a client.
      if (strict) throw inappropriateJson(`it has the unknown item ${key}`);
      continue;
    }
    if (value === null || value === '') {
      if (behaviour.emptyStrings === 'refused') throw inappropriateJson(`its item ${key} is empty`);
      if (value === null) continue;
    }
    const fits =
      type === 'List'
        ? Array.isArray(value)
        : type === 'Integer'
          ? Number.isInteger(value)
          : type === 'Object'
            ? isObject(value)
            : typeof value === type.toLowerCase();
    if (!fits) throw inappropriateJson(`its item ${key} is not of the type ${type}`);
  }
  for (const key of operation.required ?? []) {
    const value = body[key];
    if (value !== undefined && value !== null && value !== '') continue;
    throw operation.service === 'blb'
      ? missingParameter(key)
      : badRequest(`The parameter ${key} is missing.`);
  }
  if (!strict) return;
  const known = new Set([...operation.query, ...(operation.alsoQuery ?? []), operation.action ?? '']);
  const stray = query.find(
    ([key]) => !known.has(key) && key !== 'x-bce-security-token' && key !== 'authorization'
  );
  if (stray !== undefined) throw badRequest(`The parameter ${stray[0]} is unknown.`);
}

/** The type of an item; inherited names such as toString are unknown. */
function typeIn(types: Operation['body'] | undefined, key: string): string | undefined {
  return types !== undefined && Object.hasOwn(types, key) ? types[key] : undefined;
}

/** A string of the body; '' if absent, null or of another type. */
export function textOf(body: JsonObject, key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}

/** A list of non-empty strings of the body, without duplicates; throws a Refusal if it contains anything else. */
export function textsOf(body: JsonObject, key: string): string[] {
  const value = body[key];
  const list: unknown[] = Array.isArray(value) ? value : [];
  const texts = list.filter((each): each is string => typeof each === 'string' && each !== '');
  if (texts.length !== list.length) throw inappropriateJson(`its item ${key} is not a list of strings`);
  return [...new Set(texts)];
}

/** A query parameter; undefined if absent or ''. */
export function queryOf(call: Pick<Call, 'query'>, name: string): string | undefined {
  const value = call.query.find(([key]) => key === name)?.[1];
  return value === '' ? undefined : value;
}

/** The instance ids that a call names, for its record and for faults. */
export function namedInstances(
  operation: Operation,
  id: string,
  body: JsonObject,
  query: readonly QueryPair[]
): string[] {
  if (operation.path.startsWith('/instance/{id}')) return [id];
  if (operation.service === 'blb') return namedMembers(body, query);
  if (operation.service === 'ca') return namedGuests(body);
  const single = textOf(body, 'instanceId') || queryOf({ query }, 'instanceId');
  if (single !== undefined && single !== '') return [single];
  const many: unknown = body['instanceIds'];
  if (Array.isArray(many)) return many.filter((each): each is string => typeof each === 'string');
  return queryOf({ query }, 'instanceIds')?.split(',') ?? [];
}

/** The members that a load balancer's write names, as objects or ids; or the one that a list filters by. */
function namedMembers(body: JsonObject, query: readonly QueryPair[]): string[] {
  const list: unknown = body['backendServerList'] ?? body['backendServerIdList'];
  if (Array.isArray(list)) {
    return list
      .map((each: unknown) => (isObject(each) ? each['instanceId'] : each))
      .filter((each) => typeof each === 'string');
  }
  const asked = queryOf({ query }, 'bccId');
  return asked === undefined ? [] : [asked];
}

/** The instances that a call of Cloud Assistant names, as hosts or targets. */
function namedGuests(body: JsonObject): string[] {
  const list: unknown = body['hosts'] ?? body['targets'];
  return (Array.isArray(list) ? list.filter(isObject) : []).map((each) => textOf(each, 'instanceId'));
}
