import { mapKey } from '../core/map-key.ts';

/** Keys in the workqueues: `namespace/name`, for a cluster-scoped resource its name alone. */
export function keyOf(namespace: string, name: string): string {
  return namespace === '' ? name : mapKey('/', namespace, name);
}

/** Empty for a cluster-scoped resource. */
export function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}

export function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
