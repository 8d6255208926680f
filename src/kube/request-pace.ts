/** Client-side limit of requests, as client-go's `--kube-api-qps` and `--kube-api-burst`. */
export interface RequestPaceOptions {
  /** In the long run; 0: no limit, the API server's own Priority and Fairness decides. */
  readonly qps: number;
  /** At once after a quiet time. */
  readonly burst: number;
}

/**
 * Lets requests through at a pace, in order of arrival. The Lease does not take part: it must not wait behind a storm.
 * @returns a function that resolves when the next request may go out
 */
export function createRequestPace(
  { qps, burst }: RequestPaceOptions,
  monotonicMs: () => number,
): (signal: AbortSignal) => Promise<void> {
  if (qps === 0) return () => Promise.resolve();
  const intervalMs = 1000 / qps;
  // The time at which the bucket would be full again; a request moves it by one interval (leaky bucket as a meter).
  let fullAtMs = Number.NEGATIVE_INFINITY;
  return (signal) => {
    const now = monotonicMs();
    fullAtMs = Math.max(fullAtMs, now) + intervalMs;
    const waitMs = fullAtMs - now - burst * intervalMs;
    return waitMs <= 0 ? Promise.resolve() : wait(waitMs, signal);
  };
}

/** Ends early when aborted; the request that follows sees the signal itself. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
