import {
  actionLog,
  actionRun,
  actionRunList,
  batchGetAgent,
  createAction,
  getActionRun
} from '../assistant/assistant.ts';
import { getAvailableImagesBySpec, getZoneBySpec, listFlavorSpec, listZones } from '../bcc/catalogue.ts';
import { getSnapshot, getVolume, listSnapshots, listVolumes } from '../bcc/disks.ts';
import { createImage, deleteImage, getImage, listImages } from '../bcc/images.ts';
import { getInstance, getInstanceUserDataInfo, listInstanceByIds, listInstances } from '../bcc/instances.ts';
import {
  batchStartInstance,
  batchStopInstance,
  instanceDeletionProtection,
  modifyInstancePassword,
  rebootInstance,
  startInstance,
  stopInstance
} from '../bcc/power.ts';
import { rebuildBatchInstance, rebuildInstance } from '../bcc/rebuild.ts';
import { bindInstanceTags, unbindInstanceTags } from '../bcc/tags.ts';
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
  describeBlbServerHealth,
  describeBlbServers,
  describeBlbs,
  updateBlbServer
} from '../blb/blb.ts';
import type { Handler } from './call.ts';

/** The handler of each operation, by its name. */
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
  BatchStartInstance: batchStartInstance,
  BatchStopInstance: batchStopInstance,
  ModifyInstancePassword: modifyInstancePassword,
  GetZoneBySpec: getZoneBySpec,
  ListFlavorSpec: listFlavorSpec,
  ListZones: listZones,
  ListImages: listImages,
  GetAvailableImagesBySpec: getAvailableImagesBySpec,
  GetImage: getImage,
  CreateImage: createImage,
  DeleteImage: deleteImage,
  ListSnapshots: listSnapshots,
  GetSnapshot: getSnapshot,
  ListVolumes: listVolumes,
  GetVolume: getVolume,
  DescribeBlbs: describeBlbs,
  DescribeBlb: describeBlb,
  DescribeBlbServers: describeBlbServers,
  DescribeBlbServerHealth: describeBlbServerHealth,
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
