import type { KubeVerb } from '../core/kube-error.ts';

/** One call to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/api` or `/apis`; its parts are validated by the caller (resource-path.ts). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** For the whole call with its retries; default 15 s. */
  readonly timeoutMs?: number;
  /** Plural of the resource, for errors and metrics. */
  readonly resource?: string;
  /** Default by method; a GET of a collection says `list`. */
  readonly verb?: KubeVerb;
  /** Statuses that are answers to this caller, not errors; they are not retried either. */
  readonly expected?: readonly number[];
  /** Default `api`. */
  readonly lane?: 'api' | 'lease';
  /** Asked at each attempt, right before its first byte is sent: false ends the call as `aborted`. */
  readonly mayStart?: () => boolean;
}

/** An answer of 2xx, or one of {@link KubeRequest.expected}. */
export interface KubeAnswer {
  readonly status: number;
  /** Parsed JSON; `undefined` where the answer was empty. */
  readonly body: unknown;
  readonly retryAfterMs?: number;
}

/** A stream of a watch. */
export interface KubeStream {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Closes the connection; may be called repeatedly. */
  close(): void;
}

/** What a watch asks for. */
export interface KubeWatchRequest extends Pick<KubeRequest, 'path' | 'query' | 'accept' | 'resource'> {
  readonly signal: AbortSignal;
  /** Silence after which the connection counts as half-open, before the headers and between two chunks. */
  readonly idleLimitMs: number;
}

/** For metrics: one HTTP exchange, retries count one each. */
export interface KubeExchange {
  readonly verb: KubeVerb;
  /** Plural, with `/status` where it is that; where the caller said so. */
  readonly resource?: string;
  /** HTTP method, as `rest_client_requests_total` labels it. */
  readonly method: string;
  /** HTTP status, or `<error>` as client-go writes it. */
  readonly code: string;
  readonly host: string;
  readonly durationMs: number;
}

/** Talks to one API server. Every method throws {@link KubeError} and nothing else. */
export interface KubeClient {
  request(request: KubeRequest): Promise<KubeAnswer>;
  /** Opens a watch; resolves when the server has accepted it. */
  watch(request: KubeWatchRequest): Promise<KubeStream>;
  /** Closes every connection; running calls fail as `aborted`. */
  close(): Promise<void>;
}
