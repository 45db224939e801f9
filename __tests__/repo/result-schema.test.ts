import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { HeldWeight } from '../../src/core/balancers/held-weights.ts';
import type { HealthOutcome } from '../../src/core/health/health.ts';
import type { BackendServer } from '../../src/core/model/backend-server.ts';
import type { CallFailure } from '../../src/core/model/failure.ts';
import type { Image } from '../../src/core/model/image.ts';
import type { Instance, SystemDisk } from '../../src/core/model/instance.ts';
import type { Task } from '../../src/core/plan/decide.ts';
import type { PlannedTarget } from '../../src/core/plan/plan.ts';
import type { Observation, RebuildEvent, RebuildState } from '../../src/core/rebuild/rebuild-state.ts';
import { begin, step } from '../../src/core/rebuild/step-rebuild.ts';
import { reportInstance } from '../../src/core/report/instance-report.ts';
import type { InstanceReport, RolloutReport, RunReport } from '../../src/core/report/report.ts';
import { emptyResultText, resultLimit, resultText } from '../../src/core/report/result-text.ts';
import { reportRun } from '../../src/core/report/run-report.ts';
import { type Backup, type InstanceRun, plannedRun, type Rollback } from '../../src/core/run/instance-run.ts';
import { failureReasons } from '../core/report/reasons.ts';
import { stateOf } from '../core/run/runs.ts';
import { read } from './files.ts';
import { type Shape, shapesOf, wordsOf } from './types.ts';

const schema = JSON.parse(read('docs/result.schema.json')) as Schema;
const shapes = shapesOf(
  'src/core/report/report.ts',
  'src/core/report/instance-failure.ts',
  'src/core/report/explain.ts',
  'src/core/model/backend-server.ts',
  'src/core/model/instance.ts'
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema as object);

const image: Image = {
  id: 'm-new',
  name: 'web-2',
  type: 'Custom',
  osType: 'linux',
  osName: 'Ubuntu',
  osVersion: '22.04',
  osArch: 'amd64',
  createTime: '2026-02-10T08:00:00Z',
  status: 'Available',
  minDiskGb: 20
};

const instance: Instance = {
  id: 'i-one',
  name: 'web-1',
  status: 'Running',
  imageId: 'm-old',
  imageName: 'web-1',
  imageType: 'Custom',
  osName: 'Ubuntu',
  osVersion: '22.04',
  osArch: 'amd64',
  zoneName: 'cn-bj-a',
  spec: 'bcc.g5.c1m4',
  publicIp: '',
  internalIp: '192.168.0.11',
  keypairId: '',
  deletionProtection: false
};

const disk: SystemDisk = {
  id: 'v-old',
  createTime: '2026-01-10T08:00:00Z',
  sizeInGB: 40,
  snapshotNum: 1,
  status: 'InUse'
};

const task: Task = {
  instanceId: 'i-one',
  image,
  loginKind: 'keypairId',
  force: false,
  allowProtected: false,
  backup: false,
  drain: false,
  wait: true,
  timeoutMs: 600_000,
  pollIntervalMs: 5_000
};

const options = { login: { kind: 'keypairId', keypairId: 'k-one' }, script: 'kept' } as const;

const anchor = { nowMs: 0, wallMs: Date.parse('2026-03-01T00:00:00Z') };

const denied: CallFailure = {
  kind: 'denied',
  operation: 'GetInstance',
  target: 'i-one',
  message: 'no',
  httpStatus: 403,
  code: 'AccessDenied',
  requestId: 'r-2',
  attempts: 1
};

const lost: CallFailure = {
  kind: 'ambiguous',
  operation: 'RebuildInstance',
  target: 'i-one',
  message: 'reset',
  attempts: 1
};

function seen(
  atMs: number,
  change: Partial<Instance> = {},
  diskChange: Partial<SystemDisk> = {}
): RebuildEvent {
  return { type: 'observed', observation: seenAt(atMs, change, diskChange) };
}

