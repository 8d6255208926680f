import { createHmac } from 'node:crypto';

/** Decoded parameters, `oauth_signature` left out; repeated names are repeated pairs. */
export type Pairs = readonly (readonly [string, string])[];

function encode(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/**
 * RFC 5849 section 3.4 once more, written from its text for the tests alone: no package, no `URL`. `baseUri` is
 * already normalised.
 */
export function referenceBaseString(method: string, baseUri: string, pairs: Pairs): string {
  const normalised = pairs
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return [method.toUpperCase(), baseUri, normalised].map(encode).join('&');
}

export function referenceSignature(
  hash: 'sha1' | 'sha256',
  baseString: string,
  consumerSecret: string,
  tokenSecret: string,
): string {
  const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`;
  return createHmac(hash, key).update(baseString).digest('base64');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
