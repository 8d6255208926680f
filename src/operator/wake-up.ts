import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import type { ConnectionUsage } from '../controller/connection-usage.ts';
import { type InPieces, inTurns } from '../controller/in-turns.ts';
import type { ResourceByKind, ResourceKind } from '../controller/kubernetes.ts';
import type { OwnVersions } from '../controller/own-versions.ts';
import { parentRing } from '../controller/parent-record.ts';
import type { ResourceClaims, ResourceKey } from '../controller/resource-claims.ts';
import type { Memories } from '../controller/resource-memory.ts';
import { PRIORITY, type Workqueue } from '../controller/workqueue.ts';
import { authSecretName } from '../core/connection-settings.ts';
import { connectionName, manage } from '../core/managed-resource.ts';
import { secretNames } from '../core/secret-source.ts';
import { changesBeyondStatus, laneOf } from '../core/wake.ts';
import { createSecretIndex, type SecretIndex } from '../kube/secret-index.ts';
import type { ReflectorHandler } from '../kube/store-feed.ts';
import type { WatchCaches } from '../kube/watch-caches.ts';
import type { Metrics } from '../observability/metrics.ts';
import { keyOf } from './resource-key.ts';

type ManagedKind = 'PamCredential' | 'PamSshKey';

/** So many take one or two milliseconds. */
const RESOURCES_PER_PIECE = 500;

type ResourceByKindWithNamespace = {
  readonly [K in ResourceKind]: ResourceByKind[K] & { readonly metadata: { readonly namespace: string } };
};

export interface WakeUpOptions {
  readonly queues: Readonly<Record<ResourceKind, Workqueue<string>>>;
  readonly caches: () => WatchCaches;
  readonly claims: () => ResourceClaims;
  readonly memories: Memories;
  readonly metrics: Metrics;
  /** Of the operator. */
  readonly namespace: string;
  readonly ownConnectionVersions: OwnVersions;
  readonly usage: ConnectionUsage;
  /** A connection appeared: what uses it already counts from now on. */
  readonly tellUsage: (connection: string) => void;
  /** A pass that runs for this key gives up its waits: the resource is to be disabled now. */
  readonly supersede: (kind: ResourceKind, key: string) => void;
}

