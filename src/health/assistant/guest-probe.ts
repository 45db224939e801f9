/** Probes from inside, by Cloud Assistant. */
import type { GuestCheck } from '../../core/health/check.ts';
import { type GuestCommand, probeCommand, scriptCommand } from '../../core/health/guest/guest-command.ts';
import { judgeProof, judgeScript } from '../../core/health/guest/guest-proof.ts';
import type { AgentState } from '../../core/health/guest/guest-run.ts';
import { guestSystem } from '../../core/health/guest/guest-system.ts';
import { CallError } from '../../core/model/failure.ts';
import { pagesOf } from '../../core/model/limits.ts';
import type { Assistant, GuestProbe } from '../../ports/assistant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunRequest } from '../../ports/request.ts';
import { GuestRuns } from './guest-runs.ts';

/** How long the baseline may take, in milliseconds; an instance that does not answer by then goes without. */
const baselineMs = 30_000;

/**
 * The probes of one run, which asks for this health check.
 *
 * @param intervalMs from beat to beat, in milliseconds
 */
export function createGuestProbe(
  { guestScript, deadlineMs }: NonNullable<RunRequest['health']>,
  intervalMs: number,
  assistant: Assistant,
  clock: Clock
): GuestProbe {
  const runs = new GuestRuns(assistant, clock, intervalMs);
  const commandOf = (check: GuestCheck): GuestCommand => {
    if (check.kind === 'assistant') return probeCommand(check.system);
    if (guestScript === undefined) throw new Error('no guest script');
    return scriptCommand(guestScript, check.system, deadlineMs);
  };
  return {
    async getAgents(ids, signal) {
      const agents = new Map<string, AgentState>();
      for (const page of pagesOf(ids)) {
        const found = await assistant.getAgents(page, signal);
        for (const id of page) agents.set(id, found.get(id) ?? 'offline');
      }
      return agents;
    },
    async getBootIds(instances, signal) {
      const untilMs = clock.nowMs() + baselineMs;
      const answers = await Promise.all(
        instances.map(async ({ id, osName }) => {
          const command = probeCommand(guestSystem({ osName }));
          return [id, await runs.execute(id, command, untilMs, signal, true)] as const;
        })
      );
      const bootIds = new Map<string, string>();
      for (const [id, answer] of answers) {
        if (answer.kind === 'assistantCall' && answer.isDenied) {
          throw new CallError({
            kind: 'denied',
            operation: 'CreateAction',
            target: id,
            message: answer.message,
            attempts: 1
          });
        }
        const result = judgeProof(answer, {});
        if (result.healthy && result.bootId !== undefined) bootIds.set(id, result.bootId);
      }
      return bootIds;
    },
    async probe(check, { signal, untilMs, baseline }) {
      const answer = await runs.execute(check.instanceId, commandOf(check), untilMs, signal);
      if (check.kind === 'guestScript') return judgeScript(answer);
      const result = judgeProof(answer, baseline);
      // The boot of Windows moves with its clock, so it tells no two boots apart from probe to probe.
      return result.healthy && check.system === 'windows' ? { healthy: true } : result;
    },
    dispose: () => runs.dispose()
  };
}
