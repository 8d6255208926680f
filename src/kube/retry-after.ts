/** A server that asks for more is probably mistaken, and the object should not wait for hours. */
const LONGEST_MS = 15 * 60_000;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date (RFC 9110 10.2.3).
 * @returns milliseconds from `now`, at most 15 minutes; `undefined` where the header is absent or makes no sense.
 */
export function readRetryAfter(header: string | string[] | undefined, now: Date): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  // Date.parse also takes "5" or "-1" for a year; an HTTP date begins with the name of a day.
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - now.getTime(), 0), LONGEST_MS);
}
