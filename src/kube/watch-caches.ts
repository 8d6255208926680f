import type { KubeFault } from '../core/kube-error.ts';
import type { Log } from '../core/log.ts';
import type { KubeClient } from './kube-client.ts';
import { type NamespaceLabels, projectNamespaceLabels } from './namespace-labels.ts';
import type { Identified } from './object-identity.ts';
import { type Reflector, type ReflectorOptions, startReflector } from './reflector.ts';
import {
  NAMESPACE_LIST_PATH,
  pluralOf,
  type ResourceKind,
  resourceListPath,
  secretListPath,
} from './resource-path.ts';
import { projectResource, type ResourceOf } from './resource-projection.ts';
import { projectSecretMetadata, SECRET_METADATA_ACCEPT, type SecretMetadata } from './secret-metadata.ts';
import { Store } from './store.ts';
import type { ReflectorHandler } from './store-feed.ts';

/** What the caches tell of changes; every call comes after the cache shows the change. */
interface CacheHandlers {
  readonly resource: { readonly [K in ResourceKind]: ReflectorHandler<ResourceOf[K]> };
  /** A Secret was added, changed or deleted. */
  readonly secret: (secret: { readonly namespace: string; readonly name: string }) => void;
  /** Labels of a namespace changed. */
  readonly namespace: (name: string) => void;
}

export interface CacheOptions {
  readonly client: KubeClient;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** The operator's own namespace, whose Secrets connections use. */
  readonly ownNamespace: string;
  readonly watchSecrets: boolean;
  readonly handlers: CacheHandlers;
  readonly log: Log;
  readonly observer: {
    active(resource: string, at: Date): void;
    cached(resource: string, objects: number): void;
    relisted(resource: string, reason: string): void;
    missed(resource: string, count: number): void;
  };
  readonly reflector?: Partial<ReflectorOptions>;
}

/** The caches of everything that is watched. */
export interface WatchCaches {
  get<K extends ResourceKind>(kind: K, namespace: string, name: string): ResourceOf[K] | undefined;
  list<K extends ResourceKind>(kind: K): Iterable<ResourceOf[K]>;
  secretVersion(namespace: string, name: string): SecretMetadata['metadata'] | 'unknown' | undefined;
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** Begins to watch namespaces, for grants that select by label. Only once; further calls do nothing. */
  watchNamespaceLabels(): void;
  /** Resolves when every first list is in. */
  readonly synced: Promise<void>;
  /** Cached objects and monotonic time of the last byte, by plural of the resource. */
  status(): readonly {
    readonly resource: string;
    readonly objects: number;
    readonly lastActivityMs: number;
  }[];
  /** What is not listed yet, and why its last list failed, if one did. */
  unlisted(): readonly UnlistedResource[];
  stop(): Promise<void>;
}

/** A collection without its first list. */
export interface UnlistedResource {
  /** Plural. */
  readonly resource: string;
  readonly fault: KubeFault | undefined;
}

/** One reflector with its cache: a collection, or the part of it in one namespace. */
interface Watched<T extends Identified> {
  readonly store: Store<T>;
  readonly reflector: Reflector;
  readonly resource: string;
}

