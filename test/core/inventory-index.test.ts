import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { InventoryEntry } from '../../src/core/inventory.ts';
import { indexInventory } from '../../src/core/inventory-index.ts';
import { allPieces } from '../support/all-pieces.ts';

const NAMES = ['a', 'A', 'b', 'Å'] as const;

const entries: fc.Arbitrary<InventoryEntry[]> = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 12 }).map(String),
      identifier: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
      username: fc.constantFrom(...NAMES),
      hostname: fc.constantFrom(...NAMES),
      isKey: fc.boolean(),
    }),
    { selector: ({ id }) => id },
  )
  .map((all) => all.map((each) => ({ ...each, ip: '', change: undefined, automaticChange: false })));

const inventoryOf = (all: readonly InventoryEntry[]) => ({
  entries: all,
  complete: true,
  sentAtMs: 0,
  tookMs: 0,
});

it('finds the same, whether or not entries were in the list before', () => {
  fc.assert(
    fc.property(entries, entries, fc.array(fc.boolean()), (before, added, kept) => {
      const stay = before.filter((_, at) => kept[at] === true);
      const now = [...stay, ...added.filter(({ id }) => stay.every((each) => each.id !== id))];
      const last = allPieces(indexInventory(inventoryOf(before)));
      const [fresh, reused] = [undefined, last].map((known) =>
        allPieces(indexInventory(inventoryOf(now), known)),
      );
      for (const one of NAMES) {
        expect(reused?.byIdentifier(one)).toEqual(fresh?.byIdentifier(one));
        for (const other of NAMES) expect(reused?.byTarget(one, other)).toEqual(fresh?.byTarget(one, other));
      }
      for (const { id } of [...before, ...added]) expect(reused?.byId(id)).toEqual(fresh?.byId(id));
    }),
  );
});

it('folds the names of an entry once, however often it is listed', () => {
  const entry: InventoryEntry = {
    id: '1',
    identifier: 'One',
    username: 'Root',
    hostname: 'W2016',
    ip: '',
    isKey: false,
    change: undefined,
    automaticChange: false,
  };
  const first = allPieces(indexInventory(inventoryOf([entry])));
  const second = allPieces(indexInventory(inventoryOf([entry]), first));
  expect(first.namesOf(entry)).toEqual({ identifier: 'one', target: 'root\nw2016' });
  expect(second.namesOf(entry)).toBe(first.namesOf(entry));
});
