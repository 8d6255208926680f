import type { PamConnection, PamConnectionStatus } from '../api/pam-connection.gen.ts';
import { nextSkewSeconds } from '../core/clock-skew.ts';
import { type Condition, type ConditionClock, nextConditions, type Verdict } from '../core/conditions.ts';
import { type Failure, problem } from '../core/failure.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import { releasedDeletions } from './connection-custody.ts';
import type { Usage } from './connection-usage.ts';
import type { Session } from './connections.ts';
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
  readonly usage: {
    of(connection: string): Usage;
    heldSince(connection: string, releasedTime: string | undefined): number;
    latestDeletion(connection: string): string | undefined;
  };
  /** Entries with our prefix that no resource derives. */
  readonly unclaimed: (connection: PamConnection, index: InventoryIndex) => Promise<number>;
  /** Deletions that were held may go on. */
  readonly wakeDeletions: (connection: string) => void;
}

/**
 * Writes the status of a connection where it differs, and tells of a transition.
 *
 * @param session absent where the connection cannot be used
 * @returns the connection with its status as it is now
 */
export async function reportConnection(
  connection: PamConnection,
  failure: Failure | undefined,
  session: Session | undefined,
  ports: ConnectionReportPorts,
): Promise<PamConnection> {
  const { metadata } = connection;
  const previous = connection.status ?? {};
  const verdict = verdictOf(failure);
  const inventory = await nextInventory(connection, session?.inventory.latest, ports);
  const { now } = ports.conditionClock();
  const state = nextState(previous.state, session?.circuit, now);
  const clockSkewSeconds = nextSkewSeconds(previous.clockSkewSeconds, session?.client.clockSkewMs);
  const released = releasedDeletions(connection, now, ports.usage.latestDeletion(metadata.name));
  const deletions = nextDeletions(released?.deletions ?? previous.deletions, metadata.name, ports);
  const { total, ready, reconciling, stalled, suspended } = ports.usage.of(metadata.name);
  const status: PamConnectionStatus = {
    ...previous,
    ...released,
    installation: ports.installation,
    resources: { total, ready, reconciling, stalled, suspended },
    ...(inventory !== undefined && { inventory }),
    ...(deletions !== undefined && { deletions }),
    observedGeneration: metadata.generation,
    conditions: nextConditions(
      (previous.conditions ?? []) as Condition[],
      verdict,
      metadata.generation,
      ports.conditionClock(),
    ),
  };
  delete status.lastError;
  if (state === undefined) delete status.state;
  else status.state = state;
  if (clockSkewSeconds === undefined) delete status.clockSkewSeconds;
  else status.clockSkewSeconds = clockSkewSeconds;
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
      since: same && previous.lastError !== undefined ? previous.lastError.since : now,
    };
  }
  const target = { kind: 'PamConnection', namespace: '', name: metadata.name, uid: metadata.uid } as const;
  const result = await ports.kubernetes.writeStatus(target, previous, status);
  if (result.outcome !== 'written') return connection;
  ports.ownVersions.add(metadata.name, result.resourceVersion, status);
  if (released !== undefined) ports.wakeDeletions(metadata.name);
  if ((deletions?.held ?? 0) > 0 && (previous.deletions?.held ?? 0) === 0) tellOfHold(connection, ports);
  const before = previous.conditions?.find(({ type }) => type === 'Ready')?.reason;
  if (before !== verdict.reason) {
    ports.kubernetes.recordEvent({
      resource: connection,
      type: failure === undefined ? 'Normal' : 'Warning',
      reason: verdict.reason,
      action: 'Connect',
      note: verdict.message,
    });
  }
  return { ...connection, status };
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

/** Whether calls go out. The time stays as long as state and cause do, also over a restart. */
function nextState(
  previous: PamConnectionStatus['state'],
  circuit: Session['circuit'] | undefined,
  now: string,
): PamConnectionStatus['state'] {
  if (circuit === undefined) return undefined;
  const { breaker } = circuit;
  const cause = breaker === 'Closed' ? undefined : circuit.cause?.reason;
  if (previous?.breaker === breaker && previous.cause === cause) return previous;
  return { breaker, ...(cause !== undefined && { cause }), since: now };
}

/** Where nothing was ever held there is nothing to say. */
function nextDeletions(
  recorded: PamConnectionStatus['deletions'],
  name: string,
  { usage }: ConnectionReportPorts,
): PamConnectionStatus['deletions'] {
  const held = usage.heldSince(name, recorded?.releasedTime);
  return held === (recorded?.held ?? 0) ? recorded : { ...recorded, held };
}

/** Numbers of a list that decides nothing are none. */
async function nextInventory(
  connection: PamConnection,
  latest: InventoryIndex | undefined,
  { listsDisabled, unclaimed }: ConnectionReportPorts,
): Promise<PamConnectionStatus['inventory']> {
  const previous = connection.status?.inventory;
  const isWhole = latest?.inventory.complete === true;
  const learned = listsDisabled(connection.metadata.name);
  if (!isWhole && !learned) return previous;
  return {
    ...previous,
    ...(isWhole && {
      entries: latest.inventory.entries.length,
      unclaimedEntries: await unclaimed(connection, latest),
    }),
    ...(learned && { disabledRecords: 'Listed' as const }),
  };
}

/** One Event for all that is held from now on: each resource says so itself, but nobody reads a thousand of them. */
function tellOfHold(connection: PamConnection, { kubernetes }: ConnectionReportPorts): void {
  const { reason, message } = problem(
    'DeletionHeld',
    'More records would be disabled by deletion than the brake of the connection allows',
    'Annotate the PamConnection with a new value of `pam-operator.io/release-deletions` if the deletions are meant',
  );
  kubernetes.recordEvent({ resource: connection, type: 'Warning', reason, action: 'Brake', note: message });
}
