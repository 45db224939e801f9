/** An untrusted certificate is never accepted, whatever the environment of the job says. */
import { expect, test } from '@jest/globals';
import { serveSecurely, type TestServer } from '../bce/server.ts';
import { play } from './scene.ts';

test('NODE_TLS_REJECT_UNAUTHORIZED=0 is reported and not obeyed: not one request arrives', async () => {
  let count = 0;
  const server: TestServer = await serveSecurely((_incoming, response) => {
    count += 1;
    response.end();
  });
  try {
    const run = await play({
      inputs: { endpoint: `https://127.0.0.1:${server.port}` },
      env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    });
    expect(count).toBe(0);
    expect(run.main.exitCode).toBe(1);
    const errors = run.annotations.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/certificate of 127\.0\.0\.1.* is not trusted/);
    expect(errors[0]?.message).toMatch(/NODE_EXTRA_CA_CERTS/);
    expect(run.log).toMatch(/NODE_TLS_REJECT_UNAUTHORIZED is ignored: certificates are always verified/);
    expect(run.log).not.toMatch(/The service refuses the request/);
  } finally {
    await server.close();
  }
});
