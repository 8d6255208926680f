import type { PamFault } from '../core/pam-fault.ts';

/** The header of one attempt, and what is needed to tell later which credentials it was made with. */
export interface Authorization {
  readonly header: string;
}

/** Bounds of one attempt's wait for its authorization. */
export interface AuthorizationWait {
  /** Ends the wait (not a token call that others share). */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Makes the `Authorization` header of calls to PAM Core. */
export interface Authorizer {
  /** A header for exactly one attempt. Throws `PamError` of the operation `Token`. */
  authorize(method: string, url: URL, wait: AuthorizationWait): Promise<Authorization>;
  /**
   * Told of a refusal that may be the authorization's fault. True where the same call is worth a second
   * attempt: the token was replaced, or the clock's offset was corrected.
   */
  refused(authorization: Authorization, skewMs: number | undefined): boolean;
  close(): void;
}

/**
 * Whether a refusal is about the authorization: 401, 403 and the two texts that the vendor prints for a stale
 * token. A business number means that PAM had let the call in.
 */
export function isAuthorizationFault({ signal, httpStatus }: PamFault): boolean {
  if (signal === 'invalidSignature' || signal === 'noRouteMatched') return true;
  return signal !== 'code' && signal !== 'wrongTenant' && (httpStatus === 401 || httpStatus === 403);
}
