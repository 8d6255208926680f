/** Where a waiting key stands. */
interface Place {
  readonly priority: number;
  readonly sinceMs: number;
}

/** Keys of one priority, by namespace; namespaces take turns. */
interface Lane<K> {
  readonly namespaces: Map<string, Set<K>>;
}

/**
 * Ready keys, ordered by priority, then round-robin over namespaces, then first come first served: a namespace
 * with 5,000 keys delays another namespace's key by one turn, not by 5,000.
 */
export class FairLanes<K> {
  readonly #lanes = new Map<number, Lane<K>>();
  readonly #places = new Map<K, Place>();
  /** Keys of negative priority by the time they arrived, oldest first: the only ones that age. */
  readonly #ageing = new Map<K, number>();
  readonly #namespaceOf: (key: K) => string;

  constructor(namespaceOf: (key: K) => string) {
    this.#namespaceOf = namespaceOf;
  }

  get size(): number {
    return this.#places.size;
  }

  /** How many keys wait at each priority. */
  depths(): ReadonlyMap<number, number> {
    const depths = new Map<number, number>();
    for (const { priority } of this.#places.values()) depths.set(priority, (depths.get(priority) ?? 0) + 1);
    return depths;
  }

  /** The priority at which a key waits; absent when it does not wait. */
  priorityOf(key: K): number | undefined {
    return this.#places.get(key)?.priority;
  }

  /** Adds a key, or raises it: of two priorities the higher one holds, and a raised key goes to the end of its lane. */
  add(key: K, priority: number, nowMs: number): void {
    const place = this.#places.get(key);
    if (place !== undefined) {
      if (place.priority >= priority) return;
      this.#remove(key, place.priority);
    }
    const sinceMs = place?.sinceMs ?? nowMs;
    this.#places.set(key, { priority, sinceMs });
    if (priority < 0) this.#ageing.set(key, sinceMs);
    else this.#ageing.delete(key);
    let lane = this.#lanes.get(priority);
    if (lane === undefined) {
      lane = { namespaces: new Map() };
      this.#lanes.set(priority, lane);
    }
    const namespace = this.#namespaceOf(key);
    const keys = lane.namespaces.get(namespace);
    if (keys === undefined) lane.namespaces.set(namespace, new Set([key]));
    else keys.add(key);
  }

  /** Takes the next key of at least this priority, with its priority and how long it waited. */
  take(
    nowMs: number,
    atLeast = Number.NEGATIVE_INFINITY,
  ): { key: K; priority: number; waitedMs: number } | undefined {
    let best: number | undefined;
    for (const priority of this.#lanes.keys()) if (best === undefined || priority > best) best = priority;
    if (best === undefined || best < atLeast) return undefined;
    const turn = this.#lanes.get(best)?.namespaces.entries().next().value;
    if (turn === undefined) return undefined;
    const [namespace, keys] = turn;
    for (const key of keys) {
      const sinceMs = this.#places.get(key)?.sinceMs ?? nowMs;
      this.#places.delete(key);
      this.#ageing.delete(key);
      this.#remove(key, best);
      // The namespace had its turn: it goes to the end of the line.
      const lane = this.#lanes.get(best);
      if (keys.size > 0 && lane !== undefined) {
        lane.namespaces.delete(namespace);
        lane.namespaces.set(namespace, keys);
      }
      return { key, priority: best, waitedMs: nowMs - sinceMs };
    }
    return undefined;
  }

  /**
   * Lifts keys of negative priority that waited longer than `afterMs` to 0, never higher: without it a resync
   * starves behind a steady stream of changes, and with more it would overtake a person's change.
   */
  age(nowMs: number, afterMs: number): void {
    for (const [key, sinceMs] of this.#ageing) {
      if (nowMs - sinceMs < afterMs) return;
      this.add(key, 0, nowMs);
    }
  }

  #remove(key: K, priority: number): void {
    const lane = this.#lanes.get(priority);
    const namespace = this.#namespaceOf(key);
    const keys = lane?.namespaces.get(namespace);
    if (lane === undefined || keys === undefined) return;
    keys.delete(key);
    if (keys.size === 0) lane.namespaces.delete(namespace);
    if (lane.namespaces.size === 0) this.#lanes.delete(priority);
  }
}
