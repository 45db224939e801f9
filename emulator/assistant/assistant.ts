import { type Answer, type Call, queryOf, textOf } from '../http/call.ts';
import { badRequest, inappropriateJson, noSuchObject, Refusal } from '../http/errors.ts';
import { isObject, type JsonObject } from '../http/json.ts';
import type { AssistantBehaviour } from './assistant-behaviour.ts';
import { agentState } from './guest.ts';
import type { ChildRun, GuestRun } from './guest-run.ts';
import { beginRun, newId, stateOf } from './runs.ts';

/** Maximum number of agents per call (page 2ms3wv3y0) and of children per page. */
const MAX_ITEMS = 100;

/** Output is truncated to this many bytes (Java SDK, comment of isTruncated). */
const outputLimit = 4096;

/** POST /v1/ca/agent/batch. */
export function batchGetAgent(call: Call): Answer {
  const hosts = objectsOf(call, 'hosts').map((host) => textOf(host, 'instanceId'));
  if (hosts.length === 0 || hosts.length > MAX_ITEMS)
    throw badRequest(`hosts must name 1 to ${MAX_ITEMS} instances.`);
  const { agentMissing } = call.behaviour;
  const agents = hosts.flatMap((instanceId) => {
    const guest = call.state.instances.get(instanceId)?.guest;
    const state = guest && agentState(guest, call.nowMs, call.behaviour);
    if (state === undefined && agentMissing === 'refused') throw noSuchObject(instanceId);
    if (state === undefined && agentMissing === 'leftOut') return [];
    return [
      { host: { instanceId }, state: state ?? 'OFFLINE', version: state === undefined ? '' : '4.2.0.1' }
    ];
  });
  return good(call, agents);
}

/** POST /v1/ca/action: SAVE, RUN, or both. */
export function createAction(call: Call): Answer {
  const execution = textOf(call.body, 'execution');
  if (!['SAVE', 'RUN', 'SAVE_AND_RUN'].includes(execution))
    throw badRequest(`execution ${execution} is unknown.`);
  const action = call.body['action'];
  if (!isObject(action)) throw inappropriateJson('its item action is not an object');
  checkAction(action, call.behaviour);
  const saves = execution !== 'RUN';
  const actionId = saves ? newId('c', 16) : undefined;
  if (actionId !== undefined) call.memory.actions.set(actionId, action);
  const actionName = textOf(action, 'name') || `auto_run_${Math.floor(call.nowMs / 1000)}`;
  const run = execution === 'SAVE' ? undefined : beginRun(call, action, targetsOf(call));
  return good(call, { ...(actionId && { actionId }), actionName, ...(run && { runId: run.id }) });
}

/** POST /v1/ca/actionRun: a saved command. */
export function actionRun(call: Call): Answer {
  const asked = call.body['action'];
  const ref = isObject(asked) ? textOf(asked, 'ref') : '';
  const action = call.memory.actions.get(ref);
  if (action === undefined) throw noSuchObject(ref);
  return good(call, { runId: beginRun(call, action, targetsOf(call)).id });
}

/** GET /v1/ca/actionRun: one run with a page of its children. */
export function getActionRun(call: Call): Answer {
  const run = findRun(call, queryOf(call, 'id') ?? '');
  const wanted = queryOf(call, 'childRunState');
  const children = run.children.filter(({ state }) => wanted === undefined || state === wanted);
  const size = Math.min(MAX_ITEMS, Number(queryOf(call, 'pageSize') ?? 10));
  const from = (Number(queryOf(call, 'pageNo') ?? 1) - 1) * size;
  if (!(size > 0 && from >= 0)) throw badRequest('pageNo and pageSize must be numbers from 1 on.');
  const withLog = queryOf(call, 'withLog') === 'true';
  return good(call, {
    ...show(run, true),
    totalCount: children.length,
    children: children.slice(from, from + size).map((child) => showChild(call, run, child, withLog))
  });
}

/** POST /v1/ca/actionRun/list: newest first by default. */
export function actionRunList(call: Call): Answer {
  const { body, behaviour } = call;
  const [pageNo, pageSize] = [Number(body['pageNo']), Number(body['pageSize'])];
  if (!(pageNo >= 1 && pageSize >= 1)) throw badRequest('pageNo and pageSize must be numbers from 1 on.');
  const from = typeof body['startTime'] === 'number' ? body['startTime'] : 0;
  const to =
    typeof body['endTime'] === 'number' && body['endTime'] > 0 ? body['endTime'] : Number.POSITIVE_INFINITY;
  const [state, runId] = [textOf(body, 'state'), textOf(body, 'runId')];
  const found = call.memory.runs.filter(
    (run) =>
      run.createdMs >= from &&
      run.createdMs <= to &&
      (state === '' || stateOf(run) === state) &&
      (runId === '' || run.id === runId)
  );
  if (body['ascending'] !== true) found.reverse();
  const data = found.slice((pageNo - 1) * pageSize, pageNo * pageSize);
  return good(call, {
    pageNo,
    pageSize,
    totalCount: found.length,
    data: data.map((run) => show(run, behaviour.runListShowsAction))
  });
}

