import type { IncomingMessage } from 'node:http';
import { parseBody } from './call.ts';
import { parseQuery, type QueryPair } from './canonical.ts';
import { invalidHttpRequest, Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import { type Route, route } from './route.ts';

/** A received request. */
export interface Incoming {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Whether the body exceeded the limit; `body` is then ''. */
  readonly isTooLarge: boolean;
  /** The number of its connection, counted from 1. */
  readonly connection: number;
}

/** A request, parsed as far as possible; `problem` says what is wrong with it. */
export interface Parsed {
  readonly path: string;
  readonly query: readonly QueryPair[];
  readonly body: JsonObject | undefined;
  readonly found: Route | undefined;
  readonly problem: Refusal | undefined;
  /** Whether `problem` is one of HTTP, which is reported before the signature is checked. */
  readonly isHttpFault: boolean;
}

/** Maximum size of a body in bytes; a rebuild with a long script needs a few thousand. */
const MAX_BODY = 1024 * 1024;

/** The connection is closed when a too large body exceeds this many bytes. */
const MAX_RECEIVED = 64 * MAX_BODY;

/** Reads a request to its end, but keeps at most `MAX_BODY` bytes. */
export async function receive(request: IncomingMessage, connection: number): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // Keep reading: a caller that is still sending would not read the reply.
    if (size > MAX_BODY) chunks.length = 0;
    else chunks.push(chunk);
    if (size > MAX_RECEIVED) request.destroy(new Error('The body does not end.'));
  });
  await new Promise<void>((resolve, reject) => request.once('end', resolve).once('error', reject));
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

/** Parses a request. It does not throw: the service reports a problem only after it has checked the signature. */
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
