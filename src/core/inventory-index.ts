import { fold } from './glob.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';

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
  const byIdentifier = new Map<string, InventoryEntry[]>();
  const byTarget = new Map<string, InventoryEntry[]>();
  const byId = new Map<string, InventoryEntry>();
  for (const [at, entry] of inventory.entries.entries()) {
    if (at % ENTRIES_PER_PIECE === ENTRIES_PER_PIECE - 1) yield;
    byId.set(entry.id, entry);
    if (entry.identifier !== undefined) append(byIdentifier, fold(entry.identifier), entry);
    if (!entry.isKey) append(byTarget, target(entry.username, entry.hostname), entry);
  }
  return {
    inventory,
    byIdentifier: (identifier) => byIdentifier.get(fold(identifier)) ?? [],
    byId: (id) => byId.get(id),
    byTarget: (username, hostname) => byTarget.get(target(username, hostname)) ?? [],
  };
}

function target(username: string, hostname: string): string {
  return `${fold(username)}\n${fold(hostname)}`;
}

function append(map: Map<string, InventoryEntry[]>, name: string, entry: InventoryEntry): void {
  const present = map.get(name);
  if (present === undefined) map.set(name, [entry]);
  else present.push(entry);
}
