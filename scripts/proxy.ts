/**
 * A proxy for CI: `node scripts/proxy.ts PORT KEY CERTIFICATE TARGET`. It accepts CONNECT for any host, prints the
 * host, terminates TLS with the certificate, and forwards to the local port TARGET. Clients bypass a proxy for the
 * loopback interface, so CI connects to a name that no resolver knows: only the proxy can reach it. It listens on the
 * loopback interface only.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const [port, key = '', certificate = '', target] = process.argv.slice(2);

const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (client) => {
  const service = connect(Number(target), '127.0.0.1').on('error', () => client.destroy());
  client.on('error', () => service.destroy());
  client.pipe(service).pipe(client);
});
const server = createServer((_, answer) => answer.writeHead(405).end());
server.on('connect', ({ url = '' }, client) => {
  console.log(`CONNECT ${url}`);
  client.on('error', () => client.destroy());
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  secure.emit('connection', client);
});
server.listen(Number(port), '127.0.0.1');
