import { randomBytes } from 'node:crypto';
import { isKubeStatus } from '../core/kube-error.ts';
import { type CorrelatedEvent, EventCorrelator, type EventRecord } from './event-correlator.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import type { KubeClient } from './kube-client.ts';
import { type KubeClock, SYSTEM_CLOCK } from './kube-clock.ts';
import { namespaceName } from './kube-name.ts';
import { LruMap } from './lru-map.ts';
import { microTime } from './micro-time.ts';

/** Writes Events (events.k8s.io/v1). Nobody waits for them and nothing depends on them. */
export interface EventRecorder {
  /** Returns at once and never throws. */
  record(event: EventRecord): void;
  readonly stats: EventStats;
  /** Takes no more Events and waits until the queued ones are sent, at most `timeoutMs` (2 s). */
  stop(timeoutMs?: number): Promise<void>;
}

interface EventStats {
  readonly written: number;
  /** Refused or unanswered by the API server. */
  readonly failed: number;
  /** Not sent: too many for one object, or the queue was full. */
  readonly dropped: number;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Name of the Pod. */
  readonly instance: string;
  readonly clock?: KubeClock;
}

const QUEUE_LIMIT = 1000;
const CACHE_ENTRIES = 4096;
const TIMEOUT_MS = 5000;
/** The API server's limits: bytes of a note, characters of the other texts. */
const MAX_NOTE_BYTES = 1024;
const MAX_TEXT = 128;
/** Leaves room for the dot and 16 hex digits within 253 characters. */
const MAX_NAME_PREFIX = 236;

interface Occurrence {
  readonly event: EventRecord;
  readonly correlated: CorrelatedEvent;
  readonly at: Date;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, instance, clock = SYSTEM_CLOCK } = options;
  const correlator = new EventCorrelator(clock);
  /** Names of the Events that were created, by correlation key. */
  const sent = new LruMap<string>(CACHE_ENTRIES);
  const queue: Occurrence[] = [];
  const stopped = new AbortController();
  const stats = { written: 0, failed: 0, dropped: 0 };
  let isOpen = true;
  let sending: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (let next = queue.shift(); next !== undefined && !stopped.signal.aborted; next = queue.shift()) {
      try {
        await send(next);
        stats.written += 1;
      } catch {
        stats.failed += 1;
      }
    }
    sending = undefined;
  }

  async function send(occurrence: Occurrence): Promise<void> {
    const { key } = occurrence.correlated;
    const known = sent.get(key);
    if (known !== undefined) {
      try {
        await patchSeries(occurrence, known);
        return;
      } catch (error) {
        // The Event lived its hour and is gone: it is made again with its count.
        if (!isKubeStatus(error, 404)) throw error;
      }
    }
    const name = eventName(occurrence.event.regarding.name);
    await create(occurrence, name);
    sent.set(key, name);
  }

  async function create({ event, correlated, at }: Occurrence, name: string): Promise<void> {
    const { regarding, type, reason, action } = event;
    const namespace = eventNamespace(event);
    await client.request({
      method: 'POST',
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
      resource: 'events',
      query: { fieldManager: FIELD_MANAGER },
      timeoutMs: TIMEOUT_MS,
      signal: stopped.signal,
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name, namespace },
        eventTime: microTime(correlated.since),
        // A series of one is refused.
        ...(correlated.count > 1 && { series: series(correlated, at) }),
        reportingController: FIELD_MANAGER,
        reportingInstance: instance.slice(0, MAX_TEXT),
        action: action.slice(0, MAX_TEXT),
        reason: reason.slice(0, MAX_TEXT),
        type,
        note: cutBytes(correlated.note, MAX_NOTE_BYTES),
        regarding: { ...regarding, namespace: regarding.namespace || undefined },
      },
    });
  }

  async function patchSeries({ event, correlated, at }: Occurrence, name: string): Promise<void> {
    await client.request({
      method: 'PATCH',
      path: `/apis/events.k8s.io/v1/namespaces/${eventNamespace(event)}/events/${name}`,
      resource: 'events',
      query: { fieldManager: FIELD_MANAGER },
      timeoutMs: TIMEOUT_MS,
      signal: stopped.signal,
      contentType: 'application/merge-patch+json',
      // Everything else is immutable in events.k8s.io/v1: a shared Event keeps the note of its first occurrence.
      body: { series: series(correlated, at) },
    });
  }

  return {
    record: (event) => {
      const correlated = isOpen ? correlator.correlate(event) : undefined;
      if (correlated === undefined || queue.length >= QUEUE_LIMIT) {
        stats.dropped += 1;
        return;
      }
      queue.push({ event, correlated, at: clock.now() });
      sending ??= drain();
    },
    get stats() {
      return { ...stats };
    },
    stop: async (timeoutMs = 2000) => {
      isOpen = false;
      const waited = new AbortController();
      await Promise.race([sending, clock.pause(timeoutMs, waited.signal)]);
      waited.abort();
      stopped.abort();
      await sending;
    },
  };
}

function series({ count }: CorrelatedEvent, at: Date): object {
  return { count, lastObservedTime: microTime(at) };
}

function eventNamespace({ regarding }: EventRecord): string {
  return namespaceName(regarding.namespace || 'default');
}

function eventName(subject: string): string {
  const prefix = subject.slice(0, MAX_NAME_PREFIX).replace(/[-.]+$/, '');
  return `${prefix}.${randomBytes(8).toString('hex')}`;
}

/** Cuts at a character's border: half a character would be invalid UTF-8. */
function cutBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
