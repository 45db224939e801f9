import type { IncomingMessage } from 'node:http';
import { parseBody } from './call.ts';
import { parseQuery, type QueryPair } from './canonical.ts';
import { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import { type Route, route } from './route.ts';

/** A request as it came in, whole. */
export interface Incoming {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
}

/** A request taken apart as far as it can be; `problem` says what stopped it. */
export interface Parsed {
  readonly path: string;
  readonly query: readonly QueryPair[];
  readonly body: JsonObject | undefined;
  readonly found: Route | undefined;
  readonly problem: Refusal | undefined;
}

/** Reads a request to its end. */
export async function receive(request: IncomingMessage, connection: number): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
    connection
  };
}

/** Takes a request apart. Its problem is told only after its signature was checked, as the service does. */
export function parse(incoming: Incoming): Parsed {
  const at = incoming.target.indexOf('?');
  const path = at < 0 ? incoming.target : incoming.target.slice(0, at);
  let query: QueryPair[] = [];
  let found: Route | undefined;
  let body: JsonObject | undefined;
  let problem: Refusal | undefined;
  try {
    query = parseQuery(at < 0 ? '' : incoming.target.slice(at + 1));
    found = route(incoming.method, path, query);
    body = parseBody(incoming.body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem = error;
  }
  return { path, query, body, found, problem };
}
