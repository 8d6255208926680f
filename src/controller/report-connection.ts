import type { PamConnection, PamConnectionStatus } from '../api/pam-connection.gen.ts';
import { type Condition, type ConditionClock, nextConditions, type Verdict } from '../core/conditions.ts';
import type { Failure } from '../core/failure.ts';
import { releasedDeletions } from './connection-custody.ts';
import type { Kubernetes } from './kubernetes.ts';
import type { OwnVersions } from './own-versions.ts';

export interface ConnectionReportPorts {
  readonly kubernetes: Kubernetes;
  readonly conditionClock: () => ConditionClock;
  readonly ownVersions: OwnVersions;
  /** Name of this installation. */
  readonly installation: string;
  /** PAM was seen to list disabled records. */
  readonly listsDisabled: (connection: string) => boolean;
  /** Deletions that were held may go on. */
  readonly wakeDeletions: (connection: string) => void;
}

/** Writes the status of a connection, and tells of a transition. */
export async function reportConnection(
  connection: PamConnection,
  failure: Failure | undefined,
  ports: ConnectionReportPorts,
): Promise<void> {
  const { metadata } = connection;
  const previous = connection.status ?? {};
  const verdict = verdictOf(failure);
  const released = releasedDeletions(connection, ports.conditionClock().now);
  const learned = ports.listsDisabled(metadata.name);
  const status: PamConnectionStatus = {
    ...previous,
    ...released,
    installation: ports.installation,
    ...(learned && { inventory: { ...previous.inventory, disabledRecords: 'Listed' as const } }),
    observedGeneration: metadata.generation,
    conditions: nextConditions(
      (previous.conditions ?? []) as Condition[],
      verdict,
      metadata.generation,
      ports.conditionClock(),
    ),
  };
  delete status.lastError;
  if (failure?.fault !== undefined) {
    const { operation, code, httpStatus } = failure.fault;
    const { reason, message } = failure;
    const same = previous.lastError?.reason === reason && previous.lastError.httpStatus === httpStatus;
    status.lastError = {
      operation,
      ...(code !== undefined && { code }),
      ...(httpStatus !== undefined && { httpStatus }),
      reason,
      message,
      since: same && previous.lastError !== undefined ? previous.lastError.since : ports.conditionClock().now,
    };
  }
  const target = { kind: 'PamConnection', namespace: '', name: metadata.name, uid: metadata.uid } as const;
  // Two installations that see it first at once: only one of them writes.
  const claims = previous.installation === undefined ? { resourceVersion: metadata.resourceVersion } : {};
  const result = await ports.kubernetes.writeStatus(target, previous, status, claims);
  if (result.outcome !== 'written') return;
  ports.ownVersions.add(metadata.name, result.resourceVersion);
  if (released !== undefined) ports.wakeDeletions(metadata.name);
  const before = previous.conditions?.find(({ type }) => type === 'Ready')?.reason;
  if (before === verdict.reason) return;
  ports.kubernetes.recordEvent({
    resource: connection,
    type: failure === undefined ? 'Normal' : 'Warning',
    reason: verdict.reason,
    action: 'Connect',
    note: verdict.message,
  });
}

function verdictOf(failure: Failure | undefined): Verdict {
  if (failure === undefined) {
    return {
      ready: 'True',
      reason: 'Synced',
      message: 'PAM Core answers and takes the credentials of the connection.',
      activity: 'settled',
    };
  }
  const activity = failure.retry === 'stalled' ? 'stalled' : failure.retry === 'wait' ? 'waiting' : 'working';
  return { ready: 'False', reason: failure.reason, message: failure.message, activity };
}
