import type { Reason } from '../api/reason.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Failure } from './failure.ts';

/** The numbers of design 4.6; all are settings. Durations in seconds. */
export interface RetrySettings {
  readonly backoffBaseSeconds: number;
  readonly backoffMaxSeconds: number;
  /** Largest backoff of a pending disable. */
  readonly disableRetryMaxSeconds: number;
  readonly stalledRetrySeconds: number;
  /** Overrides of the catalogue's times for class `wait`: device not found, and everything of an hour. */
  readonly deviceRetrySeconds: number;
  readonly accessRetrySeconds: number;
  readonly progressDeadlineSeconds: number;
}

/** Share by which waits vary, so that what failed together does not come back together. */
const JITTER = 0.1;

/** `Retry-After` holds for at most this long. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

/**
 * When a pending disable comes back: nothing delays it but PAM itself, so it never waits longer than its own
 * maximum (design 4.6: 1 s × 2ⁿ up to 1 min), whatever the class.
 */
export function disableDelayMs(
  delayMs: number | undefined,
  attempt: number,
  settings: RetrySettings,
  random: number,
): number {
  const backoffMaxSeconds = Math.min(settings.disableRetryMaxSeconds, settings.backoffMaxSeconds);
  return Math.min(
    delayMs ?? Number.POSITIVE_INFINITY,
    backoffMs(attempt, { ...settings, backoffMaxSeconds }, random),
  );
}

/**
 * When to come back after a failed pass, in milliseconds; absent: only on change.
 *
 * @param attempt how many passes in a row failed, this one included (1, 2, …)
 * @param random a number in [0, 1), given so that the decision is pure
 */
export function retryDelayMs(
  failure: Failure,
  attempt: number,
  settings: RetrySettings,
  random: number,
): number | undefined {
  const jittered = (seconds: number) => seconds * 1000 * (1 - JITTER + 2 * JITTER * random);
  switch (failure.retry) {
    case 'none':
    case 'held':
      return undefined;
    case 'backoff':
    case 'gate': {
      const backoff = backoffMs(attempt, settings, random);
      const retryAfterMs = Math.min(failure.fault?.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
      // The server's word is a minimum; the jitter on top keeps its clients apart.
      return retryAfterMs > backoff ? retryAfterMs + backoff : backoff;
    }
    case 'wait': {
      const waitMs = jittered(waitSeconds(failure, settings));
      if (CATALOGUE[failure.reason].maySoonPass !== true) return waitMs;
      return Math.min(waitMs, backoffMs(attempt, settings, random));
    }
    case 'stalled':
      return jittered(settings.stalledRetrySeconds);
  }
}

/**
 * Exponential backoff with full jitter: a random time up to base × 2ⁿ⁻¹, at most the maximum. Never less than a
 * tenth of that limit: a draw of nearly nothing would hammer a server that just timed out.
 */
function backoffMs(
  attempt: number,
  { backoffBaseSeconds, backoffMaxSeconds }: RetrySettings,
  random: number,
): number {
  // 2^30 seconds is far above any maximum, and keeps the power finite.
  const limit = Math.min(backoffMaxSeconds, backoffBaseSeconds * 2 ** Math.min(attempt - 1, 30)) * 1000;
  return limit * Math.max(0.1, random);
}

function waitSeconds(failure: Failure, settings: RetrySettings): number {
  return waitSecondsOf(failure.reason, settings) ?? failure.waitSeconds ?? settings.deviceRetrySeconds;
}

/** The time of a reason of class `wait` that is a setting; absent: the catalogue's holds. */
export function waitSecondsOf(reason: Reason, settings: RetrySettings): number | undefined {
  if (reason === 'DeviceNotFound') return settings.deviceRetrySeconds;
  return reason === 'AccessNotGranted' ? settings.accessRetrySeconds : undefined;
}
