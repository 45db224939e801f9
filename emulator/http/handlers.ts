import {
  actionLog,
  actionRun,
  actionRunList,
  batchGetAgent,
  createAction,
  getActionRun
} from '../assistant/assistant.ts';
import { getVolume, listSnapshots, listVolumes } from '../bcc/disks.ts';
import { createImage, deleteImage, getImage, listImages } from '../bcc/images.ts';
import { getInstance, getInstanceUserDataInfo, listInstanceByIds, listInstances } from '../bcc/instances.ts';
import {
  bindInstanceTags,
  instanceDeletionProtection,
  rebootInstance,
  startInstance,
  stopInstance,
  unbindInstanceTags
} from '../bcc/power.ts';
import { rebuildBatchInstance, rebuildInstance } from '../bcc/rebuild.ts';
import {
  addAppBlbServerGroupRs,
  deleteAppBlbServerGroupRs,
  describeAppBlb,
  describeAppBlbServerGroup,
  describeAppBlbServerGroupRs,
  describeAppBlbs,
  updateAppBlbServerGroupRs
} from '../blb/appblb.ts';
import {
  addBlbServer,
  deleteBlbServer,
  describeBlb,
  describeBlbServers,
  describeBlbs,
  updateBlbServer
} from '../blb/blb.ts';
import type { Handler } from './call.ts';

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
  DeleteAppBlbServerGroupRs: deleteAppBlbServerGroupRs,
  BatchGetAgent: batchGetAgent,
  CreateAction: createAction,
  ActionRun: actionRun,
  GetActionRun: getActionRun,
  ActionRunList: actionRunList,
  ActionLog: actionLog
};
