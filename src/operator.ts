import { randomUUID } from 'node:crypto';
import type { Settings } from './config/settings.ts';
import { type Controller, startController } from './controller/controller.ts';
import { DeletionBrakes } from './controller/deletion-brakes.ts';
import type { ResourceKind } from './controller/kubernetes.ts';
import { OwnVersions } from './controller/own-versions.ts';
import { type ConnectionPorts, reconcileConnection } from './controller/reconcile-connection.ts';
import { ResourceClaims } from './controller/resource-claims.ts';
import { Memories } from './controller/resource-memory.ts';
import { Workqueue } from './controller/workqueue.ts';
import type { Clock } from './core/clock.ts';
import { connectionName } from './core/managed-resource.ts';
import { waitSecondsOf } from './core/schedule.ts';
import { createEventRecorder } from './kube/event-recorder.ts';
import type { KubeClient } from './kube/kube-client.ts';
import { createKubernetesCalls } from './kube/kubernetes-calls.ts';
import { type Lease, startLease } from './kube/lease.ts';
import { startCaches, type UnlistedResource, type WatchCaches } from './kube/watch-caches.ts';
import type { Logger } from './observability/logger.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Tracing } from './observability/tracing.ts';
import { installKeyReader } from './operator/install-key-reader.ts';
import { leadership } from './operator/leadership.ts';
import { watchLists } from './operator/list-watch.ts';
import { type ManagedPassesOptions, managedPasses } from './operator/managed-passes.ts';
import { pamConnections } from './operator/pam-connections.ts';
import { namespaceOf } from './operator/resource-key.ts';
import { type Reconcile, tracePasses } from './operator/traced-passes.ts';
import { watchUsage } from './operator/usage-watch.ts';
import { createWakeUp } from './operator/wake-up.ts';
import { readKeyPair } from './ssh/key-pair-reader.ts';

export interface OperatorOptions {
  readonly settings: Settings;
  readonly client: KubeClient;
  readonly namespace: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly version: string;
}

/** The running operator. */
export interface Operator {
  /** Resolves when every first list is in. Until then no worker runs. */
  readonly synced: Promise<void>;
  /** Whether the first lists are in; a process that does not lead is ready. */
  readonly isReady: () => boolean;
  /** What is not listed yet. */
  readonly unlisted: () => readonly UnlistedResource[];
  /** Seconds since the quietest watch heard from the API server. */
  readonly watchAgeSeconds: () => number;
  /** Seconds for which a worker has made no progress while it had work. */
  readonly stuckSeconds: () => number;
  /**
   * Takes nothing new, lets passes that run finish for `drainMs`, aborts the rest, and gives the Lease back last:
   * that is safe only when all guarded work has ended.
   */
  stop(drainMs: number): Promise<void>;
}

const CLOCK: Clock = { monotonicMs: () => performance.now(), now: () => new Date() };

const CONTROLLER_NAMES = {
  PamConnection: 'pamconnection',
  PamCredential: 'pamcredential',
  PamSshKey: 'pamsshkey',
} as const satisfies Record<ResourceKind, string>;

