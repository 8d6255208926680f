import { describe, expect, it, vi } from 'vitest';
import { InventoryFeed, ListTooSoon, PATIENCE_MS } from '../../src/controller/inventory-feed.ts';
import type { Inventory, InventoryEntry } from '../../src/core/inventory.ts';
import { isSettled, useVirtualTime, virtualClock } from './virtual-time.ts';

/** A feed whose lists end when the test says so. */
function newFeed() {
  const calls: {
    readonly sentAtMs: number;
    end(readingMs?: number, entries?: readonly InventoryEntry[]): void;
    fail(error: unknown): void;
  }[] = [];
  const told: Inventory[] = [];
  const list = () => {
    const { promise, resolve, reject } = Promise.withResolvers<Inventory>();
    const sentAtMs = Date.now();
    calls.push({
      sentAtMs,
      end: (readingMs = 0, entries = []) =>
        resolve({ entries, complete: true, sentAtMs, tookMs: Date.now() - sentAtMs - readingMs }),
      fail: reject,
    });
    return promise;
  };
  const feed = new InventoryFeed(list, virtualClock, ({ inventory }) => void told.push(inventory));
  return { feed, calls, told };
}

describe('InventoryFeed', () => {
  useVirtualTime();

  it('answers everybody who waits with one call', async () => {
    const { feed, calls, told } = newFeed();
    const waiting = Array.from({ length: 1000 }, () => feed.atLeast(Date.now()));
    expect(calls).toHaveLength(1);
    calls[0]?.end();
    const indexes = await Promise.all(waiting);
    expect(new Set(indexes).size).toBe(1);
    expect(told).toHaveLength(1);
  });

  it('answers from the newest list where that is young enough, without a call', async () => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    calls[0]?.end();
    await first;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await feed.atLeast(Date.now() - 60_000)).toBe(feed.latest);
    expect(calls).toHaveLength(1);
  });

  it('never has two lists in flight: who asks for a younger one waits for the next', async () => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(100);
    const second = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(50);
    expect(calls).toHaveLength(1);
    calls[0]?.end();
    await first;
    expect(await isSettled(second)).toBe(false);
    await vi.advanceTimersByTimeAsync(850);
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    expect((await second).inventory.sentAtMs).toBe(calls[1]?.sentAtMs);
  });

  it('indexes a list with what was known of its entries from the last one', async () => {
    const { feed, calls } = newFeed();
    const entry = { id: '1', identifier: 'One', username: '', hostname: '' } as InventoryEntry;
    const first = feed.atLeast(Date.now());
    calls[0]?.end(0, [entry]);
    const known = (await first).namesOf(entry);
    await vi.advanceTimersByTimeAsync(1000);
    const second = feed.atLeast(Date.now());
    calls[1]?.end(0, [entry]);
    expect(known).toMatchObject({ identifier: 'one' });
    expect((await second).namesOf(entry)).toBe(known);
  });

  it('rests for the time that PAM took, not for that of reading the answer', async () => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(900);
    calls[0]?.end(700);
    await first;
    await vi.advanceTimersByTimeAsync(1);
    const second = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(99);
    expect(calls, 'five times 200 ms').toHaveLength(2);
    calls[1]?.end();
    await second;
  });

  it.each([
    { because: 'a list of no time', tookMs: 0 },
    { because: 'a list of 200 ms', tookMs: 200 },
  ])('starts lists at most once a second: after $because', async ({ tookMs }) => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(tookMs);
    calls[0]?.end();
    await first;
    await vi.advanceTimersByTimeAsync(1);
    const second = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(1000 - tookMs - 2);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    await second;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves PAM four fifths of the time, and lets nobody wait for the end of so long a pause', async () => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(1000);
    const duringTheList = expect(feed.atLeast(Date.now())).rejects.toMatchObject({ afterMs: 8000 });
    await vi.advanceTimersByTimeAsync(1000);
    calls[0]?.end();
    await first;
    await duringTheList;
    await vi.advanceTimersByTimeAsync(5000);
    await expect(feed.atLeast(Date.now())).rejects.toMatchObject({ afterMs: 3000 });
    await expect(feed.atLeast(Date.now())).rejects.toBeInstanceOf(ListTooSoon);
    await vi.advanceTimersByTimeAsync(3000);
    expect(calls).toHaveLength(1);
    const second = feed.atLeast(Date.now());
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    await second;
  });

  it('lets who holds no worker wait for the end of a pause, but not for that after a failure', async () => {
    const { feed, calls } = newFeed();
    const patient = { patienceMs: PATIENCE_MS.parked };
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(800);
    calls[0]?.end();
    await first;
    await vi.advanceTimersByTimeAsync(1);
    const parked = feed.atLeast(Date.now(), patient);
    await expect(feed.atLeast(Date.now())).rejects.toBeInstanceOf(ListTooSoon);
    await vi.advanceTimersByTimeAsync(3200);
    expect(calls, 'five times 800 ms').toHaveLength(2);
    await vi.advanceTimersByTimeAsync(500);
    calls[1]?.fail(new Error('broken'));
    await expect(parked).rejects.toThrow('broken');
    await expect(feed.atLeast(Date.now(), patient)).rejects.toThrow('broken');
  });

  it('tells at once what the last list failed with, while the pause after it lasts', async () => {
    const { feed, calls } = newFeed();
    const first = expect(feed.atLeast(Date.now())).rejects.toThrow('broken');
    await vi.advanceTimersByTimeAsync(30_000);
    const duringTheList = expect(feed.atLeast(Date.now())).rejects.toThrow('broken');
    calls[0]?.fail(new Error('broken'));
    await first;
    await duringTheList;
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(feed.atLeast(Date.now())).rejects.toThrow('broken');
    await vi.advanceTimersByTimeAsync(60_000);
    const second = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(2000);
    calls[1]?.end();
    await second;
    await expect(feed.atLeast(Date.now())).rejects.toBeInstanceOf(ListTooSoon);
  });

  it('fails those who waited for the list that failed, and lists again for those who came later', async () => {
    const { feed, calls } = newFeed();
    const first = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(100);
    const later = feed.atLeast(Date.now());
    calls[0]?.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    expect(await isSettled(later)).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    calls[1]?.end();
    expect((await later).inventory.sentAtMs).toBe(calls[1]?.sentAtMs);
  });

  it('serves older snapshots while a younger one is asked for in vain', async () => {
    const { feed, calls } = newFeed();
    const startMs = Date.now();
    const first = feed.atLeast(startMs);
    calls[0]?.end();
    const latest = await first;
    await vi.advanceTimersByTimeAsync(2000);
    const second = feed.atLeast(Date.now());
    calls[1]?.fail(new Error('broken'));
    await expect(second).rejects.toThrow('broken');
    expect(feed.latest).toBe(latest);
    expect(await feed.atLeast(startMs)).toBe(latest);
  });

  it('fails whoever waits when it stops, and whoever comes after, and leaves no timer', async () => {
    const { feed, calls, told } = newFeed();
    const first = feed.atLeast(Date.now());
    calls[0]?.end();
    await first;
    await vi.advanceTimersByTimeAsync(0);
    const throttled = feed.atLeast(Date.now() + 1);
    expect(vi.getTimerCount()).toBe(1);
    feed.stop(new Error('ended'));
    await expect(throttled).rejects.toThrow('ended');
    await expect(feed.atLeast(Date.now() + 1)).rejects.toThrow('ended');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(1);
    expect(told).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells nobody of a list that arrives after the stop', async () => {
    const { feed, calls, told } = newFeed();
    const waiting = feed.atLeast(Date.now());
    feed.stop(new Error('ended'));
    calls[0]?.end();
    await expect(waiting).rejects.toThrow('ended');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual([]);
    expect(feed.latest).toBeUndefined();
  });
});

