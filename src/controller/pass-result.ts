import type { AddOptions } from './workqueue.ts';

/** How a pass ended, and when the key comes back; absent `next`: on change only. */
export interface PassResult {
  readonly result: 'success' | 'error' | 'requeue' | 'requeue_after' | 'terminal';
  readonly next?: AddOptions;
}

/** While the cache is behind our own write, its event is on the way; this is only the safety net. */
const STALE_RETRY_MS = 1000;

/** Nothing is known yet, or what is known is out of date: no status says so. */
export const LATER: PassResult = { result: 'requeue_after', next: { afterMs: STALE_RETRY_MS } };

/** The connection takes no calls now: it brings the key back itself, once it does. */
export const WAITS: PassResult = { result: 'requeue_after' };
