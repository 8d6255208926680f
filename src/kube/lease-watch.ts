import { KubeError } from '../core/kube-error.ts';
import { readLines } from './json-lines.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeClock } from './kube-clock.ts';
import { type LeaseRecord, readLeaseRecord } from './lease-record.ts';
import { readWatchEvent } from './watch-event.ts';

/** Above the server's bookmark every 60 s, as for the other watches. */
const IDLE_LIMIT_MS = 70_000;

/** As the server ends other watches; far above what a candidate usually waits for one event. */
const WATCH_SECONDS = 300;

/** Without the right to watch, looking at the Lease every few seconds has to do. */
const FORBIDDEN_PAUSE_MS = 5 * 60_000;

export interface LeaseWatchOptions {
  readonly client: KubeClient;
  /** Path of the namespace's Leases. */
  readonly collection: string;
  readonly name: string;
  /** Asked before the watch is opened and on each of its events: a leader does not look at its own renewals. */
  readonly isWanted: () => boolean;
  /** The Lease as it is now; absent when it was deleted. */
  readonly onChange: (record: LeaseRecord | undefined) => void;
  /** Between two looks whether it is wanted, and after a watch that failed. */
  readonly pauseMs: () => number;
  readonly clock: KubeClock;
  readonly signal: AbortSignal;
}

/**
 * Follows one Lease as long as that is wanted, so that a candidate hears of its release at once and sees a holder's
 * last renewal when it is made. A help only: whatever fails here costs time, never safety. Never rejects.
 */
export async function watchLease(options: LeaseWatchOptions): Promise<void> {
  const { isWanted, pauseMs, clock, signal } = options;
  while (!signal.aborted) {
    const restMs = isWanted() ? await follow(options).catch(restAfter) : 0;
    await clock.pause(Math.max(restMs, pauseMs()), signal);
  }
}

function restAfter(error: unknown): number {
  return error instanceof KubeError && error.fault.status === 403 ? FORBIDDEN_PAUSE_MS : 0;
}

async function follow(options: LeaseWatchOptions): Promise<0> {
  const { client, collection, name, isWanted, onChange, signal } = options;
  const stream = await client.watch({
    path: collection,
    // Without a resourceVersion the first event is the Lease as it is.
    query: {
      fieldSelector: `metadata.name=${name}`,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS,
    },
    resource: 'leases',
    signal,
    idleLimitMs: IDLE_LIMIT_MS,
  });
  try {
    for await (const line of readLines(stream.chunks)) {
      if (!isWanted()) return 0;
      const event = readWatchEvent(line);
      if (event.type === 'error' || event.type === 'corrupt') return 0;
      if (event.type === 'changed') onChange(readLeaseRecord(event.raw));
      if (event.type === 'deleted') onChange(undefined);
    }
    return 0;
  } finally {
    stream.close();
  }
}
