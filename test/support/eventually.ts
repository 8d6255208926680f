/** Time until something has to be seen; generous, since machines are shared. */
const PATIENCE_MS = 60_000;

/** Between two looks: a tenth of the time waited so far. What comes soon is seen soon, and a long wait costs few calls. */
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 150;

/**
 * Looks again and again until the check holds.
 * @throws Error with the last value when it does not hold in time
 */
export async function eventually<T>(
  read: () => T | Promise<T>,
  check: (value: T) => boolean,
  what: string,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const value = await read();
    if (check(value)) return value;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > PATIENCE_MS) throw new Error(`not seen in time: ${what}; last: ${JSON.stringify(value)}`);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 10));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
