/** Numbers of {@link Backoff}; the defaults are client-go's for its reflector. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A pause this long between two failures counts as health: the next delay is the first again. */
  readonly resetAfterMs: number;
}

export const REFLECTOR_BACKOFF: BackoffOptions = { firstMs: 800, maxMs: 30_000, resetAfterMs: 120_000 };

/** Delays that double up to a limit, each stretched by up to its own length (jitter 1.0) so that clients part. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #nextMs: number;
  #lastMs: number | undefined;

  constructor(options: BackoffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
    this.#nextMs = options.firstMs;
  }

  /** The delay before the next try, in milliseconds, at the monotonic time `nowMs`. */
  next(nowMs: number): number {
    const { firstMs, maxMs, resetAfterMs } = this.#options;
    if (this.#lastMs !== undefined && nowMs - this.#lastMs > resetAfterMs) this.#nextMs = firstMs;
    const delay = this.#nextMs;
    this.#lastMs = nowMs;
    this.#nextMs = Math.min(delay * 2, maxMs);
    return Math.round(delay * (1 + this.#random()));
  }
}
