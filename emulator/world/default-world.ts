import type { BalancerSpec } from '../blb/balancers.ts';
import type { WorldSpec } from './models.ts';

/** Both web servers are behind a load balancer of each kind. */
const defaultBalancers: readonly BalancerSpec[] = [
  {
    id: 'lb-demo0001',
    name: 'web',
    address: '192.168.0.101',
    members: [
      { instanceId: 'i-demo0001', weight: 100 },
      { instanceId: 'i-demo0002', weight: 50 }
    ]
  },
  {
    id: 'lb-demo0002',
    name: 'web-app',
    address: '192.168.0.102',
    groups: [
      {
        id: 'sg-demo0001',
        name: 'web',
        members: [
          { instanceId: 'i-demo0001', weight: 30 },
          { instanceId: 'i-demo0002', weight: 70 }
        ]
      }
    ]
  }
];

/** Two web servers on the first of two custom images, a data disk, a snapshot, public images, load balancers. */
export const defaultWorld: Required<WorldSpec> = {
  instances: [
    {
      id: 'i-demo0001',
      name: 'web-1',
      imageId: 'm-web-1',
      internalIp: '192.168.0.11',
      publicIp: '203.0.113.11',
      tags: [{ tagKey: 'app', tagValue: 'web' }]
    },
    {
      id: 'i-demo0002',
      name: 'web-2',
      imageId: 'm-web-1',
      internalIp: '192.168.0.12',
      tags: [{ tagKey: 'app', tagValue: 'web' }]
    }
  ],
  images: [
    { id: 'm-web-1', name: 'web-1' },
    { id: 'm-web-2', name: 'web-2', createTime: '2026-02-10T08:00:00Z' },
    { id: 'm-ubuntu22', name: '22.04 LTS amd64 (64bit)', type: 'System' },
    {
      id: 'm-win2022',
      name: 'Windows Server 2022',
      type: 'System',
      osType: 'windows',
      osName: 'Windows Server',
      osVersion: '2022',
      minDiskGb: 40
    }
  ],
  volumes: [
    { id: 'v-data0001', name: 'data-1', instanceId: 'i-demo0001', device: '/dev/vdb', diskSizeInGB: 100 }
  ],
  snapshots: [{ id: 's-demo0001', name: 'before-upgrade', volumeId: 'v-sys-demo0001' }],
  keypairs: ['k-demo0001'],
  balancers: defaultBalancers
};
