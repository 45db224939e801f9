import type { Emulator } from '../server.ts';
import { defaultWorld } from '../world/default-world.ts';
import type { WorldSpec } from '../world/models.ts';

/** The text that is printed at the start. */
export function banner(emulator: Pick<Emulator, 'endpoint' | 'credentials'>, world: WorldSpec = {}): string {
  const { accessKeyId, secretAccessKey, sessionToken } = emulator.credentials;
  const [instance] = world.instances ?? defaultWorld.instances;
  const images = world.images ?? defaultWorld.images;
  const image = images.find(
    ({ id, type = 'Custom' }) => type === 'Custom' && id !== (instance?.imageId ?? 'm-web-1')
  );
  return `A stand-in for the APIs of BCC and of load balancers listens at ${emulator.endpoint}
${knows(world)}Paste this into a step of a workflow:

  with:
    endpoint: ${emulator.endpoint}
    accessKeyId: ${accessKeyId}
    secretAccessKey: ${secretAccessKey}
${sessionToken === undefined ? '' : `    sessionToken: ${sessionToken}\n`}    region: bj
    instanceId: ${instance?.id ?? 'ID'}
    imageId: ${image?.id ?? images[0]?.id ?? 'ID'}
    adminPass: Demo-pass-2026

Control-C ends it.
`;
}

function knows({ instances = defaultWorld.instances, images = [], balancers = [] }: WorldSpec): string {
  if (!instances.some(({ id }) => id === 'i-demo0001')) {
    const [machines, disks, pools] = [
      count(instances, 'instance'),
      count(images, 'image'),
      count(balancers, 'load balancer')
    ];
    return `It knows ${machines}, ${disks} and ${pools}.\n`;
  }
  const fleet = instances.map(({ id }) => id).filter((id) => id.startsWith('i-fleet'));
  const more =
    fleet.length === 0
      ? ''
      : `Behind lb-demo0001 there is a fleet of ${fleet.length} besides: ${fleet[0]} to ${fleet.at(-1)} (tag fleet=demo).\n`;
  return `It knows i-demo0001 and i-demo0002 (tag app=web), the custom images m-web-1 and m-web-2,
the public ones m-ubuntu22 and m-win2022, the key pair k-demo0001, and with both instances in them
the load balancers lb-demo0001 (ordinary) and lb-demo0002 (application, server group sg-demo0001).
${more}`;
}

function count(all: readonly unknown[], word: string): string {
  return `${all.length} ${word}${all.length === 1 ? '' : 's'}`;
}
