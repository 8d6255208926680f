/** Longest wait that a server may ask for: a `Retry-After: 86400` must not silence a connection for a day. */
const maxRetryAfterMs = 15 * 60_000;

/** IMF-fixdate of RFC 9110; the parser of `Date` alone takes "1.5" for a day in 2001. */
const httpDate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since the epoch of an HTTP date, `undefined` for everything else. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !httpDate.test(text.trim())) return undefined;
  const ms = Date.parse(text.trim());
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * `Retry-After` in milliseconds, 0 to 15 min; `undefined` when it is absent or neither seconds nor a date.
 * A date is compared with the server's own `Date` where it sent one, so that clock skew does not matter.
 */
export function parseRetryAfter(
  text: string | undefined,
  serverDate: string | undefined,
  now: Date,
): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim();
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value) * 1000, maxRetryAfterMs);
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  const from = parseHttpDate(serverDate) ?? now.getTime();
  return Math.min(Math.max(until - from, 0), maxRetryAfterMs);
}
