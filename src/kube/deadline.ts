/** A time limit for one call, joined with the caller's abort signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why {@link signal} fired; `undefined` while it has not. */
  cause(): 'timeout' | 'aborted' | undefined;
  remainingMs(): number;
  /** Ends the call before its time. */
  abort(): void;
  /** Releases the timer and the listener; must be called. */
  end(): void;
}

/** Starts a limit of `ms` milliseconds. */
export function startDeadline(ms: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + ms;
  let cause: 'timeout' | 'aborted' | undefined;
  const stop = (why: 'timeout' | 'aborted') => {
    cause ??= why;
    controller.abort();
  };
  const onAbort = () => stop('aborted');
  const timer = setTimeout(() => stop('timeout'), ms);
  if (outer?.aborted === true) onAbort();
  else outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    cause: () => cause,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    abort: onAbort,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}
