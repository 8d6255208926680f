import { setTimeout as sleep } from 'node:timers/promises';

/** In milliseconds. What is waited for takes at most some seconds; the rest is for machines that are busy. */
const PATIENCE = 30_000;
const PAUSE = 20;

/**
 * Reads until `check` holds and gives the value for which it did. Throws an Error whose message is one sentence:
 * that `what` was not seen in time. `cause` is what brings it about and may still be going on; its failure ends
 * the wait.
 */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  check: (value: T) => boolean,
  cause: Promise<unknown> = Promise.resolve(),
): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  cause.catch((error: unknown) => {
    failure = { error };
  });
  const giveUpAt = performance.now() + PATIENCE;
  for (;;) {
    const value = await read();
    if (failure !== undefined) throw failure.error;
    if (check(value)) {
      await cause;
      return value;
    }
    if (performance.now() > giveUpAt) throw new Error(`Not seen within ${PATIENCE / 1000} s: ${what}.`);
    await sleep(PAUSE);
  }
}

/** Throws an Error that says in one sentence what does not hold. */
export function mustHold(what: string, holds: boolean): void {
  if (!holds) throw new Error(`Does not hold: ${what}.`);
}
