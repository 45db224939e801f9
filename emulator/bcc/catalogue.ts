import { type Answer, type Call, queryOf } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { page } from '../http/paging.ts';
import type { InstanceState } from '../world/models.ts';

/** Default page size of images by spec. */
const IMAGES_PER_PAGE = 10;

/** GET /v2/zone: the zones of the instances. */
export function listZones(call: Call): Answer {
  return { json: { zones: zonesOf([...call.state.instances.values()]).map((zoneName) => ({ zoneName })) } };
}

/** GET /v2/instance/flavorZones: the zones that have instances, optionally only of one spec. */
export function getZoneBySpec(call: Call): Answer {
  const spec = queryOf(call, 'spec');
  const type = queryOf(call, 'instanceType');
  const fitting = [...call.state.instances.values()].filter(
    (each) => (spec === undefined || each.spec === spec) && (type === undefined || each.instanceType === type)
  );
  return { json: { zoneNames: zonesOf(fitting) } };
}

/** GET /v2/instance/flavorSpec: the specs of the instances, by zone. The emulator knows no other specs. */
export function listFlavorSpec(call: Call): Answer {
  const zone = queryOf(call, 'zoneName');
  const specs = queryOf(call, 'specs')?.split(',');
  const all = [...call.state.instances.values()].filter(
    (each) =>
      (zone === undefined || each.zoneName === zone) && (specs === undefined || specs.includes(each.spec))
  );
  return {
    json: {
      zoneResources: zonesOf(all).map((zoneName) => ({
        zoneName,
        bccResources: { flavorGroups: groupsOf(all.filter((each) => each.zoneName === zoneName)) },
        ebcResources: { flavorGroups: [] }
      }))
    }
  };
}

/** GET /v2/image/getAvailableImagesBySpec: public images, in a different format. Every spec supports all of them. */
export function getAvailableImagesBySpec(call: Call): Answer {
  if (queryOf(call, 'spec') === undefined) throw badRequest('The parameter spec is missing.');
  const osName = queryOf(call, 'osName');
  const found = [...call.state.images.values()].filter(
    ({ type, status, osName: name }) =>
      type === 'System' && status === 'Available' && (osName === undefined || name === osName)
  );
  const bounds = { usual: IMAGES_PER_PAGE, max: 100 };
  const show = (image: (typeof found)[number]) => ({
    imageId: image.id,
    imageName: image.name,
    osType: image.osType,
    osVersion: image.osVersion,
    osArch: image.osArch,
    osName: image.osName,
    osLang: image.osLang,
    minSizeInGiB: image.minDiskGb
  });
  return { json: page(call, 'images', found, show, bounds) };
}

function zonesOf(instances: readonly InstanceState[]): string[] {
  return [...new Set(instances.map(({ zoneName }) => zoneName))];
}

function groupsOf(instances: readonly InstanceState[]) {
  const bySpec = new Map(instances.map((each) => [each.spec, each]));
  return [...bySpec.values()].map((each) => ({
    groupId: each.instanceType,
    flavors: [
      {
        spec: each.spec,
        specId: each.spec.split('.').slice(0, 2).join('.'),
        cpuCount: each.cpuCount,
        memoryCapacityInGB: each.memoryCapacityInGB,
        productType: 'Postpaid,Prepaid',
        gpuCardCount: 0,
        fpgaCardCount: 0,
        systemDiskType: ['enhanced_ssd_pl1'],
        dataDiskType: ['enhanced_ssd_pl1']
      }
    ]
  }));
}
