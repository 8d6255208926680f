import type { PamConnection } from '../api/pam-connection.gen.ts';
import { classify } from '../core/classify.ts';
import type { Clock } from '../core/clock.ts';
import type { ConditionClock } from '../core/conditions.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import { type Failure, problem } from '../core/failure.ts';
import { PamError } from '../core/pam-fault.ts';
import { isSameDeclaration } from '../core/same-declaration.ts';
import { type RetrySettings, retryDelayMs } from '../core/schedule.ts';
import { ownedByAnother, wantedFinalizers } from './connection-custody.ts';
import type { Connections, Session } from './connections.ts';
import { ListTooSoon } from './inventory-feed.ts';
import type { Caches, Kubernetes } from './kubernetes.ts';
import type { OwnVersions } from './own-versions.ts';
import type { PassResult } from './pass-result.ts';
import { type PreparePorts, prepareConnection, unavailable } from './prepare-connection.ts';
import { type ConnectionReportPorts, reportConnection } from './report-connection.ts';
import { PRIORITY } from './workqueue.ts';

export interface ConnectionPorts extends ConnectionReportPorts, PreparePorts {
  readonly caches: Caches;
  readonly kubernetes: Kubernetes;
  readonly connections: Connections;
  readonly retry: RetrySettings;
  readonly clock: Clock;
  readonly conditionClock: () => ConditionClock;
  readonly random: () => number;
  /** The resources of this connection have to look again: it can or cannot be used now, or says other things. */
  readonly wakeResources: (connection: string) => void;
  /** What its resources claim depends on the connection, which appeared, changed or went away. */
  readonly reclaim: (connection: string) => Promise<void>;
  /** How many passes in a row failed, by connection name. */
  readonly failures: Map<string, number>;
  /** resourceVersion of our own last status write, by connection name. */
  readonly ownVersions: OwnVersions;
  /** Whether a resource with a finalizer uses the connection. */
  readonly isInUse: (connection: string) => boolean;
}

/** Default of `spec.inventoryIntervalSeconds`. */
const INVENTORY_INTERVAL_SECONDS = 600;

/** After a write of the finalizers the event comes first; this is only the safety net. */
const CUSTODY_RETRY_MS = 1000;

/** Opens, renews or refuses a connection, and asks PAM for its list once: the proof that it works. */
export async function reconcileConnection(name: string, ports: ConnectionPorts): Promise<PassResult> {
  const { caches, connections } = ports;
  const found = caches.get('PamConnection', '', name);
  const before = connections.peek(name);
  // First of all: its resources wait until the connection is taken as it is now (reconcile-resource.ts).
  if (!isSameDeclaration(before?.connection, found)) await ports.reclaim(name);
  if (found === undefined) {
    connections.remove(name);
    ports.failures.delete(name);
    ports.ownVersions.forget(name);
    ports.wakeResources(name);
    return { result: 'success' };
  }
  const cached = ports.ownVersions.overlay(found);
  const foreign = ownedByAnother(cached, ports.installation);
  if (foreign !== undefined) {
    const isNews = before?.problem?.message !== foreign.message;
    connections.refuse(cached, foreign, 'anotherInstallation');
    if (isNews) ports.wakeResources(name);
    return { result: 'success' };
  }
  const connection = cached.status?.installation === undefined ? await claim(cached, ports) : cached;
  if (connection === undefined) return { result: 'requeue_after', next: { afterMs: CUSTODY_RETRY_MS } };
  const finalizers = wantedFinalizers(connection, ports.isInUse(name));
  if (finalizers !== undefined) {
    const { uid, resourceVersion } = connection.metadata;
    const target = { kind: 'PamConnection', namespace: '', name, uid } as const;
    const { outcome } = await ports.kubernetes.writeFinalizers(target, finalizers, resourceVersion);
    // The event of the write, or of what was in its way, brings the connection back.
    if (outcome !== 'unchanged') return { result: 'requeue_after', next: { afterMs: CUSTODY_RETRY_MS } };
  }
  const prepared = await prepareConnection(connection, ports).catch((error: unknown) => unavailable(error));
  if ('transient' in prepared && before?.session !== undefined) {
    // The API server is away for a moment: what was read last goes on being used.
    return {
      result: 'error',
      next: {
        afterMs: retryDelayMs(prepared.failure, 1, ports.retry, ports.random()) ?? 1000,
        priority: PRIORITY.retry,
      },
    };
  }
  if ('failure' in prepared) {
    return refuse(connection, prepared.failure, ports);
  }
  const known = ports.listsDisabled(name) ? listingDisabled(connection) : connection;
  const session = open(known, prepared.version, prepared.settings, connections);
  if ('failure' in session) return refuse(connection, session.failure, ports);
  const isNew = before?.session !== session;
  if (isNew || !isSameDeclaration(before?.connection, connection)) ports.wakeResources(name);
  return ask(connection, session, ports);
}

