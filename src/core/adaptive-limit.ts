/** How many calls may be in flight at the same time, as PAM Core's answers have taught. */
export interface AdaptiveLimit {
  readonly limit: number;
  /** Answers in time since the limit last changed. */
  readonly answers: number;
  /** Monotonic time of the last cut; calls that were sent before it tell of the same overload. */
  readonly cutAtMs: number;
}

/** What a call that ended says about load. */
export type LoadSign = 'answer' | 'overload' | 'none';

/** Answers that raise the limit by one (design 4.6). */
const ANSWERS_PER_STEP = 20;

export function fullLimit(max: number): AdaptiveLimit {
  return { limit: max, answers: 0, cutAtMs: Number.NEGATIVE_INFINITY };
}

/**
 * Additive increase, multiplicative decrease.
 *
 * | a call ended with | → |
 * |---|---|
 * | an answer | counted; the twentieth raises the limit by one, up to the maximum |
 * | overload (429, 503, timeout), sent after the last cut | half the limit, at least 1 |
 * | overload, sent before the last cut | nothing: eight timeouts of one moment are one overload, not eight |
 * | anything else | nothing |
 */
export function nextLimit(
  current: AdaptiveLimit,
  { sign, sentAtMs }: { readonly sign: LoadSign; readonly sentAtMs: number },
  max: number,
  nowMs: number,
): AdaptiveLimit {
  if (sign === 'overload') {
    if (sentAtMs < current.cutAtMs) return current;
    return { limit: Math.max(1, Math.floor(current.limit / 2)), answers: 0, cutAtMs: nowMs };
  }
  if (sign === 'none' || current.limit >= max) return current;
  const answers = current.answers + 1;
  if (answers < ANSWERS_PER_STEP) return { ...current, answers };
  return { ...current, limit: current.limit + 1, answers: 0 };
}