/** Wires the adapters to the controllers: the only place that knows them all. Decides nothing itself. */
export function startOperator(options: OperatorOptions): Operator {
  const { settings, client, namespace, logger, metrics, tracing, version } = options;
  const ended = new AbortController();
  const hasEnded = new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
  const events = createEventRecorder({ client, instance: settings.podName || 'pam-operator' });
  const kubernetes = createKubernetesCalls(client, events, () => lease.isLeader());
  const memories = new Memories();
  const ownConnectionVersions = new OwnVersions();
  let isSynced = false;

  const newQueue = (kind: ResourceKind) => {
    const name = CONTROLLER_NAMES[kind];
    const queue = new Workqueue<string>(CLOCK, namespaceOf, metrics.workqueue(name));
    metrics.workqueue(name).readFrom(queue);
    return queue;
  };
  const queues = {
    PamConnection: newQueue('PamConnection'),
    PamCredential: newQueue('PamCredential'),
    PamSshKey: newQueue('PamSshKey'),
  };

  const { usage, tell: tellUsage } = watchUsage(() => caches, queues.PamConnection, metrics);
  const wakeUp = createWakeUp({
    queues,
    usage,
    tellUsage,
    // They know each other: the caches tell of changes, what is woken is looked up in them, and passes run for it.
    supersede: (kind, key) => passes.supersede(kind, key),
    caches: () => caches,
    claims: () => claims,
    memories,
    metrics,
    namespace,
    ownConnectionVersions,
  });
  const caches: WatchCaches = startCaches({
    client,
    namespaces: settings.watchNamespaces,
    ownNamespace: namespace,
    watchSecrets: settings.secretsWatch,
    handlers: wakeUp.handlers,
    log: logger,
    observer: metrics.watch,
    reflector: {
      relistMs: settings.relistIntervalSeconds * 1000,
      streamingLists: settings.streamingLists,
    },
  });

  const claims = new ResourceClaims(caches);
  const brakes = new DeletionBrakes(
    kubernetes,
    () => conditionClock().now,
    (name, version) => ownConnectionVersions.add(name, version),
  );

  const lists = watchLists({
    caches,
    memories,
    metrics,
    connectionQueue: queues.PamConnection,
    wake: wakeUp.wake,
  });

  const lease: Lease = startLease({
    client,
    namespace,
    name: settings.leaderElectionId,
    identity: `${settings.podName || 'pam-operator'}_${randomUUID()}`,
    leaseDurationMs: settings.leaseDurationSeconds * 1000,
    renewDeadlineMs: settings.renewDeadlineSeconds * 1000,
    retryPeriodMs: settings.retryPeriodSeconds * 1000,
    log: logger,
  });
  const term = leadership(lease, (leads) => {
    metrics.kube.leads(settings.leaderElectionId, leads);
    if (!leads) return;
    memories.forgetAll();
    connections.forgetLists();
  });

  const connections = pamConnections({
    settings,
    version,
    clock: CLOCK,
    metrics,
    tracing,
    queues,
    onInventory: lists.listed,
  });

  const retry = {
    backoffBaseSeconds: settings.backoffBaseSeconds,
    backoffMaxSeconds: settings.backoffMaxSeconds,
    disableRetryMaxSeconds: settings.disableRetryMaxSeconds,
    stalledRetrySeconds: settings.stalledRetrySeconds,
    deviceRetrySeconds: settings.deviceRetrySeconds,
    accessRetrySeconds: settings.accessRetrySeconds,
    progressDeadlineSeconds: settings.progressDeadlineSeconds,
  };
  const conditionClock = () => ({
    // metav1.Time has whole seconds.
    now: `${new Date().toISOString().slice(0, 19)}Z`,
    progressDeadlineSeconds: settings.progressDeadlineSeconds,
  });
  const installKey = installKeyReader(client, namespace);
  const ports: ManagedPassesOptions['ports'] = {
    caches,
    kubernetes,
    connections,
    memories,
    readKeyPair: (input) => readKeyPair(input),
    installKey,
    retry,
    baselineDelayMs: settings.baselineDelaySeconds * 1000,
    admitDeletion: (connection, deletion) => brakes.admit(connection, deletion),
    waitSeconds: (reason) => waitSecondsOf(reason, retry),
    rivalOf: (resource, key) => claims.rivalOf(resource, key),
    recordWritten: (resource, atMs) => claims.recordWritten(resource, atMs),
    recordWrittenAtMs: (resource) => claims.recordWrittenAtMs(resource),
    secretsPollSeconds: settings.secretsWatch ? undefined : settings.secretsPollIntervalSeconds,
    random: Math.random,
    fence: (durationMs) => lease.mayWriteFor(durationMs),
    newRequestId: randomUUID,
    audit: (record) => logger.audit(record),
    conditionClock,
    clock: CLOCK,
    onDisabled: (connection, seconds) => metrics.pam.disabled(connection, seconds),
  };
  const connectionPorts: ConnectionPorts = {
    caches,
    kubernetes,
    connections,
    namespace,
    leaseDurationSeconds: settings.leaseDurationSeconds,
    retry,
    clock: CLOCK,
    conditionClock,
    random: Math.random,
    wakeResources: (name) => wakeUp.wakeAll((resource) => connectionName(resource) === name),
    reclaim: wakeUp.reclaim,
    failures: new Map(),
    ownVersions: ownConnectionVersions,
    installation: `${namespace}/${settings.leaderElectionId}`,
    listsDisabled: lists.showsDisabled,
    usage,
    unclaimed: lists.unclaimed,
    isInUse: (name) => usage.of(name).finalizers > 0,
    wakeDeletions: (name) =>
      wakeUp.wakeAll(
        (resource) => connectionName(resource) === name && resource.metadata.deletionTimestamp !== undefined,
      ),
  };

  const passes = managedPasses({ ports, queues, term: term.signal, stopping: ended.signal });
  const traced = tracePasses(tracing, () => caches, memories);
  const start = (kind: ResourceKind, workers: number, reconcile: Reconcile): Controller =>
    startController({
      name: CONTROLLER_NAMES[kind],
      queue: queues[kind],
      workers,
      // Asked before every pass: only who really waits may add to a promise that lasts.
      mayWork: async () => {
        if (isSynced && lease.isLeader()) return;
        await Promise.race([caches.synced, hasEnded]);
        await Promise.race([term.held(), hasEnded]);
      },
      isAllowed: () => isSynced && lease.isLeader(),
      reconcile: traced(CONTROLLER_NAMES[kind], kind, reconcile),
      clock: CLOCK,
      log: logger,
      observer: metrics.reconcile,
      crashDelayMs: (_, attempt) => {
        const { backoffBaseSeconds, backoffMaxSeconds } = settings;
        const limit = Math.min(backoffMaxSeconds, backoffBaseSeconds * 2 ** Math.min(attempt - 1, 30));
        return limit * 1000 * Math.max(0.1, Math.random());
      },
    });
  const controllers = [
    // As many as for resources: a slow PAM Core must not delay the first visit of another connection.
    start('PamConnection', settings.maxConcurrentReconciles, ({ key }) =>
      reconcileConnection(key, connectionPorts),
    ),
    start('PamCredential', settings.maxConcurrentReconciles, passes.of('PamCredential')),
    start('PamSshKey', settings.maxConcurrentReconciles, passes.of('PamSshKey')),
  ];
  caches.synced.then(
    () => {
      isSynced = true;
    },
    () => {},
  );

  return {
    synced: caches.synced,
    isReady: () => isSynced,
    unlisted: caches.unlisted,
    watchAgeSeconds: () =>
      Math.max(
        0,
        ...caches.status().map(({ lastActivityMs }) => (CLOCK.monotonicMs() - lastActivityMs) / 1000),
      ),
    stuckSeconds: () =>
      Math.max(0, ...controllers.map(({ lastProgressMs }) => (CLOCK.monotonicMs() - lastProgressMs) / 1000)),
    stop: async (drainMs) => {
      ended.abort();
      connections.drain();
      const drained = Promise.all(controllers.map((controller) => controller.stop()));
      await Promise.race([drained, pause(drainMs)]);
      term.abort();
      connections.stop();
      await Promise.race([drained, pause(1000)]);
      await caches.stop();
      await events.stop();
      await lease.stop();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