/** Asks PAM for its list where that is due, unless the state machine holds calls back, and reports. */
async function ask(connection: PamConnection, session: Session, ports: ConnectionPorts): Promise<PassResult> {
  const { cause, probesByList } = session.circuit;
  if (cause === undefined) {
    const learnt = await list(session, youngEnoughMs(connection, session, ports.clock));
    return conclude(connection, learnt, session, ports);
  }
  const told = await reportConnection(connection, cause, session, ports);
  // Nothing is asked of PAM; the next change of the state machine brings the connection back.
  if (!probesByList) return { result: 'success' };
  return conclude(told, await list(session, ports.clock.monotonicMs()), session, ports);
}

/**
 * Makes the connection ours before anything is asked of PAM: of two installations that see it first at once only one
 * gets through. Absent: the other one did, or the view is out of date.
 */
async function claim(connection: PamConnection, ports: ConnectionPorts): Promise<PamConnection | undefined> {
  const { metadata, status = {} } = connection;
  const { name, uid, resourceVersion } = metadata;
  const claimed = { ...status, installation: ports.installation };
  const target = { kind: 'PamConnection', namespace: '', name, uid } as const;
  const result = await ports.kubernetes.writeStatus(target, status, claimed, { resourceVersion });
  if (result.outcome !== 'written') return undefined;
  ports.ownVersions.add(name, result.resourceVersion, claimed);
  return {
    ...connection,
    metadata: { ...metadata, resourceVersion: result.resourceVersion },
    status: claimed,
  };
}

/** What the list has shown since the status was written holds for the resources at once. */
function listingDisabled(connection: PamConnection): PamConnection {
  const { status } = connection;
  return {
    ...connection,
    status: { ...status, inventory: { ...status?.inventory, disabledRecords: 'Listed' } },
  };
}

/** The resources look again where their message changes: the connection was usable, or unusable for another reason. */
function refuse(connection: PamConnection, failure: Failure, ports: ConnectionPorts): Promise<PassResult> {
  const { name } = connection.metadata;
  const before = ports.connections.peek(name);
  ports.connections.refuse(connection, failure);
  if (before?.problem?.reason !== failure.reason) ports.wakeResources(name);
  return conclude(connection, failure, undefined, ports);
}

/** What neither the CRD nor `connectionSettings` found (a certificate that cannot be read) is found by the client. */
function open(
  connection: PamConnection,
  version: string,
  settings: ConnectionSettings,
  connections: Connections,
): Session | { readonly failure: Failure } {
  try {
    return connections.open(connection, version, settings);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { failure: problem('InvalidSettings', error.message, 'Correct the setting') };
  }
}

/** Wait before a pass that learnt nothing, since the session had ended, is made again. */
const ENDED_RETRY_MS = 1000;

/** A list that is younger than this proves that the connection works. Absent: any is, since it is read only when needed. */
function youngEnoughMs({ spec }: PamConnection, { inventory }: Session, clock: Clock): number | undefined {
  const interval = spec.inventoryIntervalSeconds ?? INVENTORY_INTERVAL_SECONDS;
  if (interval === 0 && inventory.latest !== undefined) return undefined;
  const ageMs = (interval === 0 ? INVENTORY_INTERVAL_SECONDS : interval) * 1000;
  return clock.monotonicMs() - ageMs / 2;
}

/** `afterMs`: nothing was learnt about PAM, so there is nothing to report. */
type Learnt = Failure | { readonly afterMs: number } | undefined;

async function list({ inventory }: Session, notBeforeMs: number | undefined): Promise<Learnt> {
  if (notBeforeMs === undefined) return undefined;
  try {
    await inventory.atLeast(notBeforeMs);
    return undefined;
  } catch (error) {
    if (error instanceof ListTooSoon) return { afterMs: error.afterMs };
    if (!(error instanceof PamError)) throw error;
    return error.fault.signal === 'aborted' ? { afterMs: ENDED_RETRY_MS } : classify(error.fault, {});
  }
}

async function conclude(
  connection: PamConnection,
  learnt: Learnt,
  session: Session | undefined,
  ports: ConnectionPorts,
): Promise<PassResult> {
  if (learnt !== undefined && 'afterMs' in learnt)
    return { result: 'requeue_after', next: { afterMs: learnt.afterMs, priority: PRIORITY.retry } };
  const { name } = connection.metadata;
  await reportConnection(connection, learnt, session, ports);
  if (learnt === undefined) {
    ports.failures.delete(name);
    const interval = connection.spec.inventoryIntervalSeconds ?? INVENTORY_INTERVAL_SECONDS;
    if (interval === 0) return { result: 'success' };
    return {
      result: 'success',
      next: { afterMs: interval * 1000 * (0.9 + 0.2 * ports.random()), priority: PRIORITY.resync },
    };
  }
  // The state machine says when to ask again.
  if (session?.circuit.cause !== undefined) return { result: 'error' };
  const failures = (ports.failures.get(name) ?? 0) + 1;
  ports.failures.set(name, failures);
  const afterMs = retryDelayMs(learnt, failures, ports.retry, ports.random());
  return {
    result: learnt.retry === 'stalled' ? 'terminal' : 'error',
    ...(afterMs !== undefined && { next: { afterMs, priority: PRIORITY.retry } }),
  };
}
