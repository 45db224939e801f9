import { get, type Operation, write } from '../http/operation.ts';

const targets = {
  parameters: 'Object',
  targetSelectorType: 'String',
  targets: 'List',
  targetSelector: 'Object'
} as const;

/** The Python SDK sends this in every body except that of BatchGetAgent. */
const ofPython = { userId: 'String' } as const;

/** The calls of Cloud Assistant (bce-openapi-meta, folder cloudassistant, 2026-08). */
export const assistantOperations: readonly Operation[] = [
  {
    name: 'BatchGetAgent',
    service: 'ca',
    method: 'POST',
    path: '/ca/agent/batch',
    query: [],
    body: { hosts: 'List' },
    required: ['hosts'],
    write: false
  },
  write('ca', 'POST', 'CreateAction', '/ca/action', {
    body: { execution: 'String', action: 'Object', ...targets },
    alsoBody: ofPython,
    required: ['execution', 'action']
  }),
  write('ca', 'POST', 'ActionRun', '/ca/actionRun', {
    query: ['locale'],
    body: { action: 'Object', ...targets },
    alsoBody: { ...ofPython, execution: 'String' },
    required: ['action']
  }),
  get('ca', 'GetActionRun', '/ca/actionRun', 'id withLog pageNo pageSize childRunState locale', 'userId'),
  {
    name: 'ActionRunList',
    service: 'ca',
    method: 'POST',
    path: '/ca/actionRun/list',
    query: ['locale'],
    body: {
      pageNo: 'Integer',
      pageSize: 'Integer',
      sort: 'String',
      ascending: 'Boolean',
      action: 'Object',
      state: 'String',
      runId: 'String',
      startTime: 'Integer',
      endTime: 'Integer'
    },
    alsoBody: { ...ofPython, keyword: 'String', keyword_type: 'String', isInited: 'Boolean' },
    required: ['pageNo', 'pageSize'],
    write: false
  },
  {
    name: 'ActionLog',
    service: 'ca',
    method: 'POST',
    path: '/ca/log',
    query: [],
    body: { runId: 'String', childId: 'String', cursor: 'Integer' },
    alsoBody: ofPython,
    required: ['runId', 'childId'],
    write: false
  }
];
