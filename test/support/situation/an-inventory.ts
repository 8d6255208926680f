import type { Inventory, InventoryEntry } from '../../../src/core/inventory.ts';
import { type InventoryIndex, indexInventory } from '../../../src/core/inventory-index.ts';
import { allPieces } from '../all-pieces.ts';

/** When passes begin in these situations, in monotonic milliseconds. */
export const NOW = 100_000;

/** PAM Core's list in the making. */
export class InventoryStory {
  readonly inventory: Inventory;

  constructor(inventory: Inventory) {
    this.inventory = inventory;
  }

  /** Adds a record; what is not told is that of the credential `svc` on `w2016`. */
  with(entry: Partial<InventoryEntry> & { readonly id: string }): InventoryStory {
    const whole: InventoryEntry = {
      identifier: undefined,
      username: 'svc',
      hostname: 'w2016',
      ip: '10.66.33.15',
      isKey: false,
      change: '2026-01-01 10:00:00',
      automaticChange: false,
      ...entry,
    };
    return new InventoryStory({ ...this.inventory, entries: [...this.inventory.entries, whole] });
  }

  incomplete(): InventoryStory {
    return new InventoryStory({ ...this.inventory, complete: false });
  }

  sentAt(sentAtMs: number): InventoryStory {
    return new InventoryStory({ ...this.inventory, sentAtMs });
  }

  index(): InventoryIndex {
    return allPieces(indexInventory(this.inventory));
  }
}

export function anInventory(): InventoryStory {
  return new InventoryStory({ entries: [], complete: true, sentAtMs: NOW, tookMs: 10 });
}
