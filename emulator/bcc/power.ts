import { boot, shutDown } from '../assistant/guest.ts';
import { type Answer, type Call, textOf } from '../http/call.ts';
import { badRequest, Refusal } from '../http/errors.ts';
import type { InstanceState } from '../world/models.ts';
import { batchIds, findInstance } from './instances.ts';
import { passwordLogin } from './login.ts';

/** The status before, during and after, and the error code of a refusal. */
type Move = readonly [string, string, string, string];
const START: Move = ['Stopped', 'Starting', 'Running', 'Instance.StartInstanceOperationForbidden'];
const STOP: Move = ['Running', 'Stopping', 'Stopped', 'Instance.StopInstanceOperationForbidden'];

/** PUT /v2/instance/{id}?start: the instance must be Stopped, and shows Starting at once. */
export function startInstance(call: Call): Answer {
  move(call, call.id, ...START);
  return {};
}

/** PUT /v2/instance/{id}?stop: the instance must be Running. */
export function stopInstance(call: Call): Answer {
  move(call, call.id, ...STOP);
  return {};
}

/** PUT /v2/instance/{id}?reboot: the instance must be Running, and shows Starting at once. */
export function rebootInstance(call: Call): Answer {
  move(call, call.id, 'Running', 'Starting', 'Running', 'Instance.RebootInstanceOperationForbidden');
  // bce-sdk-go needs JSON here; the other clients accept either.
  return call.behaviour.rebootReply === 'object' ? { json: {} } : {};
}

/** PUT /v2/instance/batchAction?start: the reply lists the instances that could not be started. */
export function batchStartInstance(call: Call): Answer {
  return moveAll(call, (id) => move(call, id, ...START));
}

/** PUT /v2/instance/batchAction?stop. */
export function batchStopInstance(call: Call): Answer {
  return moveAll(call, (id) => move(call, id, ...STOP));
}

/** PUT /v2/instance/{id}?changePass: the password is encrypted as for a rebuild. */
export function modifyInstancePassword(call: Call): Answer {
  const instance = findInstance(call.world.at(call.nowMs), call.id);
  const allowed = call.behaviour.changePassWhen === 'stopped' ? ['Stopped'] : ['Running', 'Stopped'];
  if (!allowed.includes(instance.status) || isBusy(instance, call.nowMs)) {
    throw new Refusal(
      409,
      'Instance.PasswordOperationForbidden',
      `The instance is ${instance.status}, which does not permit the operation.`
    );
  }
  instance.login = passwordLogin(call, textOf(call.body, 'adminPass'));
  return { json: { requestId: call.requestId, failedInstanceIdList: [] } };
}

function moveAll(call: Call, one: (id: string) => void): Answer {
  const failed = batchIds(call).filter((id) => {
    try {
      one(id);
      return false;
    } catch (error) {
      if (error instanceof Refusal) return true;
      throw error;
    }
  });
  return { json: { requestId: call.requestId, failedInstanceIdList: failed } };
}

function move(call: Call, id: string, from: string, over: string, to: string, code: string): void {
  const instance = findInstance(call.world.at(call.nowMs), id);
  if (instance.status !== from || isBusy(instance, call.nowMs)) {
    throw new Refusal(409, code, `The instance is ${instance.status}, which does not permit the operation.`);
  }
  const endsAtMs = call.nowMs + call.behaviour.powerMs;
  instance.status = over;
  instance.busyUntilMs = endsAtMs;
  shutDown(instance.guest, call.nowMs);
  showLater(call, instance.id, endsAtMs, to);
}

/** Schedules a status; Running also boots the guest. */
function showLater(call: Call, instanceId: string, atMs: number, status: string): void {
  call.world.plan({
    atMs,
    owner: instanceId,
    apply: (state) => {
      const instance = state.instances.get(instanceId);
      if (instance === undefined) return;
      instance.status = status;
      const hasAgent = state.images.get(instance.imageId)?.agent ?? true;
      if (status === 'Running') boot(instance.guest, instanceId, atMs, hasAgent);
    }
  });
}

/** Whether an operation is under way, even if the status does not show it yet. */
export function isBusy(instance: InstanceState, nowMs: number): boolean {
  return instance.busyUntilMs > nowMs;
}

/** PUT /v2/instance/{id}/deletionProtection (BCC page 0kstrzyz9). It prevents a release, not a rebuild. */
export function instanceDeletionProtection(call: Call): Answer {
  const value = call.body['deletionProtection'];
  if (value !== 0 && value !== 1) throw badRequest('The parameter deletionProtection must be 0 or 1.');
  findInstance(call.world.at(call.nowMs), call.id).deletionProtection = value;
  return {};
}
