import {
  addAppBlbServerGroupRs,
  deleteAppBlbServerGroupRs,
  describeAppBlb,
  describeAppBlbServerGroup,
  describeAppBlbServerGroupRs,
  describeAppBlbs,
  updateAppBlbServerGroupRs
} from './appblb.ts';
import {
  addBlbServer,
  deleteBlbServer,
  describeBlb,
  describeBlbServers,
  describeBlbs,
  updateBlbServer
} from './blb.ts';
import type { Handler } from './call.ts';
import { getVolume, listSnapshots, listVolumes } from './disks.ts';
import { createImage, deleteImage, getImage, listImages } from './images.ts';
import { getInstance, getInstanceUserDataInfo, listInstanceByIds, listInstances } from './instances.ts';
import {
  bindInstanceTags,
  instanceDeletionProtection,
  rebootInstance,
  startInstance,
  stopInstance,
  unbindInstanceTags
} from './power.ts';
import { rebuildBatchInstance, rebuildInstance } from './rebuild.ts';

/** What carries out each operation, by its name. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListInstances: listInstances,
  ListInstanceByIds: listInstanceByIds,
  GetInstance: getInstance,
  GetInstanceUserDataInfo: getInstanceUserDataInfo,
  RebuildInstance: rebuildInstance,
  RebuildBatchInstance: rebuildBatchInstance,
  StartInstance: startInstance,
  StopInstance: stopInstance,
  RebootInstance: rebootInstance,
  InstanceDeletionProtection: instanceDeletionProtection,
  BindInstanceTags: bindInstanceTags,
  UnbindInstanceTags: unbindInstanceTags,
  ListImages: listImages,
  GetImage: getImage,
  CreateImage: createImage,
  DeleteImage: deleteImage,
  ListSnapshots: listSnapshots,
  ListVolumes: listVolumes,
  GetVolume: getVolume,
  DescribeBlbs: describeBlbs,
  DescribeBlb: describeBlb,
  DescribeBlbServers: describeBlbServers,
  AddBlbServer: addBlbServer,
  UpdateBlbServer: updateBlbServer,
  DeleteBlbServer: deleteBlbServer,
  DescribeAppBlbs: describeAppBlbs,
  DescribeAppBlb: describeAppBlb,
  DescribeAppBlbServerGroup: describeAppBlbServerGroup,
  DescribeAppBlbServerGroupRs: describeAppBlbServerGroupRs,
  AddAppBlbServerGroupRs: addAppBlbServerGroupRs,
  UpdateAppBlbServerGroupRs: updateAppBlbServerGroupRs,
  DeleteAppBlbServerGroupRs: deleteAppBlbServerGroupRs
};
