import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createPlainServer,
  type Server as PlainServer,
  type Socket
} from 'node:net';

/** A server of this test on the loopback interface. */
export interface TestServer {
  readonly url: URL;
  readonly port: number;
  /** The connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** How many connections there have been. */
  connections(): number;
  close(): Promise<void>;
}

/** An untrusted certificate for localhost and bcc.test; made for these tests, valid until 2120. */
export const certificate = pem(
  'CERTIFICATE',
  `MIIBcTCCARegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAx
MDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAvx+frBRqqTyn46qLgVARJW
UoWkIUvMJhXxMGaT6GQu1iWJ4OrSn8CtHCz005/JnMmqNKaEdclieuBoj2lTZomjWDBWMA8GA1UdEwEB/wQFMAMBAf8wJAYDVR0R
BB0wG4IJbG9jYWxob3N0gghiY2MudGVzdIcEfwAAATAdBgNVHQ4EFgQULKEoo3uGBR/bobzh/f+em6Ii82cwCgYIKoZIzj0EAwID
SAAwRQIhAOxXAz3Tt5ALZw0FZs/RCpwkvpB8ysF8Mv3shTB569IAAiA3xAnxCgbgE8e0ekLktNJS5HIdFLtEb6dZ0kuWJRDSZA==`
);

const key = pem(
  'PRIVATE KEY',
  `MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNE8rqyn0FRzs2XQw1GrU7yZORv6hniFfA7/GinuY5gmhRANCAAQL
8fn6wUaqk8p+Oqi4FQESVlKFpCFLzCYV8TBmk+hkLtYlieDq0p/ArRws9NOfyZzJqjSmhHXJYnrgaI9pU2aJ`
);

/** A plain server that answers by `listener`. */
export function serve(listener: RequestListener): Promise<TestServer> {
  return listen(createServer(listener), 'http');
}

/** A server with the certificate above. */
export function serveSecurely(listener: RequestListener): Promise<TestServer> {
  return listen(createSecureServer({ key, cert: certificate }, listener), 'https');
}

/** A server that accepts connections and never sends anything. */
export function serveSilence(): Promise<TestServer> {
  return listen(
    createPlainServer((socket) => socket.resume()),
    'https'
  );
}

/** A proxy that leads every CONNECT to `port` on this machine, whatever host was asked for; without one it is silent. */
export async function serveProxy(
  port: number | undefined,
  status = 200
): Promise<TestServer & { readonly asked: readonly string[]; readonly logins: readonly string[] }> {
  const asked: string[] = [];
  const logins: string[] = [];
  const server = createServer();
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? '');
    logins.push(request.headers['proxy-authorization'] ?? '');
    client.on('error', () => client.destroy());
    client.on('end', () => client.destroy());
    if (port === undefined) {
      client.resume();
      return;
    }
    client.write(`HTTP/1.1 ${status} Whatever\r\n\r\n`);
    if (status === 200) {
      const target = connect(port, '127.0.0.1');
      target.on('error', () => client.destroy());
      client.pipe(target).pipe(client);
    }
  });
  return { ...(await listen(server, 'http')), asked, logins };
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
  }
  return text;
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {}
): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
  response.end(typeof json === 'string' ? json : JSON.stringify(json));
}

/** Resolves as soon as `condition` holds; throws after three seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 300) {
      throw new Error('it never came true');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function listen(server: PlainServer, protocol: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${protocol}://127.0.0.1:${port}`),
    port,
    sockets,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      })
  };
}

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
