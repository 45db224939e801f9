import type { Emulator } from '../emulator/server.ts';

/** The inputs for a rebuild of the emulator's first instance from its newest custom image. */
export function demoInputs({ endpoint, credentials }: Emulator): Readonly<Record<string, string>> {
  return {
    endpoint,
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    instanceId: 'i-demo0001',
    imageId: 'm-web-2',
    adminPass: 'Demo-only-1234',
    timeout: '1m'
  };
}
