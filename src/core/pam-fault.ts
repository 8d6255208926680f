import type { RecordKind } from './record-kind.ts';

/** What was asked of PAM Core when it failed; `lastError.operation` of a resource. */
export type PamOperation = 'Token' | 'List' | 'Upsert' | 'Enable' | 'Disable';

/**
 * What the adapter saw, in the order in which it looks (pam-core-api 4.3 and 5.2): no answer at all, then the
 * business number, then the un-numbered texts of the vendor pages, then the bare HTTP status.
 */
export type PamSignal =
  /** No answer within the total timeout. */
  | 'timeout'
  /** Refused, reset, DNS failure: no answer. */
  | 'unreachable'
  /** Certificate or handshake refused. */
  | 'tls'
  /** The caller's abort signal (lease lost, shutdown). */
  | 'aborted'
  /** A number from 1000 to 1999; see {@link PamFault.code}. */
  | 'code'
  /** "You are not authorized to access this resource." (HTTP 500, permanent) */
  | 'notAuthorized'
  /** "Client authentication failed" */
  | 'clientAuthenticationFailed'
  /** "Invalid signature" */
  | 'invalidSignature'
  /** "No route matched with those values" */
  | 'noRouteMatched'
  /** "Resource sub not found" */
  | 'resourceNotFound'
  /** The text "Request timed out." */
  | 'requestTimedOut'
  /** "Unexpected error" / "Internal Server Error" in PAM's envelope, with HTTP 500. */
  | 'unexpectedError'
  /** Nothing of the above, but the HTTP status says it: 3xx, 401, 403, 408, 429, 5xx. */
  | 'httpStatus'
  /** 2xx or 4xx that cannot be read: HTML, truncated JSON, an id that is no id, too large. */
  | 'unreadable'
  /** The answer names another tenant than `spec.tenant`. */
  | 'wrongTenant'
  /** A readable refusal that no page describes. */
  | 'unknownText';

/** A failed call, reduced to facts that are safe to print. PAM's own text is never among them. */
export interface PamFault {
  readonly operation: PamOperation;
  /** Absent for `Token` and `List`. */
  readonly kind?: RecordKind;
  readonly signal: PamSignal;
  /** Absent when there was no answer. */
  readonly httpStatus?: number;
  /** PAM's business number; present exactly when `signal` is `code`. */
  readonly code?: number;
  /** The message held the word "already": tells 1017 "already active" from 1017 "inactive". */
  readonly saysAlready?: boolean;
  /** `Retry-After` in milliseconds, from seconds or a date, capped at 15 min; absent when none was sent. */
  readonly retryAfterMs?: number;
  /** The call ended before its first byte: nobody ever saw it. */
  readonly unsent?: true;
}

/** The only error that leaves `src/pam`: no cause, no headers, no body, no URL. */
export class PamError extends Error {
  override readonly name = 'PamError';
  readonly fault: PamFault;

  constructor(fault: PamFault) {
    super(describe(fault));
    this.fault = fault;
  }
}

/**
 * Whether the call certainly changed nothing: PAM answered with a readable 4xx, or the call was not sent, for want of a
 * token or of a connection. Everything else (no answer, a gateway's 502, a 500) is an unknown outcome, because PAM may
 * have applied it before the answer was lost.
 */
export function wasNotApplied(fault: PamFault): boolean {
  const { operation, httpStatus, signal, unsent } = fault;
  if (operation === 'Token' || unsent === true) return true;
  // A timeout that somebody on the way reports says nothing about what PAM did meanwhile.
  if (signal === 'requestTimedOut' || httpStatus === 408) return false;
  return httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 && signal !== 'unreadable';
}

function describe({ operation, kind, signal, httpStatus, code }: PamFault): string {
  const target = kind === undefined ? operation : `${operation} of a ${kind}`;
  const detail = code === undefined ? signal : `error ${code}`;
  return httpStatus === undefined ? `${target}: ${detail}` : `${target}: ${detail} (HTTP ${httpStatus})`;
}
