import { fold } from './glob.ts';
import { deriveIdentifier } from './identifier.ts';
import type { Inventory } from './inventory.ts';
import type { ManagedResource } from './managed-resource.ts';

/**
 * How many entries of the list begin with our prefix although no resource derives or holds them (design 3.1): records
 * that were retained, or a second cluster with the same prefix.
 */
export function unclaimedEntries(
  { entries }: Inventory,
  identifierPrefix: string,
  resources: Iterable<ManagedResource>,
): number {
  const claimed = new Set<string>();
  for (const { metadata, kind, status } of resources) {
    claimed.add(fold(deriveIdentifier(identifierPrefix, metadata.namespace, metadata.name, kind)));
    if (status.identifier !== undefined) claimed.add(fold(status.identifier));
  }
  const prefix = fold(`${identifierPrefix}_`);
  let unclaimed = 0;
  for (const { identifier } of entries) {
    if (identifier === undefined) continue;
    const folded = fold(identifier);
    if (folded.startsWith(prefix) && !claimed.has(folded)) unclaimed += 1;
  }
  return unclaimed;
}
