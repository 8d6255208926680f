import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';

/** A quarter of the time that a turn of the event loop may take (20 ms), since others fill the turn too. */
const LIMIT_MS = 5;

/**
 * Passes that find nothing to do wait for nothing, so thousands of them, after a start, would follow each other in one
 * turn of the event loop: no Lease is renewed in it, no probe answered, no disable heard of. Each worker asks after a
 * pass, and waits where it is given a promise.
 */
export function createTurnLimit(clock: Clock): () => Promise<void> | undefined {
  let beganAtMs = clock.monotonicMs();
  let next: Promise<void> | undefined;
  return () => {
    if (next === undefined && clock.monotonicMs() - beganAtMs < LIMIT_MS) return undefined;
    next ??= nextTurn().then(() => {
      next = undefined;
      beganAtMs = clock.monotonicMs();
    });
    return next;
  };
}