describe('InventoryFeed: a list that has lost half its entries', () => {
  useVirtualTime();

  it.each([
    { because: 'it decides nothing', counts: [10, 4], gapMs: 2000, complete: [true, false] },
    { because: 'half is still believed', counts: [10, 5], gapMs: 2000, complete: [true, true] },
    { because: 'few records may well go', counts: [3, 0], gapMs: 2000, complete: [true, true] },
    {
      because: 'it is believed after a minute',
      counts: [10, 4, 4, 4],
      gapMs: 30_000,
      complete: [true, false, false, true],
    },
    {
      because: 'the minute starts anew',
      counts: [10, 4, 9, 4],
      gapMs: 30_000,
      complete: [true, false, true, false],
    },
    {
      because: 'what was believed last counts',
      counts: [10, 5, 2],
      gapMs: 2000,
      complete: [true, true, false],
    },
  ])('$because', async ({ counts, gapMs, complete }) => {
    const seen: boolean[] = [];
    const sizes = [...counts];
    const list = async (): Promise<Inventory> => ({
      entries: Array.from({ length: sizes.shift() ?? 0 }, (_, at) => entry(String(at + 1))),
      complete: true,
      sentAtMs: Date.now(),
      tookMs: 0,
    });
    const feed = new InventoryFeed(list, virtualClock, () => {});
    for (const _ of counts) {
      seen.push((await feed.atLeast(Date.now())).inventory.complete);
      await vi.advanceTimersByTimeAsync(gapMs);
    }
    expect(seen).toEqual(complete);
  });
});

function entry(id: string): InventoryEntry {
  const target = { username: 'svc', hostname: 'db1', ip: '10.0.0.1' };
  return { id, identifier: `x${id}`, ...target, isKey: false, change: undefined, automaticChange: false };
}
