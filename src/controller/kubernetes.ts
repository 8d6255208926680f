import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';

/** The custom resource of each kind, as the cache holds it. */
export interface ResourceByKind {
  readonly PamConnection: PamConnection;
  readonly PamCredential: PamCredential;
  readonly PamSshKey: PamSshKey;
}

export type ResourceKind = keyof ResourceByKind;

/** Names one resource. `namespace` is empty for a PamConnection. */
export interface ResourceName {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
}

export interface WriteTarget extends ResourceName {
  /** With it, a resource that was deleted and created again under its name is never written to. */
  readonly uid: string;
}

/** What became of a write. `conflict`: the resource has another version or UID than the one stated. */
export type WriteResult =
  | { readonly outcome: 'written'; readonly resourceVersion: string; readonly generation: number }
  | { readonly outcome: 'unchanged' | 'gone' | 'conflict' };

/** A Secret's values as they are now. */
export interface SecretRead {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
  readonly annotations: ReadonlyMap<string, string>;
}

export interface EventToRecord {
  readonly resource: ResourceByKind[ResourceKind];
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** What the controller asks of Kubernetes. Every call throws `KubeError` and nothing else. */
export interface Kubernetes {
  /** Writes the difference between two statuses; no call where there is none. */
  writeStatus(
    target: WriteTarget,
    previous: object,
    next: object,
    options?: { readonly resourceVersion?: string },
  ): Promise<WriteResult>;
  writeFinalizers(
    target: WriteTarget,
    finalizers: readonly string[],
    resourceVersion: string,
  ): Promise<WriteResult>;
  /** Straight from etcd, past every cache. */
  readResource<K extends ResourceKind>(
    name: ResourceName & { readonly kind: K },
  ): Promise<ResourceByKind[K] | 'notFound'>;
  readSecret(namespace: string, name: string): Promise<SecretRead | 'notFound' | 'forbidden'>;
  /** The text under a key of a ConfigMap. */
  readConfigMapKey(
    namespace: string,
    name: string,
    key: string,
  ): Promise<string | 'notFound' | 'forbidden' | 'noKey'>;
  /** Returns at once and never throws. */
  recordEvent(event: EventToRecord): void;
}

/** The caches that the reflectors keep. */
export interface Caches {
  get<K extends ResourceKind>(kind: K, namespace: string, name: string): ResourceByKind[K] | undefined;
  list<K extends ResourceKind>(kind: K): Iterable<ResourceByKind[K]>;
  /** Absent: no such Secret. `unknown`: Secrets are not watched. */
  secretVersion(
    namespace: string,
    name: string,
  ): { readonly uid: string; readonly resourceVersion: string } | 'unknown' | undefined;
  /** Absent where the operator may not read namespaces. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
}
