import { defaultWorld } from './default-world.ts';
import type { InstanceState, Spec, WorldSpec } from './models.ts';

/**
 * The default world and `count` more instances: `i-fleet00001` and so on, Running on `m-web-1`, tagged `app=web` and
 * `fleet=demo`, each with a system disk, and all behind `lb-demo0001` with weight 100.
 */
export function fleetWorld(count: number): WorldSpec {
  const fleet = Array.from({ length: count }, (_each, index) => fleetInstance(index + 1));
  const members = fleet.map(({ id }) => ({ instanceId: id, weight: 100 }));
  return {
    ...defaultWorld,
    instances: [...defaultWorld.instances, ...fleet],
    balancers: defaultWorld.balancers.map((balancer) =>
      balancer.id === 'lb-demo0001'
        ? { ...balancer, members: [...(balancer.members ?? []), ...members] }
        : balancer
    )
  };
}

function fleetInstance(number: number): Spec<InstanceState> {
  const digits = String(number).padStart(5, '0');
  return {
    id: `i-fleet${digits}`,
    name: `fleet-${digits}`,
    status: 'Running',
    imageId: 'm-web-1',
    // Not the demo's network, and large enough for all numbers of five digits.
    internalIp: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    tags: [
      { tagKey: 'app', tagValue: 'web' },
      { tagKey: 'fleet', tagValue: 'demo' }
    ]
  };
}
