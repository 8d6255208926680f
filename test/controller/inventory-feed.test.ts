import { describe, expect, it, vi } from 'vitest';
import { InventoryFeed } from '../../src/controller/inventory-feed.ts';
import type { Inventory } from '../../src/core/inventory.ts';
import { isSettled, useVirtualTime, virtualClock } from './virtual-time.ts';

/** A feed whose lists end when the test says so. */
function newFeed() {
  const calls: { readonly sentAtMs: number; end(): void; fail(error: unknown): void }[] = [];
  const told: Inventory[] = [];
  const list = () => {
    const { promise, resolve, reject } = Promise.withResolvers<Inventory>();
    const sentAtMs = Date.now();
    calls.push({
      sentAtMs,
      end: () => resolve({ entries: [], complete: true, sentAtMs, tookMs: 0 }),
      fail: reject,
    });
    return promise;
  };
  const feed = new InventoryFeed(list, virtualClock, (inventory) => told.push(inventory));
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
    await vi.advanceTimersByTimeAsync(2000);
    const second = feed.atLeast(Date.now());
    expect(calls).toHaveLength(1);
    calls[0]?.end();
    await first;
    expect(await isSettled(second)).toBe(false);
    await vi.advanceTimersByTimeAsync(8000);
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    expect((await second).inventory.sentAtMs).toBe(calls[1]?.sentAtMs);
  });

  it.each([
    { because: 'a quick list is followed by the next after a second', tookMs: 0, nextAfterMs: 1000 },
    { because: 'a list of 100 ms too', tookMs: 100, nextAfterMs: 1000 },
    { because: 'a list of 2 s leaves PAM four fifths of the time', tookMs: 2000, nextAfterMs: 10_000 },
  ])('$because', async ({ tookMs, nextAfterMs }) => {
    const { feed, calls } = newFeed();
    const startMs = Date.now();
    const first = feed.atLeast(startMs);
    await vi.advanceTimersByTimeAsync(tookMs);
    calls[0]?.end();
    await first;
    await vi.advanceTimersByTimeAsync(1);
    const second = feed.atLeast(Date.now());
    await vi.advanceTimersByTimeAsync(nextAfterMs - tookMs - 2);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    await second;
    expect(vi.getTimerCount()).toBe(0);
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
