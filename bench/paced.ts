import { setTimeout as sleep } from 'node:timers/promises';

/** Does all of it, so many at the same time. */
export async function concurrently<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/**
 * Starts `work` so many times a second for so long, whether or not the ones before have ended (what is late is not left
 * out), and waits for all of them.
 */
export async function atRate(
  perSecond: number,
  seconds: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  const startedAtMs = performance.now();
  const running: Promise<unknown>[] = [];
  for (let at = 0; at < perSecond * seconds; at++) {
    const waitMs = startedAtMs + (at * 1000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    running.push(work(at));
  }
  await Promise.all(running);
}