/** From changes that the caches tell to keys in the queues: which resources an event concerns, and how urgent it is. */
export function createWakeUp(options: WakeUpOptions) {
  const { queues, caches, claims, memories, metrics, namespace, ownConnectionVersions } = options;
  const { usage, tellUsage, supersede } = options;
  const secretsOf = (resource: PamCredential | PamSshKey) => {
    const managed = manage(resource);
    return secretNames(managed).map((name) => ({ namespace: managed.metadata.namespace, name }));
  };
  const credentialSecrets = createSecretIndex<ResourceByKindWithNamespace['PamCredential']>(secretsOf);
  const keySecrets = createSecretIndex<ResourceByKindWithNamespace['PamSshKey']>(secretsOf);
  const connectionSecrets = createSecretIndex<ResourceByKindWithNamespace['PamConnection']>(({ spec }) => [
    { namespace, name: authSecretName(spec) },
  ]);
  // The same index, from a parent credential to its children.
  const parents = createSecretIndex<ResourceByKindWithNamespace['PamCredential']>(({ metadata, spec }) =>
    spec.parentRef === undefined ? [] : [{ namespace: metadata.namespace, name: spec.parentRef.name }],
  );
  credentialSecrets.onSecretChanged((woken) => wake('PamCredential', woken));
  keySecrets.onSecretChanged((woken) => wake('PamSshKey', woken));
  parents.onSecretChanged((woken) => wake('PamCredential', woken));
  connectionSecrets.onSecretChanged((woken) => wake('PamConnection', woken));

  function wake(
    kind: ResourceKind,
    names: readonly { readonly namespace: string; readonly name: string }[],
  ): void {
    for (const { namespace: place, name } of names) {
      const resource = kind === 'PamConnection' ? undefined : caches().get(kind, place, name);
      const lane = resource === undefined ? 'change' : laneOf(manage(resource), false);
      queues[kind].add(keyOf(place, name), { priority: PRIORITY[lane] });
    }
  }

  /** Who claims the same record as a resource that changed or went away has to decide anew. */
  function wakeKeys(keys: ReadonlySet<ResourceKey>): void {
    for (const key of keys) {
      const [kind, place = '', name = ''] = key.split('/') as [ManagedKind, string, string];
      wake(kind, [{ namespace: place, name }]);
    }
  }

  function wakeChildren({ kind, metadata }: ResourceByKindWithNamespace[ManagedKind]): void {
    if (kind === 'PamCredential') parents.secretChanged(metadata);
  }

  /** The others of a ring of parents that this resource closes or opens: only they have to be told. */
  function wakeRing(resource: ResourceByKindWithNamespace[ManagedKind]): void {
    if (resource.kind !== 'PamCredential') return;
    const { namespace: place, name } = resource.metadata;
    const read = (parent: string) => caches().get('PamCredential', place, parent)?.spec.parentRef?.name;
    const ring = parentRing(name, resource.spec.parentRef?.name, read) ?? [];
    wake(
      'PamCredential',
      ring.map((each) => ({ namespace: place, name: each })),
    );
  }

  function* resources(): Generator<PamCredential | PamSshKey> {
    for (const kind of ['PamCredential', 'PamSshKey'] as const) yield* caches().list(kind);
  }

  /** Stops now and then where others may have their turn; what changes meanwhile is visited as it is when its turn comes. */
  function* visitAll(visit: (resource: PamCredential | PamSshKey) => void): InPieces<void> {
    let visited = 0;
    for (const resource of resources()) {
      visit(resource);
      visited += 1;
      if (visited % RESOURCES_PER_PIECE === 0) yield;
    }
  }

  /**
   * Resources of one connection, or all; their priority is that of a resync unless a disable waits: these are woken at
   * once, the rest in pieces.
   */
  function wakeAll(matches: (resource: PamCredential | PamSshKey) => boolean): void {
    const wakeIt = (resource: PamCredential | PamSshKey) => {
      const { namespace: place = '', name } = resource.metadata;
      queues[resource.kind].add(keyOf(place, name), { priority: PRIORITY[laneOf(manage(resource), true)] });
    };
    for (const resource of resources()) {
      const isUrgent = resource.spec.enabled === false && laneOf(manage(resource), true) === 'disable';
      if (isUrgent && matches(resource)) wakeIt(resource);
    }
    void inTurns(
      visitAll((resource) => {
        if (matches(resource)) wakeIt(resource);
      }),
    );
  }

  /** The connection appeared, changed or went away: what its resources claim is made anew, and who is concerned is woken. */
  async function reclaim(connection: string): Promise<void> {
    const concerned = new Set<ResourceKey>();
    await inTurns(
      visitAll((resource) => {
        if (connectionName(resource) !== connection) return;
        for (const key of claims().changed(resource)) concerned.add(key);
        // Its grants too may be others now.
        for (const key of claims().rivalsOf(resource)) concerned.add(key);
      }),
    );
    wakeKeys(concerned);
  }

  function managedHandler<K extends ManagedKind>(
    kind: K,
    secrets: SecretIndex<ResourceByKindWithNamespace[K]>,
  ): ReflectorHandler<ResourceByKindWithNamespace[K]> {
    const add = (resource: ResourceByKindWithNamespace[K], initial: boolean) => {
      const { namespace: place, name } = resource.metadata;
      const lane = laneOf(manage(resource), initial);
      queues[kind].add(keyOf(place, name), { priority: PRIORITY[lane] });
      if (lane === 'disable') supersede(kind, keyOf(place, name));
    };
    const index = (resource: ResourceByKindWithNamespace[K]) => {
      secrets.resourceChanged(resource);
      if (resource.kind === 'PamCredential') parents.resourceChanged(resource);
      wakeKeys(claims().changed(resource));
      usage.changed(resource);
      const { namespace: place, name } = resource.metadata;
      const connection = connectionName(resource);
      const conditions = resource.status?.conditions ?? [];
      metrics.resources.reported({ kind, namespace: place, name, connection, conditions });
    };
    return {
      onAdd: (resource, { initial }) => {
        index(resource);
        if (!initial) {
          wakeChildren(resource);
          wakeRing(resource);
        }
        add(resource, initial);
      },
      onUpdate: (before, resource) => {
        index(resource);
        if (before.status?.id !== resource.status?.id) wakeChildren(resource);
        if (before.metadata.generation !== resource.metadata.generation) {
          wakeRing(before);
          wakeRing(resource);
        }
        if (changesBeyondStatus(before.metadata, resource.metadata)) return add(resource, false);
        if (memories.of(resource.metadata.uid).isNews(before, resource)) add(resource, false);
      },
      onDelete: (resource) => {
        const { namespace: place, name, uid } = resource.metadata;
        secrets.resourceDeleted(resource);
        if (resource.kind === 'PamCredential') parents.resourceDeleted(resource);
        wakeKeys(claims().deleted(resource));
        wakeRing(resource);
        usage.deleted(resource);
        memories.forget(uid);
        metrics.resources.deleted({ kind, namespace: place, name });
      },
    };
  }

  const connectionHandler: ReflectorHandler<ResourceByKindWithNamespace['PamConnection']> = {
    onAdd: (connection) => {
      connectionSecrets.resourceChanged(connection);
      if (connection.spec.grants?.some((grant) => grant.namespaces.selector !== undefined))
        caches().watchNamespaceLabels();
      queues.PamConnection.add(connection.metadata.name);
      tellUsage(connection.metadata.name);
    },
    onUpdate: (before, connection) => {
      connectionSecrets.resourceChanged(connection);
      if (connection.spec.grants?.some((grant) => grant.namespaces.selector !== undefined))
        caches().watchNamespaceLabels();
      const { name, resourceVersion } = connection.metadata;
      if (
        changesBeyondStatus(before.metadata, connection.metadata) ||
        !ownConnectionVersions.has(name, resourceVersion)
      ) {
        queues.PamConnection.add(name);
      }
    },
    onDelete: (connection) => {
      connectionSecrets.resourceDeleted(connection);
      queues.PamConnection.add(connection.metadata.name);
      metrics.pam.forget(connection.metadata.name);
    },
  };

  return {
    wake,
    wakeAll,
    reclaim,
    handlers: {
      resource: {
        PamConnection: connectionHandler,
        PamCredential: managedHandler('PamCredential', credentialSecrets),
        PamSshKey: managedHandler('PamSshKey', keySecrets),
      },
      secret: (secret: { readonly namespace: string; readonly name: string }) => {
        for (const index of [credentialSecrets, keySecrets, connectionSecrets]) index.secretChanged(secret);
      },
      namespace: (name: string) =>
        wakeAll((resource) => {
          if (resource.metadata.namespace !== name) return false;
          // Its labels may have been what granted the resource its claim.
          wakeKeys(claims().rivalsOf(resource));
          return true;
        }),
    },
  };
}
