import { describe, expect, it } from 'vitest';
import { watchDrift } from '../../src/controller/drift-watch.ts';
import { inTurns } from '../../src/controller/in-turns.ts';
import { ResourceMemory } from '../../src/controller/resource-memory.ts';
import type { InventoryEntry } from '../../src/core/inventory.ts';
import { indexInventory } from '../../src/core/inventory-index.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { unclaimedEntries } from '../../src/core/unclaimed-entries.ts';
import { allPieces } from '../support/all-pieces.ts';
import { credential } from './declared-resources.ts';

const MANY = 20_000;
const entries = Array.from(
  { length: MANY },
  (_, at): InventoryEntry => ({
    id: `${at + 1}`,
    identifier: `test_shop_${at}`,
    username: `svc-${at}`,
    hostname: 'w2016',
    ip: '10.66.33.15',
    isKey: false,
    change: 'one',
    automaticChange: false,
  }),
);
const inventory = { entries, complete: true, sentAtMs: 1000, tookMs: 10 };
const index = allPieces(indexInventory(inventory));
const resources = entries.map(({ id, identifier }) =>
  credential({}, { name: `db-${id}` }, { id, ...(identifier !== undefined && { identifier }) }),
);

describe('what looks at tens of thousands lets others have their turn', () => {
  it.each([
    { because: 'a list is indexed', pieces: () => indexInventory(inventory) },
    {
      because: 'a list is compared with all resources',
      pieces: () =>
        watchDrift(
          index,
          'here',
          'Listed',
          resources.map((resource) => ({ resource, memory: new ResourceMemory() })),
        ),
    },
    {
      because: 'entries of nobody are counted',
      pieces: () => unclaimedEntries(inventory, 'test', resources.map(manage)),
    },
  ])('$because', async ({ pieces }) => {
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 0);
    await inTurns<unknown>(pieces());
    clearInterval(counting);
    expect(turns).toBeGreaterThan(1);
  });
});

it('a short list is done at once', () => {
  const short = indexInventory({ ...inventory, entries: entries.slice(0, 100) });
  expect(short.next().done).toBe(true);
});
