/**
 * The outcome of `call`, or a rejection as soon as `signal` fires. undici heeds a signal only once it has a
 * connection: a server that takes connections and says nothing would hold a call for the whole connect timeout,
 * whatever its own deadline is. What comes of the call later is dropped.
 * @throws what `call` throws, or an error of the name `AbortError`
 */
export async function orAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(new DOMException('aborted', 'AbortError'));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
