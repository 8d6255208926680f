import type { Clock } from '../core/clock.ts';
import type { Inventory } from '../core/inventory.ts';
import { type InventoryIndex, indexInventory } from '../core/inventory-index.ts';
import { inTurns } from './in-turns.ts';

/** Lists start at most once a second, and leave PAM four fifths of the time (design 3.4). */
const MIN_INTERVAL_MS = 1000;
const DURATION_FACTOR = 5;

/** A list is suspicious only from this many entries on, and for this long. */
const MIN_SHRINKABLE = 4;
const SHRUNK_FOR_MS = 60_000;

/** The longest pause that is waited for, by who holds a worker meanwhile that others need, and by who is parked. */
export const PATIENCE_MS = { holding: 1000, parked: 5000 } as const;

/** The pause after the last list is not over, and too long to wait for its end: come back then. */
export class ListTooSoon extends Error {
  /** Milliseconds until the next list may start. */
  readonly afterMs: number;

  constructor(afterMs: number) {
    super('the next list may not start yet');
    this.afterMs = afterMs;
  }
}

/** Told of each list, after those who waited for it. The next one waits until it is done. */
type OnList = (index: InventoryIndex) => void | Promise<void>;

interface ListOptions {
  /** A disable is pending. */
  readonly urgent?: boolean;
  /** Longest pause that is waited for. */
  readonly patienceMs?: number;
}

interface Waiter extends Required<ListOptions> {
  readonly notBeforeMs: number;
  readonly resolve: (index: InventoryIndex) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The list of one connection, shared by all its resources: whoever needs a snapshot says how young it must be, and
 * everybody who waits is served by the same call. Never two lists are in flight.
 */
export class InventoryFeed {
  readonly #list: (urgent: boolean) => Promise<Inventory>;
  readonly #clock: Clock;
  readonly #onList: OnList;
  #latest: InventoryIndex | undefined;
  #waiters: Waiter[] = [];
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #tookMs = 0;
  #running = false;
  /** What the last list failed with; absent after a success. */
  #failure: { readonly error: unknown } | undefined;
  /** Number of entries of the last list that was believed, and since when a much shorter one has come. */
  #believed = 0;
  #shrunkAtMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why nobody is served any more; absent while the feed lives. */
  #ended: { readonly error: unknown } | undefined;

  /** @param list one call of PAM's list; its failure goes to all who wait for it. `urgent`: a pending disable does */
  constructor(list: (urgent: boolean) => Promise<Inventory>, clock: Clock, onList: OnList) {
    this.#list = list;
    this.#clock = clock;
    this.#onList = onList;
  }

  /** The newest snapshot of any age. */
  get latest(): InventoryIndex | undefined {
    return this.#latest;
  }

  /** Whatever was listed is of no use any more: somebody else has written since. */
  forget(): void {
    this.#latest = undefined;
  }

  /**
   * A snapshot whose request was sent at this monotonic time or later. Rejects as the list does. Nobody waits for the
   * end of a pause that is longer than their patience, or longer than a second after a failure: with that failure, or
   * else with {@link ListTooSoon}, it rejects at once.
   */
  atLeast(
    notBeforeMs: number,
    { urgent = false, patienceMs = PATIENCE_MS.holding }: ListOptions = {},
  ): Promise<InventoryIndex> {
    // A pass may still hold a session that has ended meanwhile: it must not wait for ever.
    if (this.#ended !== undefined) return Promise.reject(this.#ended.error);
    const latest = this.youngerThan(notBeforeMs);
    if (latest !== undefined) return Promise.resolve(latest);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ notBeforeMs, urgent, patienceMs, resolve, reject });
      this.#schedule();
    });
  }

  /** The snapshot that {@link atLeast} would give without a call, if there is one. */
  youngerThan(notBeforeMs: number): InventoryIndex | undefined {
    const latest = this.#latest;
    return latest !== undefined && latest.inventory.sentAtMs >= notBeforeMs ? latest : undefined;
  }

  /** How long PAM has to rest before the next list may start; not positive: no longer. */
  restMs(): number {
    const now = this.#clock.monotonicMs();
    return this.#startedAtMs + Math.max(MIN_INTERVAL_MS, DURATION_FACTOR * this.#tookMs) - now;
  }

  /** Fails whoever waits; a list that is in flight is ended by the connection's own signal. */
  stop(error: unknown): void {
    this.#ended ??= { error };
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  #schedule(): void {
    if (this.#running || this.#ended !== undefined || this.#waiters.length === 0) return;
    const pauseMs = this.restMs();
    clearTimeout(this.#timer);
    if (pauseMs <= 0) {
      void this.#run();
      return;
    }
    const error = this.#failure === undefined ? new ListTooSoon(pauseMs) : this.#failure.error;
    // A failure is to be told at once.
    const most = this.#failure === undefined ? Number.POSITIVE_INFINITY : PATIENCE_MS.holding;
    const isPatient = ({ patienceMs }: Waiter) => pauseMs <= Math.min(patienceMs, most);
    const impatient = this.#waiters.filter((waiter) => !isPatient(waiter));
    this.#waiters = this.#waiters.filter(isPatient);
    for (const { reject } of impatient) reject(error);
    if (this.#waiters.length > 0) this.#timer = setTimeout(() => this.#schedule(), pauseMs);
  }

  async #run(): Promise<void> {
    this.#running = true;
    this.#startedAtMs = this.#clock.monotonicMs();
    const startedAtMs = this.#startedAtMs;
    try {
      const urgent = this.#waiters.some((waiter) => waiter.urgent);
      const inventory = await this.#list(urgent);
      // What it costs to read the answer is no reason to spare PAM.
      this.#tookMs = inventory.tookMs;
      // Of a session that has ended: nobody waits, and its metrics are gone.
      if (this.#ended !== undefined) return;
      const index = await inTurns(indexInventory(this.#judge(inventory), this.#latest));
      if (this.#ended !== undefined) return;
      this.#latest = index;
      this.#failure = undefined;
      this.#serve(inventory.sentAtMs, ({ resolve }) => resolve(index));
      await this.#onList(index);
    } catch (error) {
      this.#failure = { error };
      this.#tookMs = this.#clock.monotonicMs() - startedAtMs;
      this.#serve(startedAtMs, ({ reject }) => reject(error));
    } finally {
      this.#running = false;
      this.#schedule();
    }
  }

  /**
   * A list that has lost half its entries is more likely a fault of PAM or of the authorization than the truth: it
   * decides nothing (design 3.4), until it has been so for a minute.
   */
  #judge(inventory: Inventory): Inventory {
    const { entries, complete, sentAtMs } = inventory;
    const shrunk = this.#believed >= MIN_SHRINKABLE && entries.length * 2 < this.#believed;
    if (!complete) return inventory;
    if (shrunk) this.#shrunkAtMs ??= sentAtMs;
    if (shrunk && sentAtMs - (this.#shrunkAtMs ?? sentAtMs) < SHRUNK_FOR_MS)
      return { ...inventory, complete: false };
    this.#shrunkAtMs = undefined;
    this.#believed = entries.length;
    return inventory;
  }

  /** Answers those for whom a list of this time is young enough; the others wait for the next one. */
  #serve(sentAtMs: number, answer: (waiter: Waiter) => void): void {
    const served = this.#waiters.filter(({ notBeforeMs }) => notBeforeMs <= sentAtMs);
    this.#waiters = this.#waiters.filter(({ notBeforeMs }) => notBeforeMs > sentAtMs);
    for (const waiter of served) answer(waiter);
  }
}
