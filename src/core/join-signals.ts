/** A signal that fires with the first of several, until it is released. */
interface JoinedSignals {
  readonly signal: AbortSignal;
  /** Lets go of the sources; must be called. */
  release(): void;
}

/**
 * For what happens with every pass or call. `AbortSignal.any` needs no release, but what listens to its result is kept by
 * weak references, which V8's young collections take for strong ones: each pass with all that it holds became old, and
 * stayed until the next full collection (decision 0019).
 */
export function joinSignals(...given: readonly (AbortSignal | undefined)[]): JoinedSignals {
  const sources = given.filter((source) => source !== undefined);
  const joined = new AbortController();
  const onAbort = () => joined.abort();
  for (const source of sources) source.addEventListener('abort', onAbort, { once: true });
  if (sources.some(({ aborted }) => aborted)) onAbort();
  return {
    signal: joined.signal,
    release: () => {
      for (const source of sources) source.removeEventListener('abort', onAbort);
    },
  };
}
