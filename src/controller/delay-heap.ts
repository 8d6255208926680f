/** A key that becomes ready at a time. */
interface Delayed<K> {
  readonly key: K;
  readonly readyAtMs: number;
}

/** Outdated entries are cleared away once they outnumber the others by this many. */
const SLACK = 64;

/** Keys ordered by the time at which they become ready: a binary heap, one entry per key. */
export class DelayHeap<K> {
  #heap: Delayed<K>[] = [];
  readonly #readyAtMs = new Map<K, number>();

  get size(): number {
    return this.#readyAtMs.size;
  }

  /** How many entries are held, the outdated ones included. */
  get heldEntries(): number {
    return this.#heap.length;
  }

  has(key: K): boolean {
    return this.#readyAtMs.has(key);
  }

  /** Adds a key, or moves it forward: of two times the earlier one holds (client-go's merge rule). */
  add(key: K, readyAtMs: number): void {
    const present = this.#readyAtMs.get(key);
    if (present !== undefined && present <= readyAtMs) return;
    this.#compact();
    this.#readyAtMs.set(key, readyAtMs);
    this.#push({ key, readyAtMs });
  }

  delete(key: K): void {
    this.#readyAtMs.delete(key);
  }

  /** When the first key becomes ready; absent when there is none. */
  nextAtMs(): number | undefined {
    this.#dropOutdated();
    return this.#heap[0]?.readyAtMs;
  }

  /** Takes the first key if it is ready. */
  takeReady(nowMs: number): K | undefined {
    this.#dropOutdated();
    const first = this.#heap[0];
    if (first === undefined || first.readyAtMs > nowMs) return undefined;
    this.#popRoot();
    this.#readyAtMs.delete(first.key);
    return first.key;
  }

  /** A moved or deleted key leaves its old entry behind; it is dropped when it reaches the root. */
  #dropOutdated(): void {
    for (;;) {
      const root = this.#heap[0];
      if (root === undefined || this.#readyAtMs.get(root.key) === root.readyAtMs) return;
      this.#popRoot();
    }
  }

  /** A key with an hour's delay that is woken and delayed again each second would else leave 3,600 entries behind. */
  #compact(): void {
    if (this.#heap.length <= 2 * this.#readyAtMs.size + SLACK) return;
    // Sorted by time is a heap.
    this.#heap = [...this.#readyAtMs]
      .map(([key, readyAtMs]) => ({ key, readyAtMs }))
      .sort((left, right) => left.readyAtMs - right.readyAtMs);
  }

  #push(entry: Delayed<K>): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.readyAtMs <= entry.readyAtMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #popRoot(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let smaller = left;
      if (right !== undefined && right.readyAtMs < left.readyAtMs) {
        smaller = right;
        child++;
      }
      if (last.readyAtMs <= smaller.readyAtMs) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}
