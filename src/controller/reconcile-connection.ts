import { ALLOWED_HOSTS_ANNOTATION } from '../api/names.ts';
import type { PamConnection } from '../api/pam-connection.gen.ts';
import { classify } from '../core/classify.ts';
import type { Clock } from '../core/clock.ts';
import type { ConditionClock } from '../core/conditions.ts';
import { authSecretName, type ConnectionSettings, connectionSettings } from '../core/connection-settings.ts';
import { type Failure, problem } from '../core/failure.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import { KubeError } from '../core/kube-error.ts';
import { PamError } from '../core/pam-fault.ts';
import { type RetrySettings, retryDelayMs } from '../core/schedule.ts';
import { ownedByAnother, wantedFinalizers } from './connection-custody.ts';
import type { Connections, Session } from './connections.ts';
import { ListTooSoon } from './inventory-feed.ts';
import type { Caches, Kubernetes } from './kubernetes.ts';
import type { OwnVersions } from './own-versions.ts';
import type { PassResult } from './pass-result.ts';
import { type ConnectionReportPorts, reportConnection } from './report-connection.ts';
import { PRIORITY } from './workqueue.ts';

export interface ConnectionPorts extends ConnectionReportPorts {
  readonly caches: Caches;
  readonly kubernetes: Kubernetes;
  readonly connections: Connections;
  /** Namespace of the operator: Secrets and CA bundles of connections live there. */
  readonly namespace: string;
  readonly leaseDurationSeconds: number;
  readonly retry: RetrySettings;
  readonly clock: Clock;
  readonly conditionClock: () => ConditionClock;
  readonly random: () => number;
  /** The resources of this connection have to look again: it can or cannot be used now, or says other things. */
  readonly wakeResources: (connection: string) => void;
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

const AUTH_FIELD = '`spec.auth`';

/** Opens, renews or refuses a connection, and asks PAM for its list once: the proof that it works. */
export async function reconcileConnection(name: string, ports: ConnectionPorts): Promise<PassResult> {
  const { caches, connections } = ports;
  const cached = caches.get('PamConnection', '', name);
  if (cached === undefined) {
    connections.remove(name);
    ports.failures.delete(name);
    ports.ownVersions.forget(name);
    ports.wakeResources(name);
    return { result: 'success' };
  }
  const foreign = ownedByAnother(cached, ports.installation);
  if (foreign !== undefined) {
    const isNews = connections.peek(name)?.problem?.message !== foreign.message;
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
  const before = connections.peek(name);
  const prepared = await prepare(connection, ports).catch((error: unknown) => unavailable(error));
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
  if (isNew || before?.connection.metadata.generation !== connection.metadata.generation)
    ports.wakeResources(name);
  const probed = await probe(connection, session, ports);
  if (probed !== undefined && 'afterMs' in probed)
    return { result: 'requeue_after', next: { afterMs: probed.afterMs, priority: PRIORITY.retry } };
  return conclude(connection, probed, session.inventory.latest, ports);
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
  ports.ownVersions.add(name, result.resourceVersion);
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

async function prepare(
  connection: PamConnection,
  ports: ConnectionPorts,
): Promise<
  { readonly version: string; readonly settings: ConnectionSettings } | { readonly failure: Failure }
> {
  const { spec, metadata } = connection;
  const { kubernetes, namespace, leaseDurationSeconds } = ports;
  const secretName = authSecretName(spec);
  const secret = await kubernetes.readSecret(namespace, secretName);
  const where = `Secret ${namespace}/${secretName} (${AUTH_FIELD})`;
  if (secret === 'notFound') {
    return {
      failure: problem(
        'SecretNotFound',
        `${where} does not exist`,
        "Create it in the operator's namespace or correct the reference",
      ),
    };
  }
  if (secret === 'forbidden')
    return { failure: problem('SecretForbidden', `The operator may not read ${where}`) };
  const bundle = await readCaBundle(connection, ports);
  if (typeof bundle === 'object') return bundle;
  const settings = connectionSettings(spec, {
    secret: secret.data,
    allowedHosts: hostList(secret.annotations.get(ALLOWED_HOSTS_ANNOTATION)),
    ...(bundle !== undefined && { caBundle: bundle }),
    leaseDurationSeconds,
  });
  if ('failure' in settings) return settings;
  // UID, generation and what was read: a connection that was edited starts anew.
  const version = [metadata.uid, metadata.generation, secret.uid, secret.resourceVersion, bundle ?? ''].join(
    '/',
  );
  return { version, settings };
}

/** Secret or ConfigMap could not be read at all. Whoever waits for the connection must hear of it, not wait on. */
function unavailable(error: unknown): { readonly failure: Failure; readonly transient: true } {
  if (!(error instanceof KubeError)) throw error;
  const failure = problem(
    'ConnectionNotReady',
    'The API server did not give the Secret of the connection',
    'It is read again',
  );
  return { failure: { ...failure, retry: 'backoff' }, transient: true };
}

async function readCaBundle(
  { spec }: PamConnection,
  { kubernetes, namespace }: ConnectionPorts,
): Promise<string | undefined | { readonly failure: Failure }> {
  const reference = spec.caBundleConfigMap;
  if (reference === undefined) return undefined;
  const text = await kubernetes.readConfigMapKey(namespace, reference.name, reference.key);
  const where = `ConfigMap ${namespace}/${reference.name} (\`spec.caBundleConfigMap\`)`;
  switch (text) {
    case 'notFound':
      return {
        failure: problem('InvalidSettings', `${where} does not exist`, 'Create it or correct the reference'),
      };
    case 'forbidden':
      return {
        failure: problem(
          'InvalidSettings',
          `The operator may not read ${where}`,
          'Allow its ServiceAccount to get it',
        ),
      };
    case 'noKey':
      return {
        failure: problem(
          'InvalidSettings',
          `${where} has no key \`${reference.key}\``,
          'Add it or correct the reference',
        ),
      };
    default:
      return text;
  }
}

/** Wait before a pass that learnt nothing, since the session had ended, is made again. */
const ENDED_RETRY_MS = 1000;

/**
 * A list that is younger than the interval says that the connection works; else one is asked for. `afterMs`: nothing
 * was learnt about PAM, so there is nothing to report.
 */
async function probe(
  connection: PamConnection,
  session: Session,
  { clock }: ConnectionPorts,
): Promise<Failure | { readonly afterMs: number } | undefined> {
  const interval = connection.spec.inventoryIntervalSeconds ?? INVENTORY_INTERVAL_SECONDS;
  // Read only when it is needed: one list is proof enough.
  if (interval === 0 && session.inventory.latest !== undefined) return undefined;
  const ageMs = (interval === 0 ? INVENTORY_INTERVAL_SECONDS : interval) * 1000;
  try {
    await session.inventory.atLeast(clock.monotonicMs() - ageMs / 2);
    return undefined;
  } catch (error) {
    if (error instanceof ListTooSoon) return { afterMs: error.afterMs };
    if (!(error instanceof PamError)) throw error;
    return error.fault.signal === 'aborted' ? { afterMs: ENDED_RETRY_MS } : classify(error.fault, {});
  }
}

async function conclude(
  connection: PamConnection,
  failure: Failure | undefined,
  latest: InventoryIndex | undefined,
  ports: ConnectionPorts,
): Promise<PassResult> {
  const { name } = connection.metadata;
  await reportConnection(connection, failure, latest, ports);
  if (failure === undefined) {
    ports.failures.delete(name);
    const interval = connection.spec.inventoryIntervalSeconds ?? INVENTORY_INTERVAL_SECONDS;
    if (interval === 0) return { result: 'success' };
    return {
      result: 'success',
      next: { afterMs: interval * 1000 * (0.9 + 0.2 * ports.random()), priority: PRIORITY.resync },
    };
  }
  const failures = (ports.failures.get(name) ?? 0) + 1;
  ports.failures.set(name, failures);
  const afterMs = retryDelayMs(failure, failures, ports.retry, ports.random());
  return {
    result: failure.retry === 'stalled' ? 'terminal' : 'error',
    ...(afterMs !== undefined && { next: { afterMs, priority: PRIORITY.retry } }),
  };
}

function hostList(annotation: string | undefined): readonly string[] {
  return (annotation ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}
