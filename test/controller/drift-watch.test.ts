import { beforeEach, describe, expect, it } from 'vitest';
import type { PamCredentialStatus } from '../../src/api/pam-credential.gen.ts';
import { watchDrift } from '../../src/controller/drift-watch.ts';
import { ResourceMemory } from '../../src/controller/resource-memory.ts';
import type { InventoryEntry } from '../../src/core/inventory.ts';
import { allPieces } from '../support/all-pieces.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { credential } from './declared-resources.ts';

/** One record, looked at by one list after the other; times in seconds. */
let memory: ResourceMemory;
let status: PamCredentialStatus;

beforeEach(() => {
  memory = new ResourceMemory();
  status = {
    id: '152',
    identifier: 'test_shop_orders',
    connectionFingerprint: 'here',
    content: { state: 'Pushed', change: 'one' },
  };
});

const entry = { id: '152', identifier: 'test_shop_orders', change: 'one' };

function list(
  seconds: number,
  found: Partial<InventoryEntry> | undefined = entry,
  { shows = 'Listed', whole = true }: { shows?: 'Listed' | 'Hidden'; whole?: boolean } = {},
) {
  let story = anInventory();
  if (Object.keys(found).length > 0) story = story.with({ ...entry, ...found });
  if (!whole) story = story.incomplete();
  const resource = credential({}, {}, status);
  const index = story.sentAt(seconds * 1000).index();
  const drift = allPieces(watchDrift(index, 'here', shows, [{ resource, memory }]));
  return { told: drift.concerned.length, gone: memory.gone, rotated: drift.rotated, saw: drift.sawDisabled };
}

const MISSING = {};

describe('a record that the list does not show', () => {
  it('is gone after a minute, told once; and back, told once', () => {
    expect(list(100, MISSING)).toMatchObject({ told: 0, gone: false });
    expect(list(159, MISSING)).toMatchObject({ told: 0, gone: false });
    expect(list(160, MISSING)).toMatchObject({ told: 1, gone: true });
    expect(list(220, MISSING)).toMatchObject({ told: 0, gone: true });
    expect(list(230)).toMatchObject({ told: 1, gone: false });
    expect(list(240)).toMatchObject({ told: 0, gone: false });
  });

  it('was only away for a moment: the minute begins anew', () => {
    list(100, MISSING);
    list(130);
    expect(list(160, MISSING).gone).toBe(false);
    expect(list(219, MISSING).gone).toBe(false);
    expect(list(220, MISSING).gone).toBe(true);
  });

  it('is not gone within a minute of our last write', () => {
    list(100, MISSING);
    memory.writeEndedAtMs = 150_000;
    expect(list(170, MISSING).gone).toBe(false);
    expect(list(209, MISSING).gone).toBe(false);
    expect(list(210, MISSING).gone).toBe(true);
  });

  it('is not judged by a list that was sent before our last write ended', () => {
    memory.writeEndedAtMs = 300_000;
    list(100, MISSING);
    expect(list(200, MISSING)).toMatchObject({ told: 0, gone: false });
    expect(memory.missingSinceMs).toBeUndefined();
  });

  it('may be disabled where PAM hides such records', () => {
    list(100, MISSING, { shows: 'Hidden' });
    expect(list(1000, MISSING, { shows: 'Hidden' })).toMatchObject({ told: 0, gone: false });
  });

  it('is not judged by a list that is not whole, nor by that of another PAM Core', () => {
    list(100, MISSING, { whole: false });
    expect(list(1000, MISSING, { whole: false })).toMatchObject({ told: 0, gone: false });
    status = { ...status, connectionFingerprint: 'elsewhere' };
    list(2000, MISSING);
    expect(list(3000, MISSING)).toMatchObject({ told: 0, gone: false });
  });

  it('renamed is gone at once, in another case it is not; named as before it is back', () => {
    expect(list(100, { identifier: 'TEST_shop_Orders' })).toMatchObject({ told: 0, gone: false });
    expect(list(110, { identifier: 'other' })).toMatchObject({ told: 1, gone: true });
    expect(list(120)).toMatchObject({ told: 1, gone: false });
  });
});

