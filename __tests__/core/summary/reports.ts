/** Reports made by hand, for tests of what is drawn from them. */
import type {
  BalancerReport,
  FailureReport,
  InstanceReport,
  InstanceStatus,
  RolloutReport,
  RunReport
} from '../../../src/core/report/report.ts';
import { runStatus } from '../../../src/core/report/run-report.ts';

/** A failure with a reason. */
export function failureReport(
  reason: FailureReport['reason'] = 'timedOut',
  cause = `it failed: ${reason}`
): FailureReport {
  return {
    reason,
    cause,
    diskNote: 'Its old content is gone.',
    remedy: 'Look at the instance in the console.'
  };
}

/** Phases one after another from the beginning of an hour on, as pairs of a name and seconds. */
export function phasesFrom(
  startSecond: number,
  ...spans: readonly (readonly [phase: string, seconds: number])[]
): InstanceReport['phases'] {
  let second = startSecond;
  return spans.map(([phase, durationSeconds]) => {
    const startedAt = `${new Date(Date.UTC(2026, 2, 1, 9) + second * 1000).toISOString().slice(0, 19)}Z`;
    second += durationSeconds;
    return { phase, startedAt, durationSeconds };
  });
}

const failing: readonly InstanceStatus[] = ['failed', 'rolledBack', 'inProgress'];

/** An instance; one that failed has a failure. */
export function instanceReport(
  instanceId: string,
  status: InstanceStatus = 'rebuilt',
  patch: Partial<InstanceReport> = {}
): InstanceReport {
  const isTouched = !['skipped', 'planned', 'notStarted'].includes(status);
  const after = { status: 'Running', imageId: 'm-new', imageName: 'web-2', systemDiskId: 'v-new' };
  return {
    instanceId,
    name: `name-of-${instanceId}`,
    status,
    disk: isTouched ? 'erased' : 'untouched',
    adopted: false,
    publicIp: '',
    internalIp: '192.168.0.11',
    before: { status: 'Running', imageId: 'm-old', imageName: 'web-1', systemDiskId: 'v-old' },
    ...(isTouched ? { after } : {}),
    erases: { systemDiskId: 'v-old', sizeInGB: 40, snapshots: [] },
    phases: [],
    statusHistory: [],
    requestIds: isTouched ? ['r-1'] : [],
    durationSeconds: isTouched ? 250 : 0,
    plan: {
      action: 'rebuild',
      description: 'rebuild: erases the system disk',
      current: 'Running, cn-bj-a, bcc.g5.c1m4, image m-old web-1',
      steps: [],
      warnings: [],
      login: 'with the key pair k-one',
      userData: 'the earlier script, if there is one, runs again'
    },
    balancers: [],
    knownHosts: [],
    restoreWith: [],
    ...(failing.includes(status) ? { failure: failureReport() } : {}),
    ...patch
  };
}

/** A place on a load balancer; where the two weights differ, one is to be restored. */
export function balancerReport(
  weight: number,
  now: number,
  patch: Partial<BalancerReport> = {}
): BalancerReport {
  return { kind: 'blb', blbId: 'lb-1', weight, currentWeight: now, ...patch };
}

/** A run of instances. */
export function runReport(
  instances: readonly InstanceReport[],
  rollout: Partial<RolloutReport> = {}
): RunReport {
  return {
    version: 1,
    status: runStatus(instances),
    changed: instances.some(({ disk }) => disk !== 'untouched'),
    imageId: 'm-new',
    imageName: 'web-2',
    startedAt: '2026-03-01T09:00:00Z',
    durationSeconds: 4800,
    rollout: {
      maxUnavailable: 10,
      peakUnavailable: 10,
      canaries: [],
      maxFailures: 0,
      pauseSeconds: 0,
      unavailableBefore: [],
      ...rollout
    },
    instances
  };
}

/** So many numbers from 0 on, made to something. */
export function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** An ID like the vendor's. */
export function idOf(index: number): string {
  return `i-${String(index).padStart(8, '0')}`;
}

/** HeldWeights that each row of each table has as many cells as its head, and that every fold is closed. */
export function expectWellFormed(text: string): void {
  let columns = 0;
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    if (fenced) continue;
    const cells = line.startsWith('|') ? line.split('|').length - 2 : 0;
    if (cells > 0 && columns > 0 && cells !== columns)
      throw new Error(`${cells} cells for ${columns}: ${line}`);
    columns = cells;
  }
  const folds = text.split('<details').length - text.split('</details>').length;
  if (fenced || folds !== 0 || !text.endsWith('\n')) throw new Error(`not closed: ${text.slice(-1000)}`);
}
