import type { PamSignal } from '../core/pam-fault.ts';

/**
 * The un-numbered refusals of the vendor pages (and `invalid_client`, the OAuth 2.0 name of the second), in
 * the order in which they are looked for. The status is not asked: "not authorized" comes with HTTP 500.
 */
const signalByText: ReadonlyMap<string, PamSignal> = new Map([
  ['you are not authorized to access this resource', 'notAuthorized'],
  ['client authentication failed', 'clientAuthenticationFailed'],
  ['invalid_client', 'clientAuthenticationFailed'],
  ['invalid signature', 'invalidSignature'],
  ['no route matched with those values', 'noRouteMatched'],
  ['resource sub not found', 'resourceNotFound'],
  ['request timed out', 'requestTimedOut'],
]);

const serverFaults: ReadonlySet<string> = new Set(['unexpected error', 'internal server error']);

/** The documented refusal among the given texts, `undefined` where none is one. */
export function signalOfTexts(texts: readonly string[]): PamSignal | undefined {
  for (const one of texts) {
    const signal = signalByText.get(normalise(one));
    if (signal !== undefined) return signal;
  }
  return undefined;
}

/** Whether one of the texts is PAM's own server fault. */
export function saysServerFault(texts: readonly string[]): boolean {
  return texts.some((one) => serverFaults.has(normalise(one)));
}

/** Pages print the same text with and without a final period, an "Error:" in front, and in other cases. */
function normalise(message: string): string {
  return message
    .slice(0, 200)
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^error: ?/, '')
    .replace(/[.!]+$/, '');
}