describe('a record whose `change` moves', () => {
  const wroteAt = (seconds: number, change: string | undefined) => {
    memory.writeEndedAtMs = seconds * 1000;
    status = { ...status, content: { state: 'Pushed', ...(change !== undefined && { change }) } };
  };

  it('counts once for each rotation, however often the list is read', () => {
    expect(list(100).rotated).toBe(0);
    expect(list(110, { change: 'two' }).rotated).toBe(1);
    expect(list(120, { change: 'two' }).rotated).toBe(0);
    expect(list(130, { change: 'three' }).rotated).toBe(1);
    expect(list(140, { change: 'three' }).rotated).toBe(0);
  });

  it('had moved before this process looked: an earlier one may have counted it', () => {
    expect(list(100, { change: 'two' }).rotated).toBe(0);
    expect(list(110, { change: 'three' }).rotated).toBe(1);
  });

  it('moved since this process wrote it: counted, though no list was read in between', () => {
    wroteAt(50, 'one');
    expect(list(100, { change: 'two' }).rotated).toBe(1);
  });

  it('by our own write is no rotation, neither before the baseline nor after', () => {
    list(100);
    wroteAt(110, undefined);
    expect(list(120, { change: 'ours' }).rotated).toBe(0);
    wroteAt(110, 'ours');
    expect(list(130, { change: 'ours' }).rotated).toBe(0);
    expect(list(140, { change: 'theirs' }).rotated).toBe(1);
  });

  it('by our own write is none either where no list was judged between the write and its baseline', () => {
    list(100);
    wroteAt(110, 'ours');
    expect(list(130, { change: 'ours' }).rotated).toBe(0);
    expect(list(140, { change: 'theirs' }).rotated).toBe(1);
  });

  it('while a pass runs, which may have written: judged by a later list', () => {
    list(100);
    memory.begin();
    expect(list(110, { change: 'two' }).rotated).toBe(0);
    memory.end();
    expect(list(120, { change: 'two' }).rotated).toBe(1);
  });

  it('by a write that the cache has not seen yet is no rotation', () => {
    list(100);
    const { change: _, ...content } = status.content ?? {};
    const written = { resourceVersion: '9', generation: 1, finalizers: undefined };
    memory.wrote(['9'], { ...written, status: { ...status, content } });
    expect(list(110, { change: 'ours' }).rotated).toBe(0);
  });
});

describe('a record that we disabled', () => {
  beforeEach(() => {
    memory.disabledAtMs = 50_000;
    memory.writeEndedAtMs = 50_000;
  });

  it('and that later lists show tells that disabled records are listed', () => {
    expect(list(40).saw).toBe(false);
    expect(list(80).saw).toBe(true);
  });

  it('is shown by a list that may lag behind: tells nothing yet', () => {
    expect(list(79, entry, { shows: 'Hidden' }).saw).toBe(false);
    expect(list(80, MISSING, { shows: 'Hidden' }).saw).toBe(false);
  });

  it('was away and is back: somebody may have enabled it, so it tells nothing', () => {
    expect(list(60, MISSING, { shows: 'Hidden' }).saw).toBe(false);
    expect(list(90, entry, { shows: 'Hidden' }).saw).toBe(false);
    expect(list(700, entry, { shows: 'Hidden' }).saw).toBe(false);
  });

  it('and disabled once more after that tells it again', () => {
    list(60, MISSING, { shows: 'Hidden' });
    memory.disabledAtMs = 70_000;
    memory.writeEndedAtMs = 70_000;
    expect(list(100, entry, { shows: 'Hidden' }).saw).toBe(true);
  });

  it('was enabled since: tells nothing', () => {
    memory.disabledAtMs = undefined;
    expect(list(90).saw).toBe(false);
  });
});
