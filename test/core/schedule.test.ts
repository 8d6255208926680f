import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Failure, problem } from '../../src/core/failure.ts';
import { disableDelayMs, type RetrySettings, retryDelayMs } from '../../src/core/schedule.ts';

const settings: RetrySettings = {
  backoffBaseSeconds: 1,
  backoffMaxSeconds: 300,
  disableRetryMaxSeconds: 60,
  stalledRetrySeconds: 3600,
  deviceRetrySeconds: 600,
  accessRetrySeconds: 3600,
  progressDeadlineSeconds: 600,
};
const timeout = problem('PamTimeout', 'x');
const limited = (retryAfterMs: number): Failure => ({
  ...problem('PamRateLimited', 'x'),
  fault: { operation: 'Upsert', signal: 'httpStatus', httpStatus: 429, retryAfterMs },
});
const ALMOST_ONE = 0.999_999;

describe('when a failed pass comes back', () => {
  const rows: {
    because: string;
    failure: Failure;
    attempt?: number;
    random?: number;
    ms: number | undefined;
  }[] = [
    { because: 'first: up to 1 s', failure: timeout, random: ALMOST_ONE, ms: 1000 },
    { because: 'full jitter', failure: timeout, attempt: 3, random: 0.5, ms: 2000 },
    { because: 'doubled each time', failure: timeout, attempt: 5, random: ALMOST_ONE, ms: 16_000 },
    { because: 'at most 5 min', failure: timeout, attempt: 10, random: ALMOST_ONE, ms: 300_000 },
    { because: 'however often', failure: timeout, attempt: 100_000, random: ALMOST_ONE, ms: 300_000 },
    { because: 'never at once', failure: timeout, random: 0, ms: 100 },
    {
      because: 'Retry-After is a minimum, with jitter on top',
      failure: limited(30_000),
      random: 0.5,
      ms: 30_500,
    },
    { because: 'Retry-After below the backoff changes nothing', failure: limited(100), random: 0.5, ms: 500 },
    {
      because: 'Retry-After holds for at most 15 min',
      failure: limited(9_000_000),
      random: 0.5,
      ms: 900_500,
    },
    { because: 'a gate backs off too', failure: problem('PamTlsFailed', 'x'), random: 0.5, ms: 500 },
    { because: 'a device: 10 min', failure: problem('DeviceNotFound', 'x'), random: 0.5, ms: 600_000 },
    { because: 'access: 1 h', failure: problem('AccessNotGranted', 'x'), random: 0.5, ms: 3_600_000 },
    {
      because: 'rights that an API server has not read yet: soon',
      failure: problem('SecretForbidden', 'x'),
      random: ALMOST_ONE,
      ms: 1000,
    },
    {
      because: 'rights that are really missing: as seldom as any backoff',
      failure: problem('SecretForbidden', 'x'),
      attempt: 20,
      random: ALMOST_ONE,
      ms: 300_000,
    },
    { because: 'a Secret: its own time', failure: problem('SecretNotFound', 'x'), random: 0.5, ms: 600_000 },
    {
      because: 'jitter of a tenth, downwards',
      failure: problem('SecretNotFound', 'x'),
      random: 0,
      ms: 540_000,
    },
    {
      because: 'stalled: a slow probe',
      failure: problem('PamValidationFailed', 'x'),
      random: 0.5,
      ms: 3_600_000,
    },
    { because: 'held: on release only', failure: problem('DeletionHeld', 'x'), ms: undefined },
    { because: 'nothing to try', failure: problem('Synced', 'x'), ms: undefined },
  ];
  it.each(rows)('$because', ({ failure, attempt = 1, random = 0.5, ms }) => {
    const delay = retryDelayMs(failure, attempt, settings, random);
    if (ms === undefined) expect(delay).toBeUndefined();
    else expect(Math.round((delay ?? Number.NaN) / 10) * 10).toBe(ms);
  });

  it('lies within its bounds for every attempt and draw', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), draw, (attempt, random) => {
        const limit = Math.min(300_000, 1000 * 2 ** Math.min(attempt - 1, 30));
        const backoff = retryDelayMs(timeout, attempt, settings, random) ?? Number.NaN;
        expect(backoff).toBeGreaterThanOrEqual(limit / 10);
        expect(backoff).toBeLessThanOrEqual(limit);
        const wait = retryDelayMs(problem('DeviceNotFound', 'x'), attempt, settings, random) ?? Number.NaN;
        expect(wait).toBeGreaterThanOrEqual(540_000);
        expect(wait).toBeLessThanOrEqual(660_000);
      }),
    );
  });
});

describe('when a pending disable comes back', () => {
  it.each([
    { because: 'its own maximum bounds the backoff', delayMs: 300_000, attempt: 20, ms: 60_000 },
    { because: 'it does not wait as long as its class', delayMs: 3_600_000, attempt: 1, ms: 1000 },
    { because: 'a class without a time of its own neither', delayMs: undefined, attempt: 3, ms: 4000 },
    { because: 'a shorter time of its class holds', delayMs: 200, attempt: 5, ms: 200 },
  ])('$because', ({ delayMs, attempt, ms }) => {
    expect(Math.round(disableDelayMs(delayMs, attempt, settings, ALMOST_ONE))).toBe(ms);
  });
});