/** Starts every watch that the settings ask for. A list of namespaces needs no right beyond them. */
export function startCaches(options: CacheOptions): WatchCaches {
  const { client, handlers, ownNamespace, watchSecrets } = options;
  const all: Watched<Identified>[] = [];
  const scopes: readonly (string | undefined)[] =
    options.namespaces.length === 0 ? [undefined] : options.namespaces;

  /** In all scopes of the resource. */
  function cachedObjects(resource: string): number {
    let sum = 0;
    for (const watched of all) if (watched.resource === resource) sum += watched.store.size;
    return sum;
  }

  function watch<T extends Identified>(
    path: string,
    resource: string,
    project: (raw: unknown) => T | undefined,
    handler: ReflectorHandler<T>,
    metadataOnly = false,
  ): Store<T> {
    const store = new Store<T>();
    const reflector = startReflector<T>({
      client,
      path,
      resource,
      project,
      store,
      handler,
      log: options.log,
      onActivity: () => {
        options.observer.active(resource, new Date());
        options.observer.cached(resource, cachedObjects(resource));
      },
      onRelist: (reason) => options.observer.relisted(resource, reason),
      onMissed: (count) => options.observer.missed(resource, count),
      ...(metadataOnly && { accept: SECRET_METADATA_ACCEPT }),
      ...(options.reflector !== undefined && { options: options.reflector }),
    });
    all.push({ store: store as unknown as Store<Identified>, reflector, resource });
    return store;
  }

  /** One cache for each scope; a name is looked up in the one of its namespace. */
  function watchKind<K extends ResourceKind>(kind: K): ReadonlyMap<string | undefined, Store<ResourceOf[K]>> {
    const kindScopes = kind === 'PamConnection' ? [undefined] : scopes;
    return new Map(
      kindScopes.map((scope) => [
        scope,
        watch<ResourceOf[K]>(
          resourceListPath(kind, scope),
          pluralOf(kind),
          (raw) => projectResource(kind, raw),
          handlers.resource[kind],
        ),
      ]),
    );
  }

  const stores = {
    PamConnection: watchKind('PamConnection'),
    PamCredential: watchKind('PamCredential'),
    PamSshKey: watchKind('PamSshKey'),
  };
  const secretHandler: ReflectorHandler<SecretMetadata> = {
    onAdd: ({ metadata }) => handlers.secret(metadata),
    onUpdate: (_previous, { metadata }) => handlers.secret(metadata),
    onDelete: ({ metadata }) => handlers.secret(metadata),
  };
  const secretScopes = scopes[0] === undefined ? scopes : [...new Set([...scopes, ownNamespace])];
  const secrets = new Map(
    watchSecrets
      ? secretScopes.map((scope) => [
          scope,
          watch(secretListPath(scope), 'secrets', projectSecretMetadata, secretHandler, true),
        ])
      : [],
  );
  const unlisted = new Set(all);
  for (const watched of all) watched.reflector.synced.then(() => unlisted.delete(watched)).catch(() => {});
  const synced = Promise.all(all.map(({ reflector }) => reflector.synced)).then(() => {});
  // Whoever does not wait for it must not be ended by it.
  synced.catch(() => {});
  let labels: Store<NamespaceLabels> | undefined;

  function storeOf<K extends ResourceKind>(kind: K, namespace: string): Store<ResourceOf[K]> | undefined {
    const byScope = stores[kind] as unknown as ReadonlyMap<string | undefined, Store<ResourceOf[K]>>;
    return byScope.get(undefined) ?? byScope.get(namespace);
  }

  return {
    get: (kind, namespace, name) => storeOf(kind, namespace)?.get(namespace, name),
    *list<K extends ResourceKind>(kind: K) {
      const byScope = stores[kind] as unknown as ReadonlyMap<string | undefined, Store<ResourceOf[K]>>;
      for (const store of byScope.values()) yield* store.list();
    },
    secretVersion: (namespace, name) => {
      if (!watchSecrets) return 'unknown';
      const store = secrets.get(undefined) ?? secrets.get(namespace);
      return store === undefined ? 'unknown' : store.get(namespace, name)?.metadata;
    },
    namespaceLabels: (namespace) => labels?.get('', namespace)?.labels,
    watchNamespaceLabels: () => {
      labels ??= watch(
        NAMESPACE_LIST_PATH,
        'namespaces',
        projectNamespaceLabels,
        {
          onAdd: ({ metadata }) => handlers.namespace(metadata.name),
          onUpdate: (before, { metadata, labels: now }) => {
            if (JSON.stringify(before.labels) !== JSON.stringify(now)) handlers.namespace(metadata.name);
          },
          onDelete: () => {},
        },
        true,
      );
    },
    synced,
    status: () =>
      all.map(({ store, reflector, resource }) => ({
        resource,
        objects: store.size,
        lastActivityMs: reflector.lastActivityMs,
      })),
    unlisted: () =>
      [...unlisted].map(({ resource, reflector }) => ({ resource, fault: reflector.listFault })),
    stop: async () => {
      await Promise.all(all.map(({ reflector }) => reflector.stop()));
    },
  };
}
