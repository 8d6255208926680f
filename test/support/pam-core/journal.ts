import type { JsonObject } from './json-value.ts';
import type { Template } from './router.ts';
import type { Prefix } from './switches.ts';

export interface JournalEntry {
  /** From 1, in the order in which the calls had been read completely. */
  readonly sequence: number;
  /** ISO 8601, by the simulator's clock. */
  readonly time: string;
  readonly method: string;
  readonly template: Template;
  /** Path as sent, without the query. */
  readonly path: string;
  /** Names in the query string; no endpoint has any. */
  readonly queryNames: readonly string[];
  readonly prefix: Prefix | undefined;
  /** Label of the authorization; for the token endpoint the one whose client id was sent. */
  readonly authorization: string | undefined;
  readonly oauthVersion: '1.0a' | '2.0' | undefined;
  /** Why the caller was refused, in words for the test; the client is told less. */
  readonly refusal: string | undefined;
  readonly requestId: string | undefined;
  readonly userAgent: string | undefined;
  readonly contentType: string | undefined;
  /** Identifier in the body, or of the record whose id is in the path. */
  readonly identifier: string | undefined;
  /** Record id in the path. */
  readonly id: string | undefined;
  /** The body with secret values as `***`. */
  readonly body: JsonObject;
  /** Body parameters that no vendor page lists. */
  readonly unknownParameters: readonly string[];
  /** Monotonic milliseconds of this process at which the call had been read completely. */
  readonly arrivedAtMs: number;
  /** The same when the exchange was over; absent while it lasts. */
  endedAtMs: number | undefined;
  /** Calls in flight when this one arrived, itself included. */
  readonly inFlight: number;
  /** Kinds of the faults that fired. */
  readonly faults: readonly string[];
  /** HTTP status as sent; `none` while or where nothing was sent. */
  status: number | 'none';
  /** PAM Core's number in the answer. */
  code: number | undefined;
  /** Whether the call changed what PAM Core holds; a late commit sets it later. */
  applied: boolean;
  /** Whether the exchange is over: answered, reset, or given up by the client. */
  done: boolean;
}

export interface JournalQuery {
  method?: string;
  template?: Template | readonly Template[];
  identifier?: string;
  id?: string;
  authorization?: string;
  applied?: boolean;
  status?: number | 'none';
}

/** All calls, in order. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  #last = 0;

  add(entry: Omit<JournalEntry, 'sequence'>): JournalEntry {
    this.#last += 1;
    const complete = { sequence: this.#last, ...entry };
    this.entries.push(complete);
    return complete;
  }

  /** Calls for which everything that is asked fits. */
  calls(query: JournalQuery = {}): JournalEntry[] {
    const { template, ...exact } = query;
    const wanted = template === undefined ? undefined : [template].flat();
    return this.entries.filter(
      (entry) =>
        (wanted === undefined || wanted.includes(entry.template)) &&
        Object.entries(exact).every(
          ([name, value]) => value === undefined || Reflect.get(entry, name) === value,
        ),
    );
  }

  /** Number of calls by endpoint; endpoints without calls are absent. */
  counts(): Partial<Record<Template, number>> {
    const counts: Partial<Record<Template, number>> = {};
    for (const { template } of this.entries) counts[template] = (counts[template] ?? 0) + 1;
    return counts;
  }

  /** Calls that write: POST, PUT and DELETE, without the token endpoint. */
  writes(): JournalEntry[] {
    return this.entries.filter((entry) => entry.method !== 'GET' && entry.template !== 'TOKEN');
  }

  maxInFlight(): number {
    return Math.max(0, ...this.entries.map((entry) => entry.inFlight));
  }

  /** Forgets the calls; sequence numbers go on. */
  clear(): void {
    this.entries.length = 0;
  }
}
