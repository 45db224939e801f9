/** Cloud Assistant's operations (BCC pages 2lu14ywia, 9ms3wxers, Yms3wzpqs, 2ms3wv3y0; its schema of 2026-08). */
import type { AgentState, GuestChild, GuestRun } from '../../core/health/guest/guest-run.ts';
import { maxIdsPerCall } from '../../core/model/limits.ts';
import { secretLines } from '../../core/secret-forms.ts';
import type { GuestSpec } from '../../ports/assistant.ts';
import { queryOf } from '../signed-request.ts';
import { batchName, callOn } from './check-arguments.ts';
import { anyText, type Fields, list, record, requiredWord, text, word } from './json-fields.ts';
import { type Operation, read } from './operation.ts';

const readRuns = { ...read, service: 'ca' } as const;

/** `POST /v1/ca/agent/batch`: a read although it is a POST. What has no state is left out. */
export function getAgents(instanceIds: readonly string[]): Operation<ReadonlyMap<string, AgentState>> {
  return {
    ...readRuns,
    method: 'POST',
    name: 'BatchGetAgent',
    path: '/v1/ca/agent/batch',
    body: JSON.stringify({ hosts: instanceIds.map((instanceId) => ({ instanceId })) }),
    decode(json) {
      const found = list(record(json, 'answer')['result'] ?? null, 'result').map((item) => {
        const from = record(item, 'agent');
        const host = record(from['host'], 'host');
        const isOnline = text(from, 'state').toUpperCase() === 'ONLINE';
        return [word(host, 'instanceId'), isOnline ? 'online' : 'offline'] as const;
      });
      return new Map(found.filter(([id]) => id !== ''));
    }
  };
}

/**
 * `POST /v1/ca/action` with RUN, which saves no command. There is no client token, so a run whose answer is lost is
 * looked up by its description.
 */
export function runCommand(
  { command, nonce }: GuestSpec,
  instanceIds: readonly string[]
): Operation<{ readonly runId: string }> {
  const content = command.content(nonce).reveal();
  const isLinux = command.system === 'linux';
  return {
    service: 'ca',
    name: 'CreateAction',
    kind: 'write',
    method: 'POST',
    target: batchName(instanceIds),
    path: '/v1/ca/action',
    query: {},
    secrets: secretLines(content),
    body: JSON.stringify({
      execution: 'RUN',
      action: {
        type: 'COMMAND',
        description: descriptionOf(nonce),
        timeoutSecond: command.timeoutSeconds,
        command: {
          type: isLinux ? 'SHELL' : 'POWERSHELL',
          content,
          scope: 'INDIVIDUAL',
          enableParameter: false,
          user: command.user,
          workDir: isLinux ? '/' : undefined
        }
      },
      targetSelectorType: 'INSTANCES_LIST',
      targets: instanceIds.map((instanceId) => ({ instanceType: 'BCC', instanceId }))
    }),
    decode: (json) => ({ runId: requiredWord(resultOf(json), 'runId') })
  };
}

/** `GET /v1/ca/actionRun` with the first 100 children. */
export function getRun(runId: string): Operation<GuestRun> {
  return {
    ...readRuns,
    ...callOn('GetActionRun', runId),
    path: '/v1/ca/actionRun',
    query: queryOf({
      id: runId,
      withLog: 'true',
      pageNo: '1',
      pageSize: `${maxIdsPerCall}`,
      locale: 'en-us'
    }),
    decode(json) {
      const result = resultOf(json);
      const children = list(result['children'] ?? null, 'children').map(decodeChild);
      return {
        runId,
        state: requiredWord(result, 'state'),
        children: children.filter(({ instanceId }) => instanceId !== '')
      };
    }
  };
}

/** The newest runs since `sinceMs` (milliseconds since 1970): the ID of the one with this nonce, if it is there. */
export function findRun(nonce: string, sinceMs: number): Operation<string | undefined> {
  return {
    ...readRuns,
    method: 'POST',
    name: 'ActionRunList',
    path: '/v1/ca/actionRun/list',
    query: queryOf({ locale: 'en-us' }),
    // `action` is required on the page, and optional in the schema.
    body: JSON.stringify({
      pageNo: 1,
      pageSize: 100,
      ascending: false,
      action: { type: 'COMMAND' },
      startTime: Math.floor(sinceMs)
    }),
    decode(json) {
      for (const item of list(resultOf(json)['data'] ?? null, 'data')) {
        const run = record(item, 'run');
        if (JSON.stringify(run['action'] ?? '').includes(nonce)) return requiredWord(run, 'id');
      }
      return undefined;
    }
  };
}

function descriptionOf(nonce: string): string {
  return `rebuild-bcc-instance ${nonce}`;
}

function decodeChild(json: unknown): GuestChild {
  const from = record(json, 'child');
  const target: Fields = { ...Object(from['target']) };
  const output: Fields = { ...Object(from['output']) };
  // An empty list would be 0 for `Number`, and so would `false`.
  const exitCode = String(output['exitCode']);
  return {
    instanceId: word(target, 'instanceId'),
    state: word(from, 'state'),
    ...(/^-?\d+$/.test(exitCode) && { exitCode: Number(exitCode) }),
    // Whether `output` comes without a log, or the log alone, is not documented.
    stdout: anyText(output, 'stdout') || anyText(from, 'log'),
    stderr: anyText(output, 'stderr'),
    errorCode: text(from, 'errorCode'),
    failReason: anyText(from, 'failReason')
  };
}

function resultOf(json: unknown): Fields {
  return record(record(json, 'answer')['result'], 'result');
}
