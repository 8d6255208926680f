/** How long a key of negative priority waits until it counts as 0 (design 4.6). */
const AGEING_MS = 5 * 60_000;

interface Waiting {
  priority: number;
  readyAtMs: number;
}

/**
 * What a workqueue promises, told with maps that are searched each time. The order among keys of one priority is
 * left open here: that is what FairLanes is tested for.
 */
export class WorkqueueModel {
  nowMs: number;
  readonly waiting = new Map<string, Waiting>();
  readonly readySinceMs = new Map<string, number>();
  readonly processing = new Map<string, Waiting | undefined>();
  readonly seenAtMs = new Map<string, number>();

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  add(key: string, priority: number, afterMs: number): void {
    this.seenAtMs.set(key, this.nowMs);
    this.requeue(key, priority, afterMs);
  }

  requeue(key: string, priority: number, afterMs: number): void {
    this.#merge(key, { priority, readyAtMs: this.nowMs + afterMs });
  }

  done(key: string): void {
    const dirty = this.processing.get(key);
    this.processing.delete(key);
    if (dirty === undefined) this.seenAtMs.delete(key);
    else this.#merge(key, dirty);
  }

  /** The next time at which a delayed key becomes ready. */
  nextAtMs(): number {
    const delayed = [...this.waiting].filter(([key]) => !this.readySinceMs.has(key));
    return Math.min(...delayed.map(([, { readyAtMs }]) => readyAtMs));
  }

  /** Keys that a worker may get now which takes keys of this priority or a higher one. */
  candidates(atLeast: number): string[] {
    const ready = [...this.readySinceMs.keys()];
    const best = Math.max(...ready.map((key) => this.priorityOf(key)));
    return ready.filter((key) => this.priorityOf(key) === best && best >= atLeast);
  }

  /** The priority of a ready key, with its age counted. */
  priorityOf(key: string): number {
    const { priority } = this.waiting.get(key) ?? { priority: Number.NaN };
    const sinceMs = this.readySinceMs.get(key) ?? Number.NaN;
    return priority < 0 && this.nowMs - sinceMs >= AGEING_MS ? 0 : priority;
  }

  take(key: string): { priority: number; waitedMs: number; seenAtMs: number } {
    const priority = this.priorityOf(key);
    const waitedMs = this.nowMs - (this.readySinceMs.get(key) ?? Number.NaN);
    // A key that gets old does so for good: every claim lifts all that are old enough.
    for (const ready of this.readySinceMs.keys()) {
      const entry = this.waiting.get(ready);
      if (entry !== undefined) entry.priority = this.priorityOf(ready);
    }
    this.waiting.delete(key);
    this.readySinceMs.delete(key);
    this.processing.set(key, undefined);
    return { priority, waitedMs, seenAtMs: this.seenAtMs.get(key) ?? this.nowMs };
  }

  /** Whatever has become ready by now is ready since now. */
  promote(): void {
    for (const [key, { readyAtMs }] of this.waiting) {
      if (readyAtMs <= this.nowMs && !this.readySinceMs.has(key)) this.readySinceMs.set(key, this.nowMs);
    }
  }

  #merge(key: string, added: Waiting): void {
    const isHeld = this.processing.has(key);
    const present = isHeld ? this.processing.get(key) : this.waiting.get(key);
    const merged = {
      priority: Math.max(added.priority, present?.priority ?? added.priority),
      readyAtMs: Math.min(added.readyAtMs, present?.readyAtMs ?? added.readyAtMs),
    };
    if (isHeld) this.processing.set(key, merged);
    else this.waiting.set(key, merged);
    this.promote();
  }
}
