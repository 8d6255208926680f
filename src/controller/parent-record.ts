import type { InstallKey } from '../core/digest.ts';
import { type ManagedResource, manage, type ParentRecord } from '../core/managed-resource.ts';
import { trustedResource } from '../core/trusted-resource.ts';
import type { Caches } from './kubernetes.ts';

/**
 * The record that `spec.parentRef` leads to, for a credential that has one. Its id counts only under a valid seal and
 * on the same PAM Core: PAM logs in with the parent, so a status that names somebody's id must not lend it out.
 */
export function parentRecord(
  resource: ManagedResource,
  fingerprint: string,
  installKey: InstallKey,
  caches: Pick<Caches, 'get'>,
): ParentRecord | undefined {
  if (resource.kind === 'key' || resource.spec.parentRef === undefined) return undefined;
  const { namespace, name } = resource.metadata;
  const read = (parent: string) => caches.get('PamCredential', namespace, parent);
  // A chain that never comes back to this resource waits for the first one of it, as any child does.
  const seen = new Set<string>();
  let next: string | undefined = resource.spec.parentRef.name;
  while (next !== undefined && !seen.has(next)) {
    if (next === name) return { cycle: [name, ...seen] };
    seen.add(next);
    next = read(next)?.spec.parentRef?.name;
  }
  const cached = read(resource.spec.parentRef.name);
  if (cached === undefined) return {};
  const { status } = trustedResource(manage(cached), installKey).resource;
  return status.id !== undefined && status.connectionFingerprint === fingerprint ? { id: status.id } : {};
}
