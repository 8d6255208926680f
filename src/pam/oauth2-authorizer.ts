import type { Clock } from '../core/clock.ts';
import { PamError, type PamFault } from '../core/pam-fault.ts';
import type { Authorization, AuthorizationWait, Authorizer } from './authorizer.ts';

/** An access token as the token endpoint gave it. */
export interface FetchedToken {
  readonly accessToken: string;
  /** From the moment at which it was asked for. */
  readonly expiresInMs: number;
}

/** One call to the token endpoint; throws `PamError` of the operation `Token`. */
export type FetchToken = (signal: AbortSignal) => Promise<FetchedToken>;

interface Token extends Authorization {
  readonly staleAtMs: number;
}

/** A token is replaced this long before it expires, at most; a tenth of its life where that is shorter. */
const longestMarginMs = 60_000;

/**
 * Keeps one access token and hands it to every call. One token call is in flight at a time, and everybody waits
 * for it. A refusal drops the token it was made with, never a newer one: a hundred calls that fail with one
 * stale token cost one new token.
 */
export function createOAuth2Authorizer(fetchToken: FetchToken, clock: Clock): Authorizer {
  const closing = new AbortController();
  let current: Token | undefined;
  let flight: Promise<Token> | undefined;

  async function renew(): Promise<Token> {
    const askedAtMs = clock.monotonicMs();
    const { accessToken, expiresInMs } = await fetchToken(closing.signal);
    const marginMs = Math.min(longestMarginMs, expiresInMs / 10);
    current = { header: `Bearer ${accessToken}`, staleAtMs: askedAtMs + expiresInMs - marginMs };
    return current;
  }

  function sharedFlight(): Promise<Token> {
    if (flight === undefined) {
      flight = renew().finally(() => {
        flight = undefined;
      });
      // The waiters may all have left; a failure then concerns nobody.
      flight.catch(() => {});
    }
    return flight;
  }

  return {
    async authorize(_method, _url, wait) {
      if (current !== undefined && clock.monotonicMs() < current.staleAtMs) return current;
      return await waitFor(sharedFlight(), wait);
    },
    refused(authorization) {
      if (authorization === current) current = undefined;
      return true;
    },
    close() {
      closing.abort();
      current = undefined;
    },
  };
}

/** Waits for a shared promise no longer than one caller may, and leaves it running for the others. */
async function waitFor<T>(shared: Promise<T>, { signal, timeoutMs }: AuthorizationWait): Promise<T> {
  if (signal.aborted) throw new PamError(tokenFault('aborted'));
  const own = Promise.withResolvers<never>();
  const onAbort = () => own.reject(new PamError(tokenFault('aborted')));
  const timer = setTimeout(() => own.reject(new PamError(tokenFault('timeout'))), Math.max(timeoutMs, 0));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([shared, own.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function tokenFault(signal: 'aborted' | 'timeout'): PamFault {
  return { operation: 'Token', signal };
}
