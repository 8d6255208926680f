import type { KubeClock } from './kube-clock.ts';
import { LruMap } from './lru-map.ts';

/** The object that an Event is about. */
interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped objects; their Events live in the namespace `default`. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** Something that happened to an object, for `kubectl describe` and `kubectl get events`. */
export interface EventRecord {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase word from a closed set. */
  readonly reason: string;
  /** What was done or tried, a CamelCase word. */
  readonly action: string;
  /** One sentence without secrets; cut to 1024 bytes. */
  readonly note: string;
}

/** What to send. */
export interface CorrelatedEvent {
  /** Same for all occurrences that share one Event object. */
  readonly key: string;
  readonly note: string;
  /** Occurrences under this key since {@link since}, this one and those that were not sent included. */
  readonly count: number;
  /** The first of them. */
  readonly since: Date;
}

// Numbers of client-go's EventCorrelator (tools/record/events_cache.go).
const CACHE_ENTRIES = 4096;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const SIMILAR_EVENTS = 10;
const SIMILAR_WINDOW_MS = 600_000;

/**
 * Keeps a broken object from flooding the API server, in the three steps of client-go and in their order:
 *
 * 1. *Aggregate*: from the tenth different note of one object, type, reason and action on, without ten minutes of
 *    peace in between, they share one Event.
 * 2. *Count*: equal Events, and those that share one, are occurrences of a series.
 * 3. *Filter*: an object has 25 Events of a type at once, then one per five minutes. What is held back has been
 *    counted, so the next one that is sent tells of it.
 */
export class EventCorrelator {
  readonly #clock: Pick<KubeClock, 'monotonicMs' | 'now'>;
  readonly #similar = new LruMap<{ notes: Set<string>; at: number }>(CACHE_ENTRIES);
  readonly #observed = new LruMap<{ count: number; since: Date }>(CACHE_ENTRIES);
  readonly #buckets = new LruMap<{ tokens: number; at: number }>(CACHE_ENTRIES);

  constructor(clock: Pick<KubeClock, 'monotonicMs' | 'now'>) {
    this.#clock = clock;
  }

  /** @returns `undefined` where the object has used up its Events */
  correlate(event: EventRecord): CorrelatedEvent | undefined {
    const { regarding, type, reason, action } = event;
    const subject = `${regarding.kind}/${regarding.namespace}/${regarding.name}/${regarding.uid}|${type}`;
    const { key, note } = this.#aggregate(`${subject}|${reason}|${action}`, event.note);
    const observed = this.#observed.get(key) ?? { count: 0, since: this.#clock.now() };
    observed.count += 1;
    this.#observed.set(key, observed);
    if (!this.#takeToken(subject)) return undefined;
    return { key, note, count: observed.count, since: observed.since };
  }

  #aggregate(group: string, note: string): { readonly key: string; readonly note: string } {
    const nowMs = this.#clock.monotonicMs();
    const seen = this.#similar.get(group);
    const record =
      seen === undefined || nowMs - seen.at > SIMILAR_WINDOW_MS
        ? { notes: new Set<string>(), at: nowMs }
        : seen;
    record.notes.add(note);
    record.at = nowMs;
    this.#similar.set(group, record);
    if (record.notes.size < SIMILAR_EVENTS) return { key: `${group}|${note}`, note };
    // One note leaves for each that comes: the set stays at its limit.
    const [first] = record.notes;
    if (first !== undefined) record.notes.delete(first);
    return { key: group, note: `(combined from similar events): ${note}` };
  }

  #takeToken(subject: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(subject) ?? { tokens: SPAM_BURST, at: nowMs };
    const tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.at) / SPAM_REFILL_MS);
    const isAllowed = tokens >= 1;
    this.#buckets.set(subject, { tokens: isAllowed ? tokens - 1 : tokens, at: nowMs });
    return isAllowed;
  }
}
