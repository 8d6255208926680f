import { type BackoffOptions, REFLECTOR_BACKOFF } from './backoff.ts';
import { type KubeClock, SYSTEM_CLOCK } from './kube-clock.ts';

/** Numbers of a reflector; the defaults are those of docs and design. */
export interface ReflectorOptions {
  /** Objects per page of a list (500). */
  readonly pageSize: number;
  /** Lists as a stream where the server offers it, else in pages (true; decision 0015). */
  readonly streamingLists: boolean;
  /**
   * Silence after which a watch counts as half-open (70 s): above the server's bookmark every 60 s, below the
   * 75 s of events that its watch cache keeps at least.
   */
  readonly idleLimitMs: number;
  /** Safety relist (30 min, ±10 %); 0: never. */
  readonly relistMs: number;
  /** Range of the server-side end of a watch (290 to 590 s), so that watches do not end together. */
  readonly watchSeconds: readonly [number, number];
  readonly backoff: BackoffOptions;
  readonly clock: KubeClock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** What design 4.7 fixes. */
export const REFLECTOR_DEFAULTS: ReflectorOptions = {
  pageSize: 500,
  streamingLists: true,
  idleLimitMs: 70_000,
  relistMs: 30 * 60_000,
  watchSeconds: [290, 590],
  backoff: REFLECTOR_BACKOFF,
  clock: SYSTEM_CLOCK,
  random: Math.random,
};
