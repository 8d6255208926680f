import type { Clock } from '../core/clock.ts';
import { DelayHeap } from './delay-heap.ts';
import { FairLanes } from './fair-lanes.ts';

/** Priorities of design 4.6; a higher number goes first. */
export const PRIORITY = { disable: 100, deletion: 50, change: 0, retry: -10, resync: -100 } as const;

/** After this long a key of negative priority counts as a user's change (design 4.6). */
const AGEING_MS = 5 * 60_000;

/** setTimeout takes 31 bits; a longer delay would fire at once. The timer is set anew when it ends early. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface AddOptions {
  /** Default {@link PRIORITY.change}. */
  readonly priority?: number;
  /** Not before this long from now. Default: at once. */
  readonly afterMs?: number;
}

/** A key that a worker holds until it calls {@link Workqueue.done}. */
export interface Claim<K> {
  readonly key: K;
  readonly priority: number;
  readonly waitedMs: number;
  /** Monotonic time of the newest event for this key: whatever happened until then is what this pass is about. */
  readonly seenAtMs: number;
}

/** Hears what happens, for the metrics of controller-runtime. */
export interface WorkqueueObserver {
  added(): void;
  started(waitedSeconds: number): void;
  finished(workSeconds: number): void;
  retried(): void;
}

/**
 * The queue of a controller, with the guarantees of client-go's: it holds keys, never payloads; each key at most
 * once; never the same key with two workers; a key that is added while a worker holds it runs once more, however
 * often it was added. A merge keeps the higher priority and the earlier time. Delays may be of any length.
 *
 * What a pass decides next (`add` with a delay) is the caller's: see `src/core/schedule.ts`.
 */
export class Workqueue<K extends string> {
  readonly #clock: Clock;
  readonly #ready: FairLanes<K>;
  readonly #delayed = new DelayHeap<K>();
  readonly #delayedPriority = new Map<K, number>();
  readonly #processing = new Map<K, number>();
  readonly #dirty = new Map<K, { readonly priority: number; readonly readyAtMs: number }>();
  readonly #seenAtMs = new Map<K, number>();
  readonly #waiters: { readonly atLeast: number; readonly give: (claim: Claim<K> | undefined) => void }[] =
    [];
  readonly #observer: WorkqueueObserver | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** For when it was set. */
  #timerAtMs: number | undefined;
  #stopped = false;

  constructor(clock: Clock, namespaceOf: (key: K) => string, observer?: WorkqueueObserver) {
    this.#clock = clock;
    this.#ready = new FairLanes(namespaceOf);
    this.#observer = observer;
  }

  /** An event: there is news about this key. */
  add(key: K, options: AddOptions = {}): void {
    if (this.#stopped) return;
    this.#observer?.added();
    this.#seenAtMs.set(key, this.#clock.monotonicMs());
    this.#enqueue(key, options);
  }

  /** No news, but the pass wants to come back: keeps the time of the last event. */
  requeue(key: K, options: AddOptions): void {
    if (this.#stopped) return;
    this.#observer?.retried();
    this.#enqueue(key, options);
  }

  /**
   * Waits for the next key; absent once the queue is stopped. The caller must call {@link done} for it.
   *
   * @param atLeast takes keys of this priority or a higher one only
   */
  take(atLeast = Number.NEGATIVE_INFINITY): Promise<Claim<K> | undefined> {
    if (this.#stopped) return Promise.resolve(undefined);
    const claim = this.#claim(atLeast);
    if (claim !== undefined) return Promise.resolve(claim);
    return new Promise((give) => this.#waiters.push({ atLeast, give }));
  }

  /** Gives the key back. News that came meanwhile make it run again at once. */
  done(key: K): void {
    const startedAtMs = this.#processing.get(key);
    if (startedAtMs === undefined) return;
    this.#processing.delete(key);
    this.#observer?.finished((this.#clock.monotonicMs() - startedAtMs) / 1000);
    const dirty = this.#dirty.get(key);
    this.#dirty.delete(key);
    if (dirty !== undefined && !this.#stopped) {
      const { priority, readyAtMs } = dirty;
      this.#enqueue(key, { priority, afterMs: readyAtMs - this.#clock.monotonicMs() });
    } else {
      this.#seenAtMs.delete(key);
    }
  }

  /** Drops what is queued and lets every waiting worker go; keys in work are finished by their workers. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { give } of this.#waiters.splice(0)) give(undefined);
  }

  /** Keys that wait and are ready, by priority. */
  depths(): ReadonlyMap<number, number> {
    return this.#ready.depths();
  }

  /** How long each key in work has been so, in seconds. */
  processingSeconds(): number[] {
    const now = this.#clock.monotonicMs();
    return [...this.#processing.values()].map((startedAtMs) => (now - startedAtMs) / 1000);
  }

  #enqueue(key: K, { priority = PRIORITY.change, afterMs = 0 }: AddOptions): void {
    if (this.#processing.has(key)) {
      const dirty = this.#dirty.get(key);
      // A time, not a span: what the pass itself takes counts towards the delay.
      const readyAtMs = this.#clock.monotonicMs() + afterMs;
      this.#dirty.set(key, {
        priority: Math.max(priority, dirty?.priority ?? priority),
        readyAtMs: Math.min(readyAtMs, dirty?.readyAtMs ?? readyAtMs),
      });
      return;
    }
    if (afterMs > 0 && this.#ready.priorityOf(key) === undefined) {
      this.#delayed.add(key, this.#clock.monotonicMs() + afterMs);
      this.#delayedPriority.set(key, Math.max(priority, this.#delayedPriority.get(key) ?? priority));
    } else {
      const delayedPriority = this.#delayedPriority.get(key) ?? priority;
      this.#delayed.delete(key);
      this.#delayedPriority.delete(key);
      this.#ready.add(key, Math.max(priority, delayedPriority), this.#clock.monotonicMs());
    }
    this.#dispatch();
  }

  /** Moves what became ready, serves waiting workers, and sets the one timer for the next delayed key. */
  #dispatch(): void {
    const now = this.#clock.monotonicMs();
    for (let key = this.#delayed.takeReady(now); key !== undefined; key = this.#delayed.takeReady(now)) {
      this.#ready.add(key, this.#delayedPriority.get(key) ?? PRIORITY.change, now);
      this.#delayedPriority.delete(key);
    }
    for (let at = 0; at < this.#waiters.length; ) {
      const claim = this.#claim(this.#waiters[at]?.atLeast);
      // Another one may be content with less.
      if (claim === undefined) at += 1;
      else this.#waiters.splice(at, 1)[0]?.give(claim);
    }
    const nextAtMs = this.#delayed.nextAtMs();
    // Nearly every call: the timer stands already.
    if (nextAtMs === this.#timerAtMs && !this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = nextAtMs;
    if (nextAtMs === undefined || this.#stopped) return;
    const afterMs = Math.min(Math.max(nextAtMs - now, 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#onTimer(), afterMs);
  }

  #onTimer(): void {
    this.#timerAtMs = undefined;
    this.#dispatch();
  }

  #claim(atLeast?: number): Claim<K> | undefined {
    const now = this.#clock.monotonicMs();
    this.#ready.age(now, AGEING_MS);
    const next = this.#ready.take(now, atLeast);
    if (next === undefined) return undefined;
    this.#processing.set(next.key, now);
    this.#observer?.started(next.waitedMs / 1000);
    return { ...next, seenAtMs: this.#seenAtMs.get(next.key) ?? now };
  }
}
