import type { JsonObject } from './json-value.ts';
import type { Template } from './router.ts';

/** Which calls a fault hits. Everything given must fit; nothing given fits every call. */
export interface FaultMatch {
  method?: string;
  /** An endpoint ("C4", "TOKEN"), or an expression for the path as sent. */
  path?: Template | RegExp;
  /** Identifier in the body, or of the record whose id is in the path. */
  identifier?: string;
  /** Label of the authorization. */
  authorization?: string;
  /** How often it fires; unlimited by default. */
  times?: number;
  /** How many fitting calls pass unharmed first. */
  after?: number;
}

/**
 * What goes wrong. Unless a line says otherwise the call is NOT applied. "Commit" is the moment at which the
 * call changes the vault.
 */
export type Fault =
  /** Waits, then goes on as usual (and with other faults). Default: before the commit. */
  | { kind: 'delay'; ms: number; where?: 'before-commit' | 'after-commit' }
  /** No answer; the connection stays open until the client gives up. */
  | { kind: 'hang-before-commit' }
  /** Applied, no answer. */
  | { kind: 'hang-after-commit' }
  /** 504 now, applied after so many milliseconds. */
  | { kind: 'late-commit'; ms: number }
  | { kind: 'reset-before-commit' }
  /** Applied, then the connection is reset. */
  | { kind: 'reset-after-commit' }
  /** 429; `retryAfter` is sent as it is: seconds, an HTTP date, or garbage. */
  | { kind: 'rate-limited'; retryAfter?: string }
  | { kind: 'unexpected-error' }
  /** Applied, then 500 `Unexpected error`. */
  | { kind: 'unexpected-error-after-commit' }
  | { kind: 'not-authorized' }
  | { kind: 'bad-gateway-html' }
  /** Applied, then a 502 page. */
  | { kind: 'bad-gateway-html-after-commit' }
  | { kind: 'service-unavailable'; retryAfter?: string }
  | { kind: 'gateway-timeout' }
  /** Applied, then 504. */
  | { kind: 'gateway-timeout-after-commit' }
  /** 200 with an HTML page, as a login page of a proxy. */
  | { kind: 'html-200' }
  /** Applied; the JSON of the answer ends in the middle, in a well-formed HTTP answer. */
  | { kind: 'truncated-json' }
  /** Applied; the connection breaks in the middle of the body. */
  | { kind: 'cut-body' }
  /** Applied; the status of the answer with an empty body. */
  | { kind: 'empty-body' }
  /** 2xx whose envelope says error:true. */
  | { kind: 'error-in-success' }
  /** Applied; `devices_error` of POST key names these hostnames (entry shape invented). */
  | { kind: 'devices-error'; hostnames: string[] }
  /** HTTP 400 with this number; `message` where the usual text should not be sent. */
  | { kind: 'numbered-error'; code: number; message?: string }
  | { kind: 'redirect'; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  /** Applied; the body comes in pieces of `bytes` (1), one every `ms`. */
  | { kind: 'slow-body'; ms: number; bytes?: number }
  /** An endless-looking JSON body of so many bytes, without Content-Length. */
  | { kind: 'oversized-body'; bytes: number }
  /** An error that repeats the request, Authorization header included: nothing of it may be passed on. */
  | { kind: 'echo-request'; status?: number }
  /** Any answer at all. */
  | {
      kind: 'answer';
      status: number;
      headers?: Record<string, string>;
      body?: string | JsonObject;
      applied?: boolean;
    };

export type FaultKind = Fault['kind'];
export type FaultInput = Fault & { match?: FaultMatch };

/** All kinds; a kind missing here does not compile. */
export const faultKinds = Object.keys({
  delay: true,
  'hang-before-commit': true,
  'hang-after-commit': true,
  'late-commit': true,
  'reset-before-commit': true,
  'reset-after-commit': true,
  'rate-limited': true,
  'unexpected-error': true,
  'unexpected-error-after-commit': true,
  'not-authorized': true,
  'bad-gateway-html': true,
  'bad-gateway-html-after-commit': true,
  'service-unavailable': true,
  'gateway-timeout': true,
  'gateway-timeout-after-commit': true,
  'html-200': true,
  'truncated-json': true,
  'cut-body': true,
  'empty-body': true,
  'error-in-success': true,
  'devices-error': true,
  'numbered-error': true,
  redirect: true,
  'slow-body': true,
  'oversized-body': true,
  'echo-request': true,
  answer: true,
} satisfies Record<FaultKind, true>) as FaultKind[];
