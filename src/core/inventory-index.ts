import { fold } from './glob.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';
import { mapKey } from './map-key.ts';
import { MultiMap } from './multi-map.ts';

/** A list with the look-ups that ownership needs, made once for all resources of the connection. */
export interface InventoryIndex {
  readonly inventory: Inventory;
  byIdentifier(identifier: string): readonly InventoryEntry[];
  byId(id: string): InventoryEntry | undefined;
  /** Credentials (never keys) with this username on this hostname, whatever their IP. */
  byTarget(username: string, hostname: string): readonly InventoryEntry[];
  /** What the entry is found under. */
  namesOf(entry: InventoryEntry): FoldedNames | undefined;
}

/** The names of an entry as they are compared. */
interface FoldedNames {
  readonly identifier: string | undefined;
  readonly target: string;
}

/** So many entries take one or two milliseconds. */
const ENTRIES_PER_PIECE = 1000;

/**
 * Compared folded: whether PAM itself regards case is unknown, so the widest reading decides. Stops now and then, since
 * a list may have tens of thousands of entries.
 *
 * @param last the list before: the names of an entry that is in both need not be folded again
 */
export function* indexInventory(
  inventory: Inventory,
  last?: InventoryIndex,
): Generator<void, InventoryIndex> {
  const byIdentifier = new MultiMap<InventoryEntry>();
  const byTarget = new MultiMap<InventoryEntry>();
  const byId = new Map<string, InventoryEntry>();
  const names = new Map<InventoryEntry, FoldedNames>();
  for (const [at, entry] of inventory.entries.entries()) {
    if (at % ENTRIES_PER_PIECE === ENTRIES_PER_PIECE - 1) yield;
    const folded = last?.namesOf(entry) ?? foldedNames(entry);
    names.set(entry, folded);
    byId.set(entry.id, entry);
    if (folded.identifier !== undefined) byIdentifier.add(folded.identifier, entry);
    if (!entry.isKey) byTarget.add(folded.target, entry);
  }
  return {
    inventory,
    byIdentifier: (identifier) => byIdentifier.get(fold(identifier)),
    byId: (id) => byId.get(id),
    byTarget: (username, hostname) => byTarget.get(target(username, hostname)),
    namesOf: (entry) => names.get(entry),
  };
}

function foldedNames({ identifier, username, hostname }: InventoryEntry): FoldedNames {
  return {
    identifier: identifier === undefined ? undefined : fold(identifier),
    target: target(username, hostname),
  };
}

function target(username: string, hostname: string): string {
  return mapKey('\n', fold(username), fold(hostname));
}
