import type { Decision } from '../core/decision.ts';
import type { InstallKey } from '../core/digest.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import { nextStatus } from '../core/next-status.ts';
import { NOTHING_DONE } from '../core/outcome.ts';
import { deletionBlocked } from '../core/plan-deletion.ts';
import { secretSources } from '../core/secret-source.ts';
import { afterFailure, baselineInMs } from './come-back.ts';
import type { ConnectionView } from './connections.ts';
import type { Executed } from './execute.ts';
import { LATER, type PassResult, WAITS } from './pass-result.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import { rememberWrites, reportResource } from './report-resource.ts';
import type { ResourceMemory } from './resource-memory.ts';
import { PRIORITY } from './workqueue.ts';

/** Writes the status, tells of a transition, and says when to come back. */
export async function finishPass(
  resource: ManagedResource,
  decision: Decision,
  executed: Executed,
  view: ConnectionView | undefined,
  installKey: InstallKey | undefined,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  const { outcome } = executed;
  const cause = outcome.failure ?? decision.failure;
  const failure =
    cause !== undefined &&
    resource.deleting &&
    cause.reason !== 'DeletionBlocked' &&
    cause.reason !== 'DeletionHeld'
      ? deletionBlocked(cause)
      : cause;
  const written = executed.resource;
  const wasReleased =
    resource.hasFinalizer && (written.metadata.finalizers?.length ?? 0) === 0 && resource.deleting;
  // The last finalizer is off: the object is gone, and a status write would only meet a 404.
  if (wasReleased && failure === undefined) return { result: 'success' };
  const hasNoNews = outcome.outdated && outcome.failure === undefined && !outcome.wrote;
  // Another replica leads: its status must not be overwritten. What was written to PAM is found by the intent.
  if (hasNoNews || ports.signal.aborted) {
    rememberWrites(memory, executed);
    return LATER;
  }

  const status = nextStatus(
    // What was recorded in this pass (the intent) is the base; what was declared stays what was acted on.
    { ...resource, metadata: written.metadata, status: written.status } as ManagedResource,
    failure === decision.failure ? decision : { ...decision, ...(failure !== undefined && { failure }) },
    failure === undefined || outcome.failure === undefined ? outcome : { ...outcome, failure },
    { fingerprint: view?.fingerprint ?? resource.status.connectionFingerprint ?? '', installKey },
    ports.conditionClock(),
  );
  await reportResource(resource, written, status, executed, ports, memory);

  if (decision.heldBack === true) return WAITS;
  if (outcome.outdated && outcome.failure === undefined) return LATER;
  if (failure !== undefined) return afterFailure(resource, status, failure, ports, memory);
  memory.failures = 0;
  if (decision.again) return { result: 'requeue', next: { afterMs: 0 } };
  const laterMs = decision.laterMs ?? baselineInMs(resource, status, outcome, ports);
  if (laterMs !== undefined) {
    return { result: 'requeue_after', next: { afterMs: Math.max(1, laterMs), priority: PRIORITY.resync } };
  }
  if (ports.secretsPollSeconds !== undefined && secretSources(resource).length > 0 && !decision.suspended) {
    return {
      result: 'requeue_after',
      next: { afterMs: ports.secretsPollSeconds * 1000, priority: PRIORITY.resync },
    };
  }
  return { result: 'success' };
}

/** The result of a pass that has not called anything. */
export function undone(resource: ManagedResource): Executed {
  return { outcome: NOTHING_DONE, resource, ownVersions: [] };
}
