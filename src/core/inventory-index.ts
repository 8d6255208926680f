import { fold } from './glob.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';
import { MultiMap } from './multi-map.ts';

/** A list with the look-ups that ownership needs, made once for all resources of the connection. */
export interface InventoryIndex {
  readonly inventory: Inventory;
  byIdentifier(identifier: string): readonly InventoryEntry[];
  byId(id: string): InventoryEntry | undefined;
  /** Credentials (never keys) with this username on this hostname, whatever their IP. */
  byTarget(username: string, hostname: string): readonly InventoryEntry[];
}

/** So many entries take one or two milliseconds. */
const ENTRIES_PER_PIECE = 1000;

/**
 * Compared folded: whether PAM itself regards case is unknown, so the widest reading decides. Stops now and then, since
 * a list may have tens of thousands of entries.
 */
export function* indexInventory(inventory: Inventory): Generator<void, InventoryIndex> {
  const byIdentifier = new MultiMap<InventoryEntry>();
  const byTarget = new MultiMap<InventoryEntry>();
  const byId = new Map<string, InventoryEntry>();
  for (const [at, entry] of inventory.entries.entries()) {
    if (at % ENTRIES_PER_PIECE === ENTRIES_PER_PIECE - 1) yield;
    byId.set(entry.id, entry);
    if (entry.identifier !== undefined) byIdentifier.add(fold(entry.identifier), entry);
    if (!entry.isKey) byTarget.add(target(entry.username, entry.hostname), entry);
  }
  return {
    inventory,
    byIdentifier: (identifier) => byIdentifier.get(fold(identifier)),
    byId: (id) => byId.get(id),
    byTarget: (username, hostname) => byTarget.get(target(username, hostname)),
  };
}

function target(username: string, hostname: string): string {
  return `${fold(username)}\n${fold(hostname)}`;
}
