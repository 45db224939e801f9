/** One instance in the result, from what was planned for it and done to it. */
import { type CurrentWeight, currentWeights } from '../balancers/held-weights.ts';
import { describeFailed, describeUnhealthy } from '../health/unhealthy.ts';
import type { Instance, SystemDisk } from '../model/instance.ts';
import type { PublicOptions } from '../model/rebuild-spec.ts';
import { currentLabel, decisionLabel, loginLabel, scriptLabel, stepLabels } from '../plan/labels.ts';
import { erasedBy } from '../run/erased.ts';
import { isRolledBack } from '../run/instance-end.ts';
import {
  beforeRebuild,
  diskOf,
  historyOf,
  type InstanceRun,
  lastSeen,
  latestInstance,
  rebuildsOf
} from '../run/instance-run.ts';
import { statusOf } from '../run/instance-status.ts';
import type { RunState } from '../run/run-state.ts';
import { spansOf, workTime } from '../run/spans.ts';
import { toIso, toSeconds } from '../time.ts';
import { wholeCause } from './explain.ts';
import { failureOf } from './instance-failure.ts';
import type { BalancerReport, HealthReport, InstanceAtTime, InstanceReport } from './report.ts';
import { restoreWithLines } from './restore-with.ts';

/** An instance as it is known in a state of its run. */
export function reportInstance(run: InstanceRun, state: RunState): InstanceReport {
  const { anchor, atMs, options } = state;
  const { target, backup, health, rollback } = run;
  const { fromMs, toMs } = workTime(run, atMs);
  const before = beforeRebuild(run);
  const last = lastSeen(run);
  const now = latestInstance(run);
  return {
    instanceId: target.instance.id,
    name: target.instance.name,
    status: statusOf(run, state),
    disk: diskOf(run),
    adopted: run.rebuild?.adopted ?? false,
    publicIp: now.publicIp,
    internalIp: now.internalIp,
    before: atTime(before.instance, before.disk),
    after: last && atTime(last.instance, last.disk),
    erases: reportErased(run),
    phases: spansOf(run, atMs).map((span) => ({
      phase: `${span.isRollback ? 'rollback: ' : ''}${span.kind}`,
      startedAt: toIso(anchor, span.fromMs),
      durationSeconds: toSeconds(span.toMs - span.fromMs)
    })),
    statusHistory: historyOf(run).map(({ status, imageId, atMs: seenMs }) => ({
      status,
      imageId,
      at: toIso(anchor, seenMs),
      seconds: toSeconds(seenMs - fromMs)
    })),
    requestIds: rebuildsOf(run).flatMap(({ requestIds }) => requestIds),
    durationSeconds: toSeconds(toMs - fromMs),
    plan: reportPlan(run, options),
    backup:
      backup?.imageId === undefined ? undefined : { imageId: backup.imageId, imageName: backup.imageName },
    health: health && reportHealth(health),
    rollback: rollback && { imageId: rollback.imageId, ok: isRolledBack(run), problem: rollback.problem },
    balancers: currentWeights(target.backendServers ?? [], run.heldWeights).map(reportWeight),
    knownHosts: run.knownHosts,
    restoreWith: restoreWithLines(run, options),
    failure: reportFailure(run)
  };
}

function reportPlan({ target }: InstanceRun, options: PublicOptions): InstanceReport['plan'] {
  return {
    action: target.decision.action,
    description: decisionLabel(target),
    current: currentLabel(target),
    steps: stepLabels(target),
    warnings: target.warnings,
    login: loginLabel(options),
    userData: scriptLabel(options)
  };
}

function reportErased(run: InstanceRun): InstanceReport['erases'] {
  const { disk, snapshots } = erasedBy(run);
  return {
    systemDiskId: disk?.id ?? '',
    sizeInGB: disk?.sizeInGB ?? 0,
    snapshots: snapshots.map(({ id, name, createTime }) => ({ id, name, createTime }))
  };
}

function reportWeight({ server, currentWeight }: CurrentWeight): BalancerReport {
  const { instanceId: _known, ...pool } = server;
  return { ...pool, currentWeight };
}

function reportFailure(run: InstanceRun): InstanceReport['failure'] {
  const failure = failureOf(run);
  if (failure === undefined) return undefined;
  const { observed: _seen, ...others } = failure;
  return { ...others, cause: wholeCause(failure) };
}

function atTime(instance: Instance, disk: SystemDisk | null | undefined): InstanceAtTime {
  const { status, imageId, imageName } = instance;
  return { status, imageId, imageName, systemDiskId: disk?.id ?? '' };
}

function reportHealth(health: NonNullable<InstanceRun['health']>): HealthReport {
  return {
    healthy: health.healthy,
    durationSeconds: toSeconds(health.atMs - health.fromMs),
    deadlineSeconds: toSeconds(health.deadlineMs - health.fromMs),
    checks: health.checks.map(({ check, result }) => ({
      check,
      result: result.healthy ? 'passes' : describeUnhealthy(result.reason)
    })),
    history: health.history.map(({ atMs, failed }) => ({
      seconds: toSeconds(atMs - health.fromMs),
      result: describeFailed(failed)
    }))
  };
}
