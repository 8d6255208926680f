/** What differs less harms nothing: tokens and signatures allow for minutes. Answers tell their time in whole seconds. */
const TOLERABLE_SECONDS = 30;

/** An answer's `Date` that is further off than a day is broken rather than skewed. */
const LARGEST_SECONDS = 86_400;

/**
 * `status.clockSkewSeconds`: PAM's clock minus ours, where it matters. A difference that moves by no more than the
 * tolerable stays as it was, so that the status is not written for it.
 *
 * | recorded | measured | → |
 * |---|---|---|
 * | · | not yet, or by more than a day | as recorded |
 * | · | within 30 s of what is recorded (0 where nothing is) | as recorded |
 * | · | further off, at most 30 s | absent |
 * | · | further off, more than 30 s | as measured |
 */
export function nextSkewSeconds(
  recorded: number | undefined,
  measuredMs: number | undefined,
): number | undefined {
  if (measuredMs === undefined) return recorded;
  const measured = Math.round(measuredMs / 1000);
  if (Math.abs(measured) > LARGEST_SECONDS) return recorded;
  if (Math.abs(measured - (recorded ?? 0)) <= TOLERABLE_SECONDS) return recorded;
  return Math.abs(measured) <= TOLERABLE_SECONDS ? undefined : measured;
}
