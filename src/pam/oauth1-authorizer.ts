import type { Clock } from '../core/clock.ts';
import type { OAuth1Settings } from '../core/connection-settings.ts';
import type { Authorizer } from './authorizer.ts';
import { createOAuth1Signer } from './oauth1-signer.ts';

/** Below this, a difference of clocks is not why PAM refused: the usual window of timestamps is minutes. */
const tolerableSkewMs = 30_000;

/** An answer's `Date` further off than a day is broken rather than skewed. */
const largestSkewMs = 24 * 3_600_000;

/**
 * Signs every attempt anew. A refusal by a server whose `Date` differs from our time by more than 30 s shifts
 * the timestamps by that difference from then on.
 */
export function createOAuth1Authorizer(keys: OAuth1Settings, clock: Clock): Authorizer {
  const sign = createOAuth1Signer(keys);
  let offsetMs = 0;
  return {
    async authorize(method, url) {
      const timestamp = Math.floor((clock.now().getTime() + offsetMs) / 1000);
      return { header: sign({ method, url, timestamp }) };
    },
    refused(_authorization, skewMs) {
      if (skewMs === undefined || Math.abs(skewMs) > largestSkewMs) return false;
      if (Math.abs(skewMs - offsetMs) <= tolerableSkewMs) return false;
      offsetMs = skewMs;
      return true;
    },
    close() {},
  };
}
