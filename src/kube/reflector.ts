import { KubeError, type KubeFault } from '../core/kube-error.ts';
import type { Log } from '../core/log.ts';
import { Backoff } from './backoff.ts';
import { faultWaitMs } from './fault-wait.ts';
import { readLines } from './json-lines.ts';
import type { KubeClient } from './kube-client.ts';
import { type ListRequest, listCollection } from './list-collection.ts';
import type { Identified } from './object-identity.ts';
import { REFLECTOR_DEFAULTS, type ReflectorOptions } from './reflector-options.ts';
import type { Store } from './store.ts';
import { type ReflectorHandler, StoreFeed } from './store-feed.ts';
import { type RelistReason, type WatchEnd, WatchRefusals } from './watch-end.ts';
import { readWatchEvent } from './watch-event.ts';
import { WatchPosition } from './watch-position.ts';

export type { ReflectorOptions } from './reflector-options.ts';

/** Keeps a {@link Store} equal to a collection of the API server. */
export interface Reflector {
  /** Resolves when the first list is in the store and the handler knows it; rejects when stopped before. */
  readonly synced: Promise<void>;
  /** Ends list, watch and waiting; no socket and no timer remains, and the handler is not called again. */
  stop(): Promise<void>;
  /** Monotonic time of the last byte from the server. */
  readonly lastActivityMs: number;
  /** Why the last list failed; absent once a list is in. */
  readonly listFault: KubeFault | undefined;
  readonly stats: ReflectorStats;
}

/** Counted since the start. */
interface ReflectorStats {
  readonly relists: Readonly<Partial<Record<RelistReason, number>>>;
  readonly watches: number;
  /** Differences that a safety relist found and the watch had not delivered. */
  readonly missed: number;
  readonly handlerFailures: number;
  readonly unreadableObjects: number;
}

export interface ReflectorSetup<T extends Identified> {
  readonly client: KubeClient;
  /** Path of the collection (resource-path.ts). */
  readonly path: string;
  /** Plural, for errors, logs and metrics. */
  readonly resource: string;
  /** Other representation of list and watch, such as PartialObjectMetadata. */
  readonly accept?: { readonly list: string; readonly watch: string };
  /** From the API server's object to what the store holds; `undefined` leaves it out. */
  readonly project: (raw: unknown) => T | undefined;
  readonly store: Store<T>;
  readonly handler: ReflectorHandler<T>;
  /** Called for each piece of data from the server. */
  readonly onActivity?: () => void;
  readonly onRelist?: (reason: RelistReason) => void;
  readonly onMissed?: (count: number) => void;
  readonly log?: Log;
  readonly options?: Partial<ReflectorOptions>;
}

/** A watch that ends sooner without having told anything may be refused in a loop: the next one waits. */
const SHORT_WATCH_MS = 1000;