function seenAt(
  atMs: number,
  change: Partial<Instance> = {},
  diskChange: Partial<SystemDisk> = {}
): Observation {
  return {
    atMs,
    answeredAtMs: atMs,
    isFresh: true,
    instance: { ...instance, ...change },
    disk: { ...disk, ...diskChange }
  };
}

const onImage = { imageId: 'm-new', imageName: 'web-2' };
const accepted: RebuildEvent = { type: 'accepted', atMs: 1_000, requestId: 'r-1' };
const done = [
  seen(10_000, { status: 'Starting' }),
  seen(60_000, onImage, { id: 'v-new' }),
  seen(61_000, onImage, { id: 'v-new' })
];

const broken = [20_000, 21_000].map((atMs) => seen(atMs, { status: 'Error' }));

const blb: BackendServer = { kind: 'blb', blbId: 'lb-1', instanceId: 'i-one', weight: 50 };
const group: BackendServer = { ...blb, kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1' };
const held: readonly HeldWeight[] = [
  { server: blb, state: 'held' },
  { server: group, state: 'returned' }
];

/** A target as far as a report reads it. */
function target(of: Partial<Instance> = {}): PlannedTarget {
  const snapshots = [{ id: 's-1', name: 'before', createTime: '2026-01-11T08:00:00Z', volumeId: 'v-old' }];
  return {
    task,
    instance: { ...instance, ...of },
    disk,
    snapshots,
    backendServers: [blb, group],
    circumstances: { rollbackImage: { kind: 'notAsked' } },
    decision: { action: 'rebuild' },
    warnings: ['its status is Error']
  };
}

function runOf(parts: Partial<InstanceRun>): InstanceRun {
  return { ...plannedRun(target()), progress: 'ended', endedAtMs: 700_000, ...parts };
}

function reportOf(run: InstanceRun): InstanceReport {
  return reportInstance(run, stateOf([run], { anchor, atMs: 700_000, options }));
}

/** A run of an instance that was only this rebuild. */
function endedRun(rebuild: RebuildState): InstanceRun {
  return runOf({ rebuild, cancelled: rebuild.ending?.kind === 'cancelled' });
}

/** What the plan saw is what is seen first. */
function firstOf([first]: readonly RebuildEvent[]): Observation {
  return first?.type === 'observed' ? first.observation : seenAt(0);
}

function rebuildFrom(events: readonly RebuildEvent[], change: Partial<Task> = {}): RebuildState {
  return events.reduce<RebuildState>(
    (rebuild, event) => step(rebuild, event)[0],
    begin({ ...task, ...change }, 0, { ...firstOf(events), atMs: -5_000, isFresh: false })[0]
  );
}

const rollout: RolloutReport = {
  maxUnavailable: 1,
  peakUnavailable: 1,
  canaries: ['i-one'],
  maxFailures: 0,
  pauseSeconds: 30,
  unavailableBefore: [{ instanceId: 'i-one', why: 'its status is Stopped' }],
  stopped: { reason: 'canary', message: 'The canary failed.' }
};

/** As it comes out of the output: through JSON. */
function printed(...instances: readonly InstanceReport[]): unknown {
  const report = { ...reportRun(stateOf([], { anchor, atMs: 123_456, image })), rollout, instances };
  return JSON.parse(resultText(report));
}

function faults(report: unknown): readonly string[] {
  validate(report);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

interface Ending {
  readonly name: string;
  readonly status: InstanceReport['status'];
  readonly reason?: string;
  readonly events: readonly RebuildEvent[];
  readonly change?: Partial<Task>;
}

const sent = [seen(0), accepted];
const underWay = [...sent, seen(10_000, { status: 'Starting' })];
const gone = { ...denied, kind: 'notFound' } as const;

const endings: readonly Ending[] = [
  { name: 'rebuilt', status: 'rebuilt', events: [...sent, ...done] },
  { name: 'skipped', status: 'skipped', events: [seen(0, onImage)] },
  { name: 'started, not waited for', status: 'started', events: [...sent, ...done], change: { wait: false } },
  {
    name: 'rebuilt after a lost answer',
    status: 'rebuilt',
    events: [seen(0), { type: 'sendFailed', atMs: 1_000, failure: lost }, ...done]
  },
  {
    name: 'cancelled in the wait',
    status: 'inProgress',
    reason: 'cancelled',
    events: [...sent, { type: 'cancelled', atMs: 5_000 }]
  },
  {
    name: 'cancelled before the send',
    status: 'notStarted',
    reason: 'cancelled',
    events: [{ type: 'cancelled', atMs: 0 }]
  },
  {
    name: 'cancelled while the answer was out',
    status: 'inProgress',
    reason: 'cancelled',
    events: [seen(0), { type: 'cancelled', atMs: 900, failure: lost }]
  },
  { name: 'refused', status: 'failed', reason: 'refused', events: [seen(0, { status: 'Expired' })] },
  {
    name: 'kept waiting by somebody else',
    status: 'failed',
    reason: 'busy',
    events: [0, 600_000].map((at) => seen(at, { status: 'VolumeResizing' }))
  },
  {
    name: 'denied in mid-wait',
    status: 'failed',
    reason: 'denied',
    events: [...sent, { type: 'observeFailed', atMs: 9_000, failure: denied }]
  },
  {
    name: 'denied at the first observation',
    status: 'failed',
    reason: 'denied',
    events: [{ type: 'observeFailed', atMs: 0, failure: denied }]
  },
  {
    name: 'never proven',
    status: 'failed',
    reason: 'unproven',
    events: [...sent, ...[100_000, 300_000, 601_000, 602_000].map((at) => seen(at))]
  },
  {
    name: 'not done in time',
    status: 'failed',
    reason: 'timedOut',
    events: [...underWay, seen(601_000, { status: 'Starting' })]
  },
  {
    name: 'ended in Error',
    status: 'failed',
    reason: 'status',
    events: [...underWay, ...broken]
  },
  {
    name: 'of an instance that is gone',
    status: 'failed',
    reason: 'gone',
    events: [
      ...sent,
      ...[5_000, 9_000].map((atMs) => ({ type: 'observeFailed', atMs, failure: gone }) as const)
    ]
  },
  {
    name: 'ended on a wrong image',
    status: 'failed',
    reason: 'wrongImage',
    events: [
      ...underWay,
      ...Array.from({ length: 20 }, (_, at) => 20_000 + 5_000 * at).map((at) =>
        seen(at, { imageId: 'm-third' })
      )
    ]
  }
];

/** A successful rebuild, and one back onto the previous image. */
const rebuilt = rebuildFrom([...sent, ...done]);
const carryOutRollback = rebuildFrom(
  [
    seen(0, onImage, { id: 'v-new' }),
    accepted,
    seen(10_000, { ...onImage, status: 'Starting' }),
    seen(60_000, {}, { id: 'v-third' }),
    seen(61_000, {}, { id: 'v-third' })
  ],
  { image: { ...image, id: 'm-old', name: 'web-1' } }
);
const brokenBack = rebuildFrom([seen(0, onImage), accepted, ...['Starting', 'Error', 'Error'].map(seenAs)], {
  image: { ...image, id: 'm-old', name: 'web-1' }
});

const check = 'https://192.0.2.1/healthz';
const expired = { kind: 'certificate', message: 'certificate has expired' } as const;
const healthy: HealthOutcome = {
  healthy: true,
  fromMs: 60_250,
  deadlineMs: 360_250,
  atMs: 80_000,
  history: [
    { atMs: 61_000, failed: [{ check, reason: { kind: 'refused' } }] },
    { atMs: 70_000, failed: [] }
  ],
  checks: [{ check, result: { healthy: true } }]
};
const unhealthy: HealthOutcome = {
  healthy: false,
  fromMs: 60_250,
  deadlineMs: 360_250,
  atMs: 360_000,
  history: [
    {
      atMs: 61_000,
      failed: [{ check, reason: { kind: 'status', status: 503, wanted: [{ from: 200, to: 299 }] } }]
    },
    { atMs: 70_000, failed: [] },
    { atMs: 72_000, failed: [{ check, reason: expired }] }
  ],
  checks: [{ check, result: { healthy: false, reason: expired } }],
  reason: { kind: 'failing', failed: [{ check, reason: expired }] }
};
const backup: Backup = {
  isAvailable: true,
  imageName: 'rbi-backup/i-one/m-old/20260301T000000Z/1',
  imageId: 'm-backup'
};
const noBackup: Backup = { ...backup, isAvailable: false };
const unsaved = rebuildFrom(
  [
    seen(0),
    {
      type: 'prepared',
      atMs: 50_000,
      problem: { cause: 'It came to the status Error.', remedy: 'Run again.' }
    }
  ],
  { backup: true }
);
const undrained = rebuildFrom(
  [seen(0), { type: 'prepared', atMs: 9_000, problem: { cause: 'It is denied.', remedy: 'Permit it.' } }],
  { drain: true }
);
const back: Rollback = { imageId: 'm-old', rebuild: carryOutRollback, health: healthy };
const knownHosts = ['192.168.0.11 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'];

interface RunRecorder {
  readonly name: string;
  readonly status: InstanceReport['status'];
  readonly reason?: string;
  readonly parts: Partial<InstanceRun>;
  /** What else of the report is expected. */
  readonly more?: Partial<InstanceReport>;
}

const runs: readonly RunRecorder[] = [
  {
    name: 'backed up, rebuilt and found healthy',
    status: 'rebuilt',
    parts: { backup, rebuild: rebuilt, health: healthy, knownHosts },
    more: { knownHosts, disk: 'erased', backup: { imageId: 'm-backup', imageName: backup.imageName } }
  },
  {
    name: 'stopped by a backup that failed',
    status: 'failed',
    reason: 'backup',
    parts: { backup: noBackup, rebuild: unsaved },
    more: { disk: 'untouched', restoreWith: [] }
  },
  {
    name: 'stopped by a backup that was refused',
    status: 'failed',
    reason: 'backup',
    parts: { backup: withoutId(noBackup), rebuild: unsaved }
  },
  {
    name: 'unhealthy',
    status: 'failed',
    reason: 'unhealthy',
    parts: { rebuild: rebuilt, health: unhealthy }
  },
  {
    name: 'rolled back',
    status: 'rolledBack',
    reason: 'unhealthy',
    parts: { rebuild: rebuilt, health: unhealthy, rollback: back },
    more: { rollback: { imageId: 'm-old', ok: true } }
  },
  {
    name: 'rolled back after it came to Error',
    status: 'rolledBack',
    reason: 'status',
    parts: { rebuild: rebuildFrom([...underWay, ...broken]), rollback: back }
  },
  {
    name: 'failed, with a rollback that failed too',
    status: 'failed',
    reason: 'unhealthy',
    parts: { rebuild: rebuilt, health: unhealthy, rollback: { imageId: 'm-old', rebuild: brokenBack } },
    more: { rollback: { imageId: 'm-old', ok: false } }
  },
  {
    name: 'failed, with a rollback that is not healthy either',
    status: 'failed',
    reason: 'unhealthy',
    parts: { rebuild: rebuilt, health: unhealthy, rollback: { ...back, health: unhealthy } }
  },
  {
    name: 'failed, with no image to roll back to',
    status: 'failed',
    reason: 'unhealthy',
    parts: {
      rebuild: rebuilt,
      health: unhealthy,
      rollback: { imageId: 'm-old', problem: 'GetImage: gone.' }
    },
    more: { rollback: { imageId: 'm-old', ok: false, problem: 'GetImage: gone.' } }
  },
  {
    name: 'stopped by a load balancer that could not be left',
    status: 'failed',
    reason: 'drain',
    parts: { rebuild: undrained, heldWeights: [{ server: blb, state: 'asked' }] },
    more: { disk: 'untouched' }
  },
  {
    name: 'rebuilt and healthy, with a weight that could not be restored',
    status: 'failed',
    reason: 'rejoin',
    parts: { rebuild: rebuilt, health: healthy, heldWeights: held, rejoinProblem: 'It is denied.' },
    more: {
      balancers: [
        { kind: 'blb', blbId: 'lb-1', weight: 50, currentWeight: 0 },
        { kind: 'appblb', blbId: 'lb-2', groupId: 'sg-1', weight: 50, currentWeight: 50 }
      ]
    }
  },
  {
    name: 'rolled back although it is healthy',
    status: 'rolledBack',
    parts: { rebuild: rebuilt, health: healthy, rollback: back }
  },
  {
    name: 'healthy, with a rollback that failed',
    status: 'failed',
    reason: 'rollbackFailed',
    parts: { rebuild: rebuilt, health: healthy, rollback: { imageId: 'm-old', problem: 'GetImage: gone.' } }
  },
  {
    name: 'cancelled in the backup',
    status: 'notStarted',
    reason: 'cancelled',
    parts: { backup: noBackup, cancelled: true },
    more: { disk: 'untouched' }
  },
  {
    name: 'cancelled before anything was begun',
    status: 'notStarted',
    reason: 'cancelled',
    parts: { cancelled: true }
  }
];

describe('the schema of the output `result`', () => {
  test.each(endings)('accepts a rebuild that was $name', ({ status, reason, events, change }) => {
    const report = reportOf(endedRun(rebuildFrom(events, change)));
    expect(report).toMatchObject({ status });
    expect(report.failure?.reason).toBe(reason);
    expect(faults(printed(report))).toEqual([]);
  });

  test.each(runs)('accepts an instance that was $name', ({ status, reason, parts, more }) => {
    const report = reportOf(runOf(parts));
    expect(report).toMatchObject({ status, ...more });
    expect(report.failure?.reason).toBe(reason);
    expect(faults(printed(report))).toEqual([]);
  });

  test.each(runs)('accepts a run that is cut off while it is $name', ({ parts }) => {
    const report = reportOf(runOf({ ...parts, progress: 'working' }));
    expect(report).toMatchObject({ status: 'inProgress' });
    expect(faults(printed(report))).toEqual([]);
  });

  test('accepts planned and refused instances', () => {
    const refusal = {
      action: 'refuse',
      refusals: [{ reason: 'deletionProtection is on', remedy: 'Switch it off.' }]
    } as const;
    const refused = plannedRun({ ...target({ deletionProtection: true }), decision: refusal });
    const untouched = plannedRun(target());
    const both = stateOf([refused, untouched], { anchor });
    const told = both.instances.map((run) => reportInstance(run, both));
    expect(told.map(({ status }) => status)).toEqual(['failed', 'notStarted']);
    expect(faults(printed(...told))).toEqual([]);
    const { course: _none, ...plan } = stateOf([untouched], { anchor });
    const planned = reportInstance(untouched, plan);
    expect(planned.status).toBe('planned');
    expect(faults(printed(planned))).toEqual([]);
  });

  test('takes a target of which the API shows no system disk', () => {
    const bare = plannedRun({ ...target(), disk: undefined, snapshots: [] });
    expect(faults(printed(reportOf(bare)))).toEqual([]);
  });

  test('takes a run that ended as its instances did', () => {
    const reports = runs.map(({ parts }) => reportOf(runOf(parts)));
    for (const report of reports) expect(faults(printed(report, ...reports))).toEqual([]);
  });
});

describe('a result of 1,000 instances', () => {
  /** Names of so many characters, and words of so many more in what the instance is said to be. */
  function crowd(failing: number, nameLength: number, wordLength: number): readonly InstanceReport[] {
    const parts = { backup, rebuild: rebuilt, health: healthy, knownHosts };
    const good = reportOf(runOf(parts));
    const bad = reportOf(runOf({ ...parts, health: unhealthy }));
    return Array.from({ length: 1000 }, (_, index) => {
      const one = index < failing ? bad : good;
      const name = '名'.repeat(nameLength);
      const plan = { ...one.plan, current: 'x'.repeat(wordLength) };
      return { ...one, instanceId: `i-${index}`, name, before: { ...one.before, imageName: name }, plan };
    });
  }

  function written(instances: readonly InstanceReport[]): readonly InstanceReport[] {
    const report = { ...reportRun(stateOf([], { anchor, atMs: 123_456, image })), rollout, instances };
    const [text, all] = [resultText(report), JSON.stringify(report)];
    const read = JSON.parse(text) as RunReport;
    expect(faults(read)).toEqual([]);
    const isWhole = Buffer.byteLength(all) <= resultLimit;
    expect(text === all).toBe(isWhole);
    expect(read.leftOut === undefined).toBe(isWhole);
    expect(read.instances.length + (read.leftOut?.instances ?? 0)).toBe(instances.length);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(resultLimit);
    return read.instances;
  }

  test('is valid JSON also where the inputs are wrong', () => {
    expect(faults(JSON.parse(emptyResultText(Date.UTC(2026, 2, 1))))).toEqual([]);
  });

  test('is whole where it fits', () => {
    const few = crowd(2, 5, 20).slice(0, 4);
    expect(written(few)).toEqual(JSON.parse(JSON.stringify(few)));
  });

  test('drops the history of successful instances first, and nothing of a failure', () => {
    const instances = crowd(3, 0, 3000).slice(0, 30);
    const text = written(instances);
    expect(text.slice(0, 3)).toEqual(JSON.parse(JSON.stringify(instances.slice(0, 3))));
    expect(text[3]).toMatchObject({
      phases: [],
      statusHistory: [],
      plan: { description: 'rebuild: erases the system disk', current: '', steps: [], warnings: [] },
      health: { healthy: true, history: [] }
    });
    expect(text[3]?.restoreWith).not.toEqual([]);
    expect(text[3]?.knownHosts).not.toEqual([]);
  });

  test.each([
    ['succeeded', 0],
    ['failing', 400],
    ['all failing', 1000]
  ])('with long names still fits where they are %s', (_, failing) => {
    const text = written(crowd(failing, 128, 100));
    expect(text.length).toBeGreaterThan(50);
    expect(text.every((one) => failing === 0 || one.failure !== undefined)).toBe(true);
    expect(text.at(-1)).toMatchObject({ name: '', restoreWith: [], knownHosts: [], phases: [] });
  });
});

describe('the schema is strict', () => {
  const all = { backup, health: unhealthy, rollback: { ...back, problem: 'x' }, knownHosts };
  const failedCall = rebuildFrom([...sent, { type: 'observeFailed', atMs: 9_000, failure: denied }]);
  const both = printed(
    reportOf(runOf({ rebuild: rebuilt, ...all })),
    reportOf(runOf({ rebuild: failedCall }))
  );
  const whole = { ...(both as RunReport), leftOut: { parts: ['phases'], instances: 1 } };
  const optional = shapesIn(shapes.get('RunReport') ?? []).flatMap((shape) =>
    shape.filter((property) => property.optional).map(({ name }) => name)
  );
  const places = objectsIn(whole);

  test('with an example that has an object of every kind', () => {
    expect(faults(whole)).toEqual([]);
    const kinds = new Set(places.map((path) => path.filter((key) => !/^\d+$/.test(key)).join('.')));
    expect(kinds.size).toBe(shapesIn(shapes.get('RunReport') ?? []).length);
  });

  test('and refuses a property more in any place', () => {
    for (const path of places) {
      expect(faults(changed(whole, path, (place) => Object.assign(place, { more: 1 })))).not.toEqual([]);
    }
  });

  test('and one less, but for those that may be absent', () => {
    for (const path of places) {
      for (const key of Object.keys(at(whole, path)).filter((name) => !optional.includes(name))) {
        expect(faults(changed(whole, path, (place) => Reflect.deleteProperty(place, key)))).not.toEqual([]);
      }
    }
  });

  test('and refuses a word that the code does not have', () => {
    const wrong = changed(whole, ['instances', '0'], (place) => Object.assign(place, { status: 'undone' }));
    expect(faults(wrong)).not.toEqual([]);
  });
});

describe('the schema describes what the code has, and nothing else:', () => {
  test('every property in any depth, and whether it may be absent', () => {
    expect(formOf(schema)).toEqual(treeOf(shapes.get('RunReport') ?? []));
  });

  test('every word of a status, of a disk state, of a phase, of a kind and of a reason', () => {
    const words = (...path: readonly string[]): readonly string[] =>
      at(schema, ['$defs', ...path, 'enum']) as readonly string[];
    const statuses = wordsOf('src/core/run/instance-status.ts', 'InstanceStatus');
    expect(statuses.length).toBeGreaterThan(7);
    expect(words('instance', 'properties', 'status')).toEqual(statuses);
    expect(at(schema, ['properties', 'status', 'enum'])).toEqual([
      ...statuses.filter((word) => word !== 'notStarted'),
      'partial'
    ]);
    const diskStates = wordsOf('src/core/rebuild/ending.ts', 'DiskState');
    expect(words('instance', 'properties', 'disk')).toEqual(diskStates);
    // A recheck is too short to be told as a part of the work.
    const untold = ['rechecking', 'ended'];
    const all = wordsOf('src/core/rebuild/rebuild-state.ts', 'Phase');
    const ofLife = all.filter((word) => !untold.includes(word));
    const phases = [...ofLife, 'health'];
    expect(words('instance', 'properties', 'phases', 'items', 'properties', 'phase')).toEqual([
      ...phases,
      ...phases.filter((phase) => phase !== 'backup').map((phase) => `rollback: ${phase}`)
    ]);
    expect(words('failure', 'properties', 'reason').toSorted()).toEqual(failureReasons.toSorted());
    const stops = wordsOf('src/core/rollout/stop-reason.ts', 'StopReason');
    expect(words('rollout', 'properties', 'stopped', 'properties', 'reason')).toEqual(stops);
    const kinds = wordsOf('src/core/model/backend-server.ts', 'BalancerKind');
    expect(words('balancer', 'properties', 'kind')).toEqual(kinds);
  });
});

/** A schema, as far as the tests read it. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Names of properties in order, a mark on those that may be absent, and below each what it holds. */
type Tree = readonly (readonly [name: string, inner: Tree])[];

function formOf(form: Schema): Tree {
  const whole = form.$ref === undefined ? form : (schema.$defs?.[form.$ref.replace('#/$defs/', '')] ?? {});
  if (whole.items !== undefined) return formOf(whole.items);
  return inOrder(
    Object.entries(whole.properties ?? {}).map(([name, inner]) => [
      whole.required?.includes(name) ? name : `${name}?`,
      formOf(inner)
    ])
  );
}

function treeOf(shape: Shape): Tree {
  return inOrder(shape.map(({ name, optional, inner }) => [optional ? `${name}?` : name, treeOf(inner)]));
}

/** JSON has no order of properties, so that theirs is no part of the form. */
function inOrder(tree: Tree): Tree {
  return tree.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** A shape and all that are within it. */
function shapesIn(shape: Shape): readonly Shape[] {
  return [shape, ...shape.filter(({ inner }) => inner.length > 0).flatMap(({ inner }) => shapesIn(inner))];
}

/** Observations every ten seconds. */
function seenAs(status: string, index: number): RebuildEvent {
  return seen(10_000 * (index + 1), { ...onImage, status });
}

function withoutId({ imageId: _none, ...others }: Backup): Backup {
  return others;
}

/** The paths of all objects in a value. */
function objectsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, inner]) => objectsIn(inner, [...path, key]));
  return Array.isArray(value) ? below : [path, ...below];
}

/** A copy with one object in it changed. */
function changed(value: unknown, path: readonly string[], change: (place: object) => void): unknown {
  const copy: unknown = structuredClone(value);
  change(at(copy, path));
  return copy;
}

function at(value: unknown, path: readonly string[]): object {
  return path.reduce((inner: unknown, key) => (inner as Record<string, unknown>)[key], value) as object;
}
