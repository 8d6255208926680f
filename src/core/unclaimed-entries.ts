import { fold } from './glob.ts';
import { deriveIdentifier } from './identifier.ts';
import type { Inventory } from './inventory.ts';
import type { ManagedResource } from './managed-resource.ts';

/** So many of either take one or two milliseconds. */
const PER_PIECE = 500;

/**
 * How many entries of the list begin with our prefix although no resource derives or holds them (design 3.1): records
 * that were retained, or a second cluster with the same prefix. Stops now
 * and then, since both may be tens of thousands.
 */
export function* unclaimedEntries(
  { entries }: Inventory,
  identifierPrefix: string,
  resources: Iterable<ManagedResource>,
): Generator<void, number> {
  const claimed = new Set<string>();
  let seen = 0;
  for (const { metadata, kind, status } of resources) {
    seen += 1;
    if (seen % PER_PIECE === 0) yield;
    claimed.add(fold(deriveIdentifier(identifierPrefix, metadata.namespace, metadata.name, kind)));
    if (status.identifier !== undefined) claimed.add(fold(status.identifier));
  }
  const prefix = fold(`${identifierPrefix}_`);
  let unclaimed = 0;
  for (const { identifier } of entries) {
    seen += 1;
    if (seen % PER_PIECE === 0) yield;
    if (identifier === undefined) continue;
    const folded = fold(identifier);
    if (folded.startsWith(prefix) && !claimed.has(folded)) unclaimed += 1;
  }
  return unclaimed;
}
