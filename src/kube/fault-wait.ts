import type { KubeFault } from '../core/kube-error.ts';
import type { Backoff } from './backoff.ts';

/** `Retry-After: 0` makes no hot loop. */
const BUSY_LEAST_MS = 800;

/** A definition that does not exist yet is being installed: a small request now and then notices it soon. */
const UNKNOWN_MOST_MS = 5000;

/**
 * How long to wait before a list or a watch that failed is tried again, in milliseconds:
 *
 * | fault                                   | wait                                                            |
 * | --------------------------------------- | --------------------------------------------------------------- |
 * | 429 or 503 with `Retry-After`           | what the server asks, stretched by up to half; no back-off      |
 * | 404: the definition is not there (yet)  | back-off, at most 5 s                                           |
 * | any other                               | back-off, at least `Retry-After`                                |
 *
 * The first row is also how an API server answers in the seconds after a definition was created ("storage is
 * (re)initializing", `Retry-After: 1`): waits that have grown before that must not count there.
 */
export function faultWaitMs(
  fault: KubeFault | undefined,
  backoff: Backoff,
  nowMs: number,
  random: () => number,
): number {
  const { status, retryAfterMs } = fault ?? {};
  if ((status === 429 || status === 503) && retryAfterMs !== undefined) {
    return Math.round(Math.max(retryAfterMs, BUSY_LEAST_MS) * (1 + random() / 2));
  }
  const grown = backoff.next(nowMs);
  if (status === 404) return Math.min(grown, UNKNOWN_MOST_MS);
  return Math.max(grown, retryAfterMs ?? 0);
}
