import { pause } from './pause.ts';

/** Time as the Kubernetes side sees it; replaced in tests. */
export interface KubeClock {
  /** Milliseconds that never go backwards and ignore changes of the wall clock. */
  monotonicMs(): number;
  /** Wall clock, for display only (Lease and Event timestamps). */
  now(): Date;
  /** Resolves with `true` after `ms`, with `false` as soon as `signal` fires; never rejects. */
  pause(ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** The machine's own clock. */
export const SYSTEM_CLOCK: KubeClock = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  pause,
};
