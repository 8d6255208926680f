import { setTimeout as sleep } from 'node:timers/promises';

/** In milliseconds. What is waited for takes at most some seconds; the rest is for machines that are busy. */
const PATIENCE = 30_000;
const PAUSE = 50;

/**
 * Reads until `check` holds and gives the value for which it did. Throws an Error whose message is one sentence:
 * that `what` was not seen in time.
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  check: (value: T) => boolean,
): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE;
  for (;;) {
    const value = await read();
    if (check(value)) return value;
    if (performance.now() > giveUpAt) throw new Error(`Not seen within ${PATIENCE / 1000} s: ${what}.`);
    await sleep(PAUSE);
  }
}

/** Throws an Error that says in one sentence what does not hold. */
export function mustHold(what: string, holds: boolean): void {
  if (!holds) throw new Error(`Does not hold: ${what}.`);
}
