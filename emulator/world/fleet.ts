import { defaultWorld } from './default-world.ts';
import type { InstanceState, Spec, WorldSpec } from './models.ts';

/**
 * The default world and `count` instances besides: `i-fleet00001` and so on, Running on `m-web-1`, tagged `app=web`
 * and `fleet=demo`, each with a system disk of its own, and all behind `lb-demo0001` with weight 100.
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
    // A network of its own, apart from the demo's, with room for all that five digits can count.
    internalIp: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    tags: [
      { tagKey: 'app', tagValue: 'web' },
      { tagKey: 'fleet', tagValue: 'demo' }
    ]
  };
}
