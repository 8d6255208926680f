import { fullLimit, type LoadSign, nextLimit } from '../core/adaptive-limit.ts';
import type { Clock } from '../core/clock.ts';
import type { PamCallContext, PamClient } from '../core/pam-call.ts';
import { PamError, type PamFault, type PamOperation } from '../core/pam-fault.ts';

/** How much load one connection may put on PAM Core (`spec.limits`). */
export interface CallLimits {
  /** Calls at the same time, while PAM Core keeps up. */
  readonly maxInFlight: number;
  /** In the long run. */
  readonly requestsPerSecond: number;
  /** At once after a quiet time. */
  readonly burst: number;
}

interface Waiter {
  readonly operation: PamOperation;
  readonly priority: number;
  readonly admit: () => void;
  readonly abort: () => void;
}

/** Tokens that only a disable may take. */
const KEPT_TOKENS = 1;

/**
 * A client whose calls wait for a free place and a token; who waits is served by priority, then in order of arrival.
 * The list takes part: it is a call like any other for PAM.
 *
 * One place and one token are kept for a disable (design 4.6: nothing delays it but PAM itself): calls that hang until
 * their timeout leave a way through. With limits of 1 there is nothing to keep, so there they come on top.
 *
 * How many calls may be in flight follows PAM's answers (`src/core/adaptive-limit.ts`).
 *
 * @param onLimit hears of the calls that may be in flight, at once and at each change
 */
export function limitCalls(
  client: PamClient,
  limits: CallLimits,
  clock: Clock,
  onLimit: (limit: number) => void = () => {},
): PamClient {
  let places = fullLimit(limits.maxInFlight);
  onLimit(places.limit);
  const maxTokens = Math.max(limits.burst, 1 + KEPT_TOKENS);
  let inFlight = 0;
  let disablesInFlight = 0;
  let tokens = maxTokens;
  let refilledAtMs = clock.monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const waiters: Waiter[] = [];

  function refill(): void {
    const now = clock.monotonicMs();
    tokens = Math.min(maxTokens, tokens + ((now - refilledAtMs) / 1000) * limits.requestsPerSecond);
    refilledAtMs = now;
  }

  function serve(): void {
    refill();
    clearTimeout(timer);
    for (let [next] = waiters; next !== undefined; [next] = waiters) {
      if (!hasPlace(next.operation)) return;
      const missing = tokensNeeded(next.operation) - tokens;
      if (missing > 0) {
        timer = setTimeout(serve, Math.ceil((missing / limits.requestsPerSecond) * 1000));
        return;
      }
      tokens -= 1;
      inFlight += 1;
      if (next.operation === 'Disable') disablesInFlight += 1;
      waiters.shift();
      next.admit();
    }
  }

  function hasPlace(operation: PamOperation): boolean {
    if (operation === 'Disable' && disablesInFlight === 0) return true;
    const { limit } = places;
    if (inFlight >= limit) return false;
    return operation === 'Disable' || inFlight - disablesInFlight < limit - (limit > 1 ? 1 : 0);
  }

  function tokensNeeded(operation: PamOperation): number {
    return operation === 'Disable' ? 1 : 1 + KEPT_TOKENS;
  }

  function enter(
    operation: PamOperation,
    { signal, superseded, priority = 0 }: PamCallContext,
  ): Promise<void> {
    // A disable is what the others are given up for.
    const signals = superseded === undefined || operation === 'Disable' ? [signal] : [signal, superseded];
    return new Promise((resolve, reject) => {
      const stopListening = () => {
        for (const each of signals) each.removeEventListener('abort', abort);
      };
      const abort = () => {
        const at = waiters.indexOf(waiter);
        if (at >= 0) waiters.splice(at, 1);
        stopListening();
        serve();
        reject(new PamError({ operation, signal: 'aborted', unsent: true }));
      };
      const waiter: Waiter = {
        operation,
        priority,
        admit: () => {
          stopListening();
          resolve();
        },
        abort,
      };
      if (closed || signals.some(({ aborted }) => aborted))
        return reject(new PamError({ operation, signal: 'aborted', unsent: true }));
      for (const each of signals) each.addEventListener('abort', abort, { once: true });
      const behind = waiters.findIndex((other) => other.priority < priority);
      waiters.splice(behind < 0 ? waiters.length : behind, 0, waiter);
      serve();
    });
  }

  function learn(sentAtMs: number, sign: LoadSign): void {
    const before = places.limit;
    places = nextLimit(places, { sign, sentAtMs }, limits.maxInFlight, clock.monotonicMs());
    if (places.limit !== before) onLimit(places.limit);
  }

  async function limited<T>(
    operation: PamOperation,
    context: PamCallContext,
    call: () => Promise<T>,
  ): Promise<T> {
    await enter(operation, context);
    const sentAtMs = clock.monotonicMs();
    try {
      // The client asks again before it sends; here it saves a call that must not be sent its token.
      if (context.mayStart?.() === false) throw new PamError({ operation, signal: 'aborted', unsent: true });
      const answer = await call();
      learn(sentAtMs, 'answer');
      return answer;
    } catch (error) {
      learn(sentAtMs, error instanceof PamError ? signOf(error.fault) : 'none');
      throw error;
    } finally {
      inFlight -= 1;
      if (operation === 'Disable') disablesInFlight -= 1;
      serve();
    }
  }

  return {
    list: (context) => limited('List', context, () => client.list(context)),
    upsertCredential: (upsert, context) =>
      limited('Upsert', context, () => client.upsertCredential(upsert, context)),
    upsertKey: (upsert, context) => limited('Upsert', context, () => client.upsertKey(upsert, context)),
    enable: (kind, id, context) => limited('Enable', context, () => client.enable(kind, id, context)),
    disable: (kind, id, context) => limited('Disable', context, () => client.disable(kind, id, context)),
    close: () => {
      closed = true;
      clearTimeout(timer);
      for (const waiter of waiters.splice(0)) waiter.abort();
      client.close();
    },
    get clockSkewMs() {
      return client.clockSkewMs;
    },
  };
}

/** 429, 503 and what did not come in time are signs of overload; a refusal that can be read is an answer. */
function signOf({ signal, httpStatus }: PamFault): LoadSign {
  if (httpStatus === 429 || httpStatus === 503) return 'overload';
  if (signal === 'timeout' || signal === 'requestTimedOut' || httpStatus === 408) return 'overload';
  return signal === 'code' ? 'answer' : 'none';
}
