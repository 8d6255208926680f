import { afterEach, beforeEach, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';

/** The time that {@link useVirtualTime} moves; monotonic and wall clock are one. */
export const virtualClock: Clock = { monotonicMs: () => Date.now(), now: () => new Date() };

let readings = 0;

/** The same, but no two readings are equal, as with a real clock: what came later is later. */
export const tickingClock: Clock = {
  monotonicMs: () => Date.now() + ++readings / 1024,
  now: () => new Date(),
};

/** Timers and dates of each test stand still until they are moved; `setImmediate` and `nextTick` stay real. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'Date'],
      now: Date.parse('2026-03-01T10:00:00Z'),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Moves time in small steps until the promise is settled; fails where that takes longer than a virtual hour. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const end = () => {
    isSettled = true;
  };
  promise.then(end, end);
  await vi.advanceTimersByTimeAsync(0);
  for (let step = 0; !isSettled && step < 3600; step++) await vi.advanceTimersByTimeAsync(1000);
  if (!isSettled) throw new Error('it never settled');
  return promise;
}

/** Whether the promise is settled by now, without time passing. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let result = false;
  const end = () => {
    result = true;
  };
  promise.then(end, end);
  await vi.advanceTimersByTimeAsync(0);
  return result;
}
