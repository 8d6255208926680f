/**
 * Waits `ms` milliseconds, or until `signal` fires. Never rejects and leaves no timer or listener behind.
 * Waits above 2^31-1 ms would fire at once (a limit of `setTimeout`), so they are cut to that.
 * @returns whether the full time passed.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted === true) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (full: boolean) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(full);
    };
    const onAbort = () => end(false);
    const timer = setTimeout(() => end(true), Math.min(Math.max(ms, 0), 2 ** 31 - 1));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
