import type { IncomingMessage } from 'node:http';
import { parseBody } from './call.ts';
import { parseQuery, type QueryPair } from './canonical.ts';
import { invalidHttpRequest, Refusal } from './errors.ts';
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
  /** Whether the body was more than is taken, and is not here. */
  readonly isTooLarge: boolean;
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
  /** Whether that is one of HTTP itself, which is told before any signature is looked at. */
  readonly isHttpFault: boolean;
}

/** Greatest size of a body in bytes; a rebuild with the longest script that is sensible has a few thousand. */
const MAX_BODY = 1024 * 1024;

/** From how many bytes on a caller is cut off who goes on sending what is too much. */
const PATIENCE = 64 * MAX_BODY;

/** Reads a request to its end, but keeps no more than a body may have. */
export async function receive(request: IncomingMessage, connection: number): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Read on, so that the caller who is still sending comes to read the answer.
    if (size > MAX_BODY) chunks.length = 0;
    else chunks.push(chunk);
    if (size > PATIENCE) throw new Error('The body does not end.');
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers,
    isTooLarge: size > MAX_BODY,
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
  let problem = httpProblem(incoming);
  const isHttpFault = problem !== undefined;
  try {
    query = parseQuery(at < 0 ? '' : incoming.target.slice(at + 1));
    found = route(incoming.method, path, query);
    if (problem === undefined) body = parseBody(incoming.body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    problem ??= error;
  }
  return { path, query, body, found, problem, isHttpFault };
}

function httpProblem({ isTooLarge, headers }: Incoming): Refusal | undefined {
  if (isTooLarge) return invalidHttpRequest(`the body has more than ${MAX_BODY} bytes`, 413);
  if (headers['host'] === undefined) return invalidHttpRequest('the Host header is missing');
  return undefined;
}