/** Starts at once; failures are retried for ever with growing waits. */
export function startReflector<T extends Identified>(setup: ReflectorSetup<T>): Reflector {
  const { client, path, resource, accept, store, log } = setup;
  const options = { ...REFLECTOR_DEFAULTS, ...setup.options };
  const { clock, random } = options;
  const stopped = new AbortController();
  const feed = new StoreFeed(store, setup.project, setup.handler);
  const position = new WatchPosition();
  const refusals = new WatchRefusals();
  const backoff = new Backoff(options.backoff, random);
  const relists: Partial<Record<RelistReason, number>> = {};
  const synced = Promise.withResolvers<void>();
  // Whoever does not wait for it must not be ended by it.
  synced.promise.catch(() => {});
  let lastActivityMs = clock.monotonicMs();
  let listFault: KubeFault | undefined;
  let watches = 0;
  /** Events that were news; bookmarks are none, else a server that sends one and closes makes a hot loop. */
  let news = 0;
  let relistAtMs = 0;

  const active = () => {
    lastActivityMs = clock.monotonicMs();
    setup.onActivity?.();
  };
  const waitAfter = (fault?: KubeFault) =>
    clock.pause(faultWaitMs(fault, backoff, clock.monotonicMs(), random), stopped.signal);

  /** @returns whether the store now shows a consistent list */
  async function list(reason: RelistReason): Promise<boolean> {
    relists[reason] = (relists[reason] ?? 0) + 1;
    setup.onRelist?.(reason);
    const objects = new Map<string, T>();
    const request: ListRequest = {
      client,
      path,
      resource,
      accept,
      pageSize: options.pageSize,
      idleLimitMs: options.idleLimitMs,
      signal: stopped.signal,
      onItem: (raw) => {
        const object = feed.project(raw);
        if (object !== undefined) objects.set(object.metadata.uid, object);
      },
      onGone: (uid) => objects.delete(uid),
      onRestart: () => objects.clear(),
      onPage: active,
    };
    const version = await listCollection(request, options.streamingLists);
    active();
    if (!position.acceptsList(version)) return false;
    const differing = await feed.replace(objects, reason === 'initial', stopped.signal);
    const missedBefore = position.missed;
    position.listed(version, reason === 'periodic' ? differing : undefined);
    reportMissed(missedBefore);
    relistAtMs = clock.monotonicMs() + options.relistMs * (0.9 + 0.2 * random());
    return true;
  }

  function reportMissed(before: number): void {
    const count = position.missed - before;
    if (count === 0) return;
    setup.onMissed?.(count);
    log?.warn('Found changes that the watch had missed', { resource, count });
  }

  /** Follows the collection until something ends it. */
  async function watch(): Promise<WatchEnd> {
    const [shortest, longest] = options.watchSeconds;
    const query = {
      allowWatchBookmarks: true,
      resourceVersion: position.resumeAt,
      timeoutSeconds: Math.round(shortest + (longest - shortest) * random()),
    };
    watches += 1;
    const startedMs = clock.monotonicMs();
    const relistTimer = new AbortController();
    const ended = AbortSignal.any([stopped.signal, relistTimer.signal]);
    const newsBefore = news;
    let wasAccepted = false;
    if (options.relistMs > 0) {
      void clock.pause(relistAtMs - startedMs, ended).then((due) => due && relistTimer.abort('due'));
    }
    try {
      const stream = await client.watch({
        path,
        resource,
        query,
        signal: ended,
        idleLimitMs: options.idleLimitMs,
        ...(accept !== undefined && { accept: accept.watch }),
      });
      wasAccepted = true;
      refusals.accepted();
      active();
      try {
        for await (const line of readLines(withActivity(stream.chunks, active))) {
          if (ended.aborted) break;
          const end = apply(line);
          if (end !== undefined) return end;
        }
      } finally {
        stream.close();
      }
    } catch (error) {
      const end = refusals.judge(error, wasAccepted);
      if (end.next !== 'watch' && relistTimer.signal.reason !== 'due') return end;
    } finally {
      relistTimer.abort();
    }
    if (relistTimer.signal.reason === 'due') return { next: 'relist', reason: 'periodic' };
    const wasShort = clock.monotonicMs() - startedMs < SHORT_WATCH_MS && news === newsBefore;
    return wasShort ? { next: 'wait' } : { next: 'watch' };
  }

  /** @returns why the watch must end, if it must */
  function apply(line: string): WatchEnd | undefined {
    const event = readWatchEvent(line);
    const missedBefore = position.missed;
    switch (event.type) {
      case 'corrupt':
        return { next: 'relist', reason: 'corrupt' };
      case 'error':
        return { next: 'relist', reason: event.code === 410 ? 'expired' : 'serverError' };
      case 'bookmark':
        position.reaches(event.resourceVersion);
        break;
      case 'deleted':
        if (!position.sees(event.identity.resourceVersion, event.identity.uid)) break;
        news += 1;
        feed.deleted(event.identity);
        break;
      case 'changed': {
        if (!position.sees(event.identity.resourceVersion, event.identity.uid)) break;
        news += 1;
        const object = feed.project(event.raw);
        if (object !== undefined) feed.changed(object);
        break;
      }
    }
    reportMissed(missedBefore);
    return undefined;
  }

  async function run(): Promise<void> {
    let reason: RelistReason | undefined = 'initial';
    while (!stopped.signal.aborted) {
      if (reason !== undefined) {
        const listed = await list(reason).catch((error: unknown) => faultOf(error));
        if (stopped.signal.aborted) return;
        if (listed !== true) {
          if (listed === false) log?.warn('Refused a list from the past', { resource });
          else {
            listFault = listed;
            logFault('Failed to list', listed);
          }
          await waitAfter(listed || undefined);
          continue;
        }
        reason = undefined;
        listFault = undefined;
        synced.resolve();
      }
      const end: WatchEnd = await watch();
      if (stopped.signal.aborted) return;
      if (end.next === 'relist') {
        reason = end.reason;
        if (end.reason !== 'periodic') {
          log?.info('Lost the watch and lists again', { resource, reason });
          await waitAfter();
        }
      } else if (end.next === 'wait') {
        if (end.fault === undefined) log?.debug('Got a watch that ended at once', { resource });
        else logFault('Failed to watch', end.fault);
        await waitAfter(end.fault);
      }
    }
  }

  function logFault(message: string, fault: KubeFault): void {
    log?.warn(message, { resource, reason: fault.reason ?? fault.signal, httpStatus: fault.status });
  }

  const running = run();
  return {
    synced: synced.promise,
    stop: async () => {
      stopped.abort();
      synced.reject(new KubeError({ verb: 'list', resource, signal: 'aborted' }));
      await running;
    },
    get lastActivityMs() {
      return lastActivityMs;
    },
    get listFault() {
      return listFault;
    },
    get stats() {
      return {
        relists: { ...relists },
        watches,
        missed: position.missed,
        handlerFailures: feed.handlerFailures,
        unreadableObjects: feed.unreadableObjects,
      };
    },
  };
}

async function* withActivity(
  chunks: AsyncIterable<Uint8Array>,
  active: () => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    active();
    yield chunk;
  }
}

/** A fault of our own code must not end the reflector: it counts as an answer that cannot be read. */
function faultOf(error: unknown): KubeFault {
  return error instanceof KubeError ? error.fault : { verb: 'list', signal: 'unreadable' };
}
