/**
 * A forward proxy for CI: `node scripts/proxy.ts PORT` hands plain requests on as they are, and prints each. It listens
 * on the loopback interface alone.
 */
import { createServer, request } from 'node:http';

const server = createServer((incoming, answer) => {
  const { method = 'GET', headers, url = '/' } = incoming;
  console.log(`${method} ${url}`);
  if (!URL.canParse(url)) {
    answer.writeHead(400).end('Not a request to a proxy.');
    return;
  }
  const outgoing = request(url, { method, headers, setHost: false }, (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
});
server.on('connect', ({ url = '' }, client) => {
  console.log(`CONNECT ${url}`);
  client.end('HTTP/1.1 501 Not Implemented\r\n\r\n');
});
server.listen(Number(process.argv[2] ?? 8791), '127.0.0.1');
