import { describe, expect, it, vi } from 'vitest';
import { startController } from '../../src/controller/controller.ts';
import { type AddOptions, PRIORITY, Workqueue } from '../../src/controller/workqueue.ts';
import type { Log } from '../../src/core/log.ts';
import { namespaceOf } from '../../src/operator/resource-key.ts';
import { useVirtualTime, virtualClock } from './virtual-time.ts';

const quiet = () => {};
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet, with: () => log };

/** One pass: a call to PAM Core. */
const PASS_MS = 20;
const WORKERS = 10;
const OTHERS = 50;

/** What a neighbour does to the queue while the others' changes come in, one each 100 ms. */
interface Neighbour {
  readonly because: string;
  readonly disturb: (queue: Workqueue<string>) => () => void;
  /** For how long one of its own keys waits, and how many passes it takes, at least: the disturbance is one. */
  readonly ownWaitMs: number;
  readonly ownPasses: number;
}

function everyMs(ms: number, act: () => void): () => void {
  let timer = setTimeout(function again() {
    act();
    timer = setTimeout(again, ms);
  }, ms);
  return () => clearTimeout(timer);
}

const neighbours: Neighbour[] = [
  {
    because: '5,000 resources that all changed',
    disturb: (queue) => {
      for (let at = 0; at < 5000; at++) queue.add(`noisy/${at}`);
      return quiet;
    },
    ownWaitMs: 4000,
    ownPasses: 5000,
  },
  {
    because: '5,000 resources that change all the time',
    disturb: (queue) => {
      const touch = () => {
        for (let at = 0; at < 5000; at++) queue.add(`noisy/${at}`);
      };
      touch();
      return everyMs(1000, touch);
    },
    ownWaitMs: 4000,
    ownPasses: 7000,
  },
  {
    because: 'one resource that changes 100 times a second',
    disturb: (queue) => everyMs(10, () => queue.add('noisy/chatty')),
    ownWaitMs: 0,
    ownPasses: 500,
  },
  {
    because: 'one resource whose every pass throws',
    disturb: (queue) => {
      queue.add('noisy/throws');
      return quiet;
    },
    ownWaitMs: 0,
    ownPasses: 10,
  },
  {
    because: '20 resources whose every pass throws, and that change all the time',
    disturb: (queue) =>
      everyMs(10, () => {
        for (let at = 0; at < 20; at++) queue.add(`noisy/throws-${at}`);
      }),
    ownWaitMs: 0,
    ownPasses: 500,
  },
];

/** Median and longest time from a change in a quiet namespace until its pass begins. */
async function waitsOfOthers(disturb: Neighbour['disturb'], options: AddOptions = {}) {
  const queue = new Workqueue<string>(virtualClock, namespaceOf);
  const addedAt = new Map<string, number>();
  const waits: number[] = [];
  let noisyWaitMs = 0;
  let noisyPasses = 0;
  const underWay = new Set<string>();
  const controller = startController<string>({
    name: 'pamcredential',
    queue,
    workers: WORKERS,
    mayWork: () => Promise.resolve(),
    isAllowed: () => true,
    reconcile: async ({ key, waitedMs }) => {
      expect(underWay.has(key)).toBe(false);
      underWay.add(key);
      const added = addedAt.get(key);
      if (added !== undefined) waits.push(virtualClock.monotonicMs() - added);
      else {
        noisyPasses += 1;
        noisyWaitMs = Math.max(noisyWaitMs, waitedMs);
      }
      await new Promise((resolve) => setTimeout(resolve, PASS_MS));
      underWay.delete(key);
      if (key.includes('throws')) throw new Error('broken');
      return { result: 'success' };
    },
    clock: virtualClock,
    log,
    observer: { started: quiet, reconciled: quiet, panicked: quiet, timedOut: quiet, activeWorkers: quiet },
    crashDelayMs: () => 1000,
  });
  const stopDisturbing = disturb(queue);
  await vi.advanceTimersByTimeAsync(1);
  for (let at = 0; at < OTHERS; at++) {
    const key = `quiet-${at % 5}/${at}`;
    addedAt.set(key, virtualClock.monotonicMs());
    queue.add(key, options);
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  stopDisturbing();
  const stopped = controller.stop();
  await vi.advanceTimersByTimeAsync(PASS_MS);
  await stopped;
  expect(underWay.size).toBe(0);
  waits.sort((one, other) => one - other);
  return {
    count: waits.length,
    medianMs: waits[OTHERS / 2] ?? Number.NaN,
    longestMs: waits.at(-1),
    noisyWaitMs,
    noisyPasses,
  };
}

describe('others keep their latency beside', () => {
  useVirtualTime();

  it.each(neighbours)('$because', async ({ disturb, ownWaitMs, ownPasses }) => {
    const alone = await waitsOfOthers(() => quiet);
    expect(alone).toMatchObject({ count: OTHERS, longestMs: 0 });
    const beside = await waitsOfOthers(disturb);
    expect(beside.count).toBe(OTHERS);
    // Whoever is under way is let finish, and then it is their turn.
    expect(beside.longestMs).toBeLessThanOrEqual(PASS_MS);
    expect(beside.noisyWaitMs).toBeGreaterThanOrEqual(ownWaitMs);
    expect(beside.noisyPasses).toBeGreaterThanOrEqual(ownPasses);
  });

  it('5,000 resources of the first list, which a change overtakes wherever it is', async () => {
    const beside = await waitsOfOthers((queue) => {
      for (let at = 0; at < 5000; at++) queue.add(`quiet-0/first-${at}`, { priority: PRIORITY.resync });
      return quiet;
    });
    expect(beside.longestMs).toBeLessThanOrEqual(PASS_MS);
  });
});
