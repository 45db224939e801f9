/**
 * A proxy for CI: `node scripts/proxy.ts PORT KEY CERTIFICATE TARGET` answers CONNECT for any host itself, with TLS by
 * the certificate, hands on to the port TARGET what comes through, and prints the host. For what is on the loopback
 * interface a client uses no proxy, so that only a name that no resolver knows shows that it was used. It listens on
 * the loopback interface alone.
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