/** POST /v1/ca/log: all lines at once. The log ends where nextCursor equals the cursor of the request. */
export function actionLog(call: Call): Answer {
  const run = findRun(call, textOf(call.body, 'runId'));
  const child = run.children.find(({ id }) => id === textOf(call.body, 'childId'));
  if (child === undefined) throw noSuchObject(textOf(call.body, 'childId'));
  const lines = logOf(child)
    .split(/(?<=\n)/)
    .filter((line) => line !== '');
  const cursor = Number(call.body['cursor'] ?? 0);
  const logs = lines.slice(cursor).map((msg) => ({ msg }));
  return good(call, {
    logs,
    nextCursor: Math.max(cursor, lines.length),
    state: child.state,
    childId: child.id
  });
}

function checkAction(action: JsonObject, { commandBytes }: Pick<AssistantBehaviour, 'commandBytes'>): void {
  const command: unknown = action['command'];
  if (textOf(action, 'type') !== 'COMMAND' || !isObject(command)) {
    throw badRequest('Only actions of the type COMMAND with a command are played.');
  }
  if (!['SHELL', 'POWERSHELL'].includes(textOf(command, 'type')))
    throw badRequest('The type of the command is unknown.');
  const bytes = Buffer.byteLength(textOf(command, 'content'));
  if (bytes === 0) throw badRequest('The command has no content.');
  if (commandBytes > 0 && bytes > commandBytes) {
    throw badRequest(`The command has ${bytes} bytes and may have ${commandBytes}.`);
  }
}

function targetsOf(call: Call): readonly string[] {
  const selector = textOf(call.body, 'targetSelectorType') || 'INSTANCES_LIST';
  if (selector !== 'INSTANCES_LIST') throw badRequest(`targetSelectorType ${selector} is not played.`);
  const ids = objectsOf(call, 'targets').map((target) => textOf(target, 'instanceId'));
  if (ids.length === 0) throw badRequest('targets is empty.');
  for (const id of ids) {
    const guest = call.world.at(call.nowMs).instances.get(id)?.guest;
    if (guest === undefined) throw noSuchObject(id);
    const isOnline = agentState(guest, call.nowMs, call.behaviour) === 'ONLINE';
    if (!isOnline && call.behaviour.runOnOffline === 'refused') {
      throw new Refusal(409, 'AgentOffline', `The agent of ${id} is offline.`);
    }
  }
  return ids;
}

function findRun(call: Call, id: string): GuestRun {
  const run = call.memory.runs.find((each) => each.id === id);
  if (run === undefined) throw noSuchObject(id);
  return run;
}

function show(run: GuestRun, withAction: boolean): JsonObject {
  const finished = run.children.map(({ finishedMs }) => finishedMs ?? Number.POSITIVE_INFINITY);
  const finishedTimestamp = Math.max(...finished);
  return {
    id: run.id,
    action: withAction
      ? run.action
      : { type: 'COMMAND', name: `auto_run_${Math.floor(run.createdMs / 1000)}` },
    state: stateOf(run),
    createdTimestamp: run.createdMs,
    ...(Number.isFinite(finishedTimestamp) && { finishedTimestamp }),
    statistics: {
      totalTargetCount: run.children.length,
      failedTargetCount: run.children.filter(({ state }) => state === 'FAILED').length
    }
  };
}

function showChild(call: Call, run: GuestRun, child: ChildRun, withLog: boolean): JsonObject {
  const { outputIn } = call.behaviour;
  const { finishedMs } = child;
  const output =
    call.behaviour.outputWhileRunning === 'partial' ? (child.output ?? child.soFar) : child.output;
  return {
    id: child.id,
    state: child.state,
    target: { instanceId: child.instanceId, instanceType: 'BCC' },
    createdTimestamp: run.createdMs,
    ...(finishedMs !== undefined && { finishedTimestamp: finishedMs }),
    ...(output !== undefined && {
      output: {
        exitCode: output.exitCode,
        ...(outputIn !== 'log' && { stdout: cut(output.stdout), stderr: cut(output.stderr) }),
        isTruncated:
          Buffer.byteLength(output.stdout) > outputLimit || Buffer.byteLength(output.stderr) > outputLimit
      }
    }),
    ...(withLog && outputIn !== 'output' && { log: logOf(child) }),
    ...(child.errorCode !== '' && { errorCode: child.errorCode, failReason: child.failReason })
  };
}

function logOf({ output }: ChildRun): string {
  return output === undefined ? '' : `${output.stdout}${output.stderr}`;
}

function cut(text: string): string {
  return Buffer.from(text).subarray(0, outputLimit).toString('utf8');
}

function objectsOf({ body }: Call, key: string): readonly JsonObject[] {
  const list: unknown = body[key];
  const objects = Array.isArray(list) ? list.filter(isObject) : [];
  if (objects.length !== (Array.isArray(list) ? list.length : 0))
    throw inappropriateJson(`its item ${key} is no list of objects`);
  return objects;
}

function good({ requestId, behaviour }: Call, result: unknown): Answer {
  const { assistantCode } = behaviour;
  return {
    json: { requestId, ...(assistantCode !== 'absent' && { code: assistantCode }), success: true, result }
  };
}
