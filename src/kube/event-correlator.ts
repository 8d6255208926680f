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
}

// Numbers of client-go's EventCorrelator.
const CACHE_ENTRIES = 4096;
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const SIMILAR_EVENTS = 10;
const SIMILAR_WINDOW_MS = 600_000;

/**
 * Keeps a broken object from flooding the API server, as client-go does: 25 Events per object, then one per
 * 5 minutes; from the tenth different note of the same reason within 10 minutes on, they share one Event.
 */
export class EventCorrelator {
  readonly #buckets = new LruMap<{ tokens: number; at: number }>(CACHE_ENTRIES);
  readonly #similar = new LruMap<{ notes: Set<string>; at: number }>(CACHE_ENTRIES);

  /** @returns `undefined` where the object has used up its Events */
  correlate(event: EventRecord, nowMs: number): CorrelatedEvent | undefined {
    const { regarding, type, reason, action, note } = event;
    const subject = `${regarding.kind}/${regarding.namespace}/${regarding.name}/${regarding.uid}`;
    if (!this.#takeToken(subject, nowMs)) return undefined;
    const group = `${subject}|${type}|${reason}|${action}`;
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

  #takeToken(subject: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(subject) ?? { tokens: SPAM_BURST, at: nowMs };
    const tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.at) / SPAM_REFILL_MS);
    const isAllowed = tokens >= 1;
    this.#buckets.set(subject, { tokens: isAllowed ? tokens - 1 : tokens, at: nowMs });
    return isAllowed;
  }
}
