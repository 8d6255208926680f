import type { InstallKey } from '../core/digest.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import { type ManagedResource, manage, type ParentRecord } from '../core/managed-resource.ts';
import { isRenamed } from '../core/plan-record.ts';
import { trustedResource } from '../core/trusted-resource.ts';
import type { Caches } from './kubernetes.ts';

/**
 * The record that `spec.parentRef` leads to, for a credential that has one. Its id counts only under a valid seal and
 * on the same PAM Core, and not where the last list shows it under another identifier: PAM logs in with the parent, so a
 * status that names somebody's id must not lend it out.
 */
export function parentRecord(
  resource: ManagedResource,
  fingerprint: string,
  installKey: InstallKey,
  caches: Pick<Caches, 'get'>,
  lastInventory: InventoryIndex | undefined,
): ParentRecord | undefined {
  if (resource.kind === 'key' || resource.spec.parentRef === undefined) return undefined;
  const { namespace, name } = resource.metadata;
  const read = (parent: string) => caches.get('PamCredential', namespace, parent);
  const ring = parentRing(name, resource.spec.parentRef.name, (parent) => read(parent)?.spec.parentRef?.name);
  if (ring !== undefined) return { cycle: [name, ...ring] };
  const cached = read(resource.spec.parentRef.name);
  if (cached === undefined) return {};
  const { id, identifier, connectionFingerprint } = trustedResource(manage(cached), installKey).resource
    .status;
  if (id === undefined || identifier === undefined || connectionFingerprint !== fingerprint) return {};
  const isSomebodys = isRenamed(lastInventory === undefined ? {} : { lastInventory }, { id, identifier });
  return isSomebodys ? {} : { id };
}

/**
 * The resources from the first parent on that lead back to the one of this name; absent where they do not. A chain that
 * ends in a ring without it waits for the first one of the chain, as any child does.
 */
export function parentRing(
  name: string,
  first: string | undefined,
  parentOf: (name: string) => string | undefined,
): readonly string[] | undefined {
  const seen = new Set<string>();
  for (let next = first; next !== undefined && !seen.has(next); next = parentOf(next)) {
    if (next === name) return [...seen];
    seen.add(next);
  }
  return undefined;
}
