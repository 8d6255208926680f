import { mapKey } from '../core/map-key.ts';
import { MultiMap } from '../core/multi-map.ts';
import type { Identified } from './object-identity.ts';

/** Names an object of a namespace. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** From a Secret to the resources that reference it. */
export interface SecretIndex<T extends Identified> {
  /** A resource was added or changed: its references are what they are now. */
  resourceChanged(resource: T): void;
  resourceDeleted(resource: T): void;
  /** A Secret was added, changed or deleted: wakes the resources that reference it, if there are any. */
  secretChanged(secret: NamespacedName): void;
  onSecretChanged(listener: (resources: readonly NamespacedName[]) => void): void;
  /** Resources that reference the Secret. */
  resourcesOf(secret: NamespacedName): readonly NamespacedName[];
}

/** @param secretsOf the Secrets that a resource references, each in the namespace in which it is resolved */
export function createSecretIndex<T extends Identified>(
  secretsOf: (resource: T) => readonly NamespacedName[],
): SecretIndex<T> {
  /** UIDs of resources by their Secrets. */
  const users = new MultiMap<string>();
  const known = new Map<string, { readonly name: NamespacedName; readonly secrets: readonly string[] }>();
  const listeners: ((resources: readonly NamespacedName[]) => void)[] = [];

  function forget(uid: string): void {
    for (const secret of known.get(uid)?.secrets ?? []) users.delete(secret, uid);
    known.delete(uid);
  }

  function resourcesOf(secret: NamespacedName): readonly NamespacedName[] {
    return users.get(keyOf(secret)).flatMap((uid) => known.get(uid)?.name ?? []);
  }

  return {
    resourceChanged: (resource) => {
      const { uid, namespace, name } = resource.metadata;
      forget(uid);
      const referenced = [...new Set(secretsOf(resource).map(keyOf))];
      if (referenced.length === 0) return;
      known.set(uid, { name: { namespace, name }, secrets: referenced });
      for (const secret of referenced) users.add(secret, uid);
    },
    resourceDeleted: (resource) => forget(resource.metadata.uid),
    secretChanged: (secret) => {
      const woken = resourcesOf(secret);
      if (woken.length === 0) return;
      for (const listener of listeners) listener(woken);
    },
    onSecretChanged: (listener) => {
      listeners.push(listener);
    },
    resourcesOf,
  };
}

function keyOf({ namespace, name }: NamespacedName): string {
  return mapKey('/', namespace, name);
}
