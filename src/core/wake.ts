import type { ResourceMetadata } from '../api/resource-metadata.ts';
import type { ManagedResource } from './managed-resource.ts';

/** `enabled: false` is declared and not carried out yet: nothing may delay it but PAM itself. */
export function wantsDisable({ spec, status }: Pick<ManagedResource, 'spec' | 'status'>): boolean {
  return spec.enabled === false && status.enabled !== false;
}

/** Its disable goes before everything, and out in every state of its connection. */
export function isUrgent(resource: ManagedResource): boolean {
  return resource.spec.suspend !== true && !resource.deleting && wantsDisable(resource);
}

/** The lanes of design 4.6, by what a resource waits for. */
export type Lane = 'disable' | 'deletion' | 'change' | 'resync';

export function laneOf(resource: ManagedResource, initial: boolean): Lane {
  if (isUrgent(resource)) return 'disable';
  if (resource.deleting) return 'deletion';
  return initial ? 'resync' : 'change';
}

/**
 * Whether an update says more than that the status was written: spec (generation), deletion, the operator's own
 * annotations or finalizers. Whose status write it was is told by its resourceVersion, not here.
 */
export function changesBeyondStatus(previous: ResourceMetadata, next: ResourceMetadata): boolean {
  return (
    previous.generation !== next.generation ||
    previous.deletionTimestamp !== next.deletionTimestamp ||
    (previous.finalizers ?? []).join('\n') !== (next.finalizers ?? []).join('\n') ||
    !sameEntries(previous.annotations ?? {}, next.annotations ?? {})
  );
}

function sameEntries(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}
