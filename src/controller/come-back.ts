import { type Condition, progressDeadlineInMs } from '../core/conditions.ts';
import type { Failure } from '../core/failure.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import type { nextStatus } from '../core/next-status.ts';
import { lacksBaseline } from '../core/plan-baseline.ts';
import { disableDelayMs, retryDelayMs } from '../core/schedule.ts';
import { wantsDisable } from '../core/wake.ts';
import type { Executed } from './execute.ts';
import type { PassResult } from './pass-result.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import type { ResourceMemory } from './resource-memory.ts';
import { PRIORITY } from './workqueue.ts';

/** Until the baseline is known a rotation cannot be told, so it is looked for at the latest then (design 4.3). */
const LATEST_BASELINE_MS = 60_000;

/** After an own write of a record with secret content the baseline is looked for, spread a little. */
export function baselineInMs(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  outcome: Executed['outcome'],
  { baselineDelayMs, random }: ReconcilePorts,
): number | undefined {
  if (!outcome.wrote || !lacksBaseline({ ...resource, status } as ManagedResource)) return undefined;
  return Math.min(LATEST_BASELINE_MS, baselineDelayMs * (1 + 0.2 * random()));
}

/** When a resource whose pass failed comes back, and with which priority. */
export function afterFailure(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  failure: Failure,
  { retry, random, conditionClock }: ReconcilePorts,
  memory: ResourceMemory,
): PassResult {
  memory.failures += 1;
  const result =
    failure.retry === 'stalled' ? 'terminal' : failure.retry === 'backoff' ? 'error' : 'requeue_after';
  const draw = random();
  const delayMs = retryDelayMs(failure, memory.failures, retry, draw);
  const disabling = !resource.deleting && wantsDisable({ spec: resource.spec, status } as ManagedResource);
  const asked = failure.fault?.operation;
  // A create that PAM refuses leaves nothing to disable; a token or list that fails may be all that delays a disable.
  if (disabling && asked !== undefined && (asked !== 'Upsert' || status.id !== undefined)) {
    const afterMs = disableDelayMs(delayMs, memory.failures, retry, draw);
    return { result, next: { afterMs, priority: PRIORITY.disable } };
  }
  if (delayMs === undefined) return { result };
  const nowMs = Date.parse(conditionClock().now);
  const conditions = (status.conditions ?? []) as Condition[];
  const deadlineMs =
    failure.retry === 'wait'
      ? progressDeadlineInMs(conditions, nowMs, retry.progressDeadlineSeconds)
      : undefined;
  const afterMs = Math.max(1, Math.min(delayMs, deadlineMs ?? delayMs));
  const lane = resource.deleting ? 'deletion' : disabling ? 'disable' : 'retry';
  return { result, next: { afterMs, priority: PRIORITY[lane] } };
}
