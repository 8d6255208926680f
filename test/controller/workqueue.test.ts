import { describe, expect, it, vi } from 'vitest';
import { type Claim, PRIORITY, Workqueue, type WorkqueueObserver } from '../../src/controller/workqueue.ts';
import { isSettled, useVirtualTime, virtualClock } from './virtual-time.ts';

const DAY_MS = 24 * 3600_000;

function newQueue(observer?: WorkqueueObserver): Workqueue<string> {
  return new Workqueue<string>(virtualClock, (key) => key.slice(0, Math.max(0, key.indexOf('/'))), observer);
}

/** Takes what is ready, one key after the other, each finished at once. */
async function drain(queue: Workqueue<string>): Promise<string[]> {
  const keys: string[] = [];
  while (queue.depths().size > 0) {
    const claim = await queue.take();
    if (claim === undefined) break;
    keys.push(claim.key);
    queue.done(claim.key);
  }
  return keys;
}

describe('Workqueue', () => {
  useVirtualTime();

  it('gives a key once, however often it was added', async () => {
    const queue = newQueue();
    for (let count = 0; count < 100; count++) queue.add('a/1');
    expect(await drain(queue)).toEqual(['a/1']);
  });

  it('runs a key exactly once more, however often it was added while a worker held it', async () => {
    const queue = newQueue();
    queue.add('a/1');
    const claim = await queue.take();
    for (let count = 0; count < 100; count++) queue.add('a/1', { priority: PRIORITY.resync });
    queue.add('a/1', { priority: PRIORITY.disable });
    expect(queue.depths().size).toBe(0);
    queue.done(claim?.key ?? '');
    const again = await queue.take();
    expect(again).toMatchObject({ key: 'a/1', priority: PRIORITY.disable });
    queue.done('a/1');
    expect(queue.depths().size).toBe(0);
    queue.stop();
  });

  it('wakes a worker that waits as soon as the delay is over, also one of 30 days', async () => {
    const queue = newQueue();
    queue.add('a/1', { afterMs: 30 * DAY_MS });
    const taken = queue.take();
    await vi.advanceTimersByTimeAsync(30 * DAY_MS - 1);
    expect(await isSettled(taken)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await taken).toMatchObject({ key: 'a/1', waitedMs: 0 });
  });

  it('keeps the earlier of two delays', async () => {
    const queue = newQueue();
    queue.add('a/1', { afterMs: 5000 });
    queue.add('a/1', { afterMs: 1000 });
    queue.add('a/1', { afterMs: 9000 });
    const taken = queue.take();
    await vi.advanceTimersByTimeAsync(999);
    expect(await isSettled(taken)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isSettled(taken)).toBe(true);
    queue.stop();
  });

  it('counts a delay that was asked for during a pass from then, not from the end of the pass', async () => {
    const queue = newQueue();
    queue.add('a/1');
    await queue.take();
    queue.add('a/1', { afterMs: 5000 });
    await vi.advanceTimersByTimeAsync(4000);
    queue.done('a/1');
    const taken = queue.take();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await isSettled(taken)).toBe(true);
    queue.stop();
  });

  it('lets the news that came during a pass win over the delay which the pass asked for', async () => {
    const queue = newQueue();
    queue.add('a/1');
    await queue.take();
    queue.add('a/1');
    queue.requeue('a/1', { afterMs: 60_000, priority: PRIORITY.retry });
    queue.done('a/1');
    expect([...queue.depths()]).toEqual([[PRIORITY.change, 1]]);
    queue.stop();
  });

  it('remembers when the last news came, through every retry, and forgets it when the key is finished', async () => {
    const queue = newQueue();
    const startMs = Date.now();
    queue.add('a/1');
    const seen: (number | undefined)[] = [];
    for (const round of [1, 2, 3]) {
      await vi.advanceTimersByTimeAsync(1000);
      const claim = await queue.take();
      seen.push((claim?.seenAtMs ?? 0) - startMs);
      if (round === 2) queue.add('a/1');
      queue.requeue('a/1', { afterMs: 0 });
      queue.done('a/1');
    }
    expect(seen).toEqual([0, 0, 2000]);
    await drain(queue);
    await vi.advanceTimersByTimeAsync(1000);
    queue.requeue('a/1', {});
    expect((await queue.take())?.seenAtMs).toBe(startMs + 4000);
    queue.stop();
  });

  it('serves namespaces in turns and priorities in order', async () => {
    const queue = newQueue();
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'c/1']) queue.add(key);
    queue.add('a/4', { priority: PRIORITY.deletion });
    queue.add('a/3', { priority: PRIORITY.disable });
    expect(await drain(queue)).toEqual(['a/3', 'a/4', 'a/1', 'b/1', 'c/1', 'a/2']);
  });

  it('lifts a resync that has waited for 5 minutes over new changes, but never over a deletion', async () => {
    const queue = newQueue();
    queue.add('a/old', { priority: PRIORITY.resync });
    await vi.advanceTimersByTimeAsync(5 * 60_000 - 1);
    queue.add('b/new');
    queue.add('b/deletion', { priority: PRIORITY.deletion });
    queue.add('a/young', { priority: PRIORITY.resync });
    await vi.advanceTimersByTimeAsync(1);
    const first = await queue.take();
    queue.add('c/newer');
    expect([first?.key, ...(await drain(queue))]).toEqual([
      'b/deletion',
      'b/new',
      'a/old',
      'c/newer',
      'a/young',
    ]);
  });

  it('lets all workers go when it stops, gives nothing away after that, and leaves no timer', async () => {
    const queue = newQueue();
    const waiting: Promise<Claim<string> | undefined>[] = [queue.take(), queue.take()];
    queue.add('a/1', { afterMs: 1000 });
    queue.stop();
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    queue.add('a/2');
    queue.requeue('a/3', {});
    expect(queue.depths().size).toBe(0);
    expect(await queue.take()).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no key that was added during a pass which ends after the stop', async () => {
    const queue = newQueue();
    queue.add('a/1');
    await queue.take();
    queue.add('a/1');
    queue.stop();
    queue.done('a/1');
    expect(queue.depths().size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(queue.processingSeconds()).toEqual([]);
  });

  it('takes no notice of a key that is given back twice', async () => {
    const queue = newQueue();
    queue.add('a/1');
    await queue.take();
    queue.done('a/1');
    queue.add('a/1');
    await queue.take();
    queue.done('a/1');
    queue.done('a/1');
    expect(queue.processingSeconds()).toEqual([]);
  });

  it('tells its observer what controller-runtime counts', async () => {
    const told: string[] = [];
    const queue = newQueue({
      added: () => told.push('added'),
      started: (seconds) => told.push(`started after ${seconds}`),
      finished: (seconds) => told.push(`finished after ${seconds}`),
      retried: () => told.push('retried'),
    });
    queue.add('a/1');
    await vi.advanceTimersByTimeAsync(2000);
    await queue.take();
    await vi.advanceTimersByTimeAsync(3000);
    expect(queue.processingSeconds()).toEqual([3]);
    queue.requeue('a/1', { afterMs: 1 });
    queue.done('a/1');
    expect(told).toEqual(['added', 'started after 2', 'retried', 'finished after 3']);
    queue.stop();
  });
});
