import { createHmac, randomBytes } from 'node:crypto';
import OAuth from 'oauth-1.0a';
import type { OAuth1Settings } from '../core/connection-settings.ts';

/** What is signed: the method, the address with its query, and form parameters where the body is a form. */
interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  /** Never a JSON body, which RFC 5849 leaves out of the signature. */
  readonly form?: URLSearchParams;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

/** Makes the `Authorization` header of one attempt; every call takes a new nonce. */
export type OAuth1Signer = (request: RequestToSign) => string;

/** The seven parameters of RFC 5849 that travel, in the order in which they are printed. */
const sentParameters = [
  'oauth_consumer_key',
  'oauth_token',
  'oauth_signature_method',
  'oauth_timestamp',
  'oauth_nonce',
  'oauth_version',
  'oauth_signature',
] as const;

const hashes = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' } as const;

/**
 * Signs by oauth-1.0a, around its faults: it falls back to PLAINTEXT (sends the secret), draws nonces from
 * `Math.random`, signs JSON bodies as forms, mangles queries, does not normalise addresses and writes into the
 * objects it is given. So it only ever sees a normalised address without a query and a fresh set of decoded
 * parameters, and the header is put together here.
 *
 * Throws a RangeError for another signature method and for a parameter name that the package would lose
 * (`__proto__`) or take for its own (`oauth_...`).
 */
export function createOAuth1Signer(
  keys: OAuth1Settings,
  nonce: () => string = () => randomBytes(16).toString('hex'),
): OAuth1Signer {
  const hash = Object.hasOwn(hashes, keys.signatureMethod) ? hashes[keys.signatureMethod] : undefined;
  if (hash === undefined) throw new RangeError('OAuth 1.0a signs with HMAC-SHA1 or HMAC-SHA256 only');

  // Lone surrogates cannot be percent-encoded; well-formed text makes PAM refuse the key instead.
  const token = { key: keys.tokenKey.toWellFormed(), secret: keys.tokenSecret.reveal().toWellFormed() };
  const oauth = new OAuth({
    consumer: { key: keys.consumerKey.toWellFormed(), secret: keys.consumerSecret.reveal().toWellFormed() },
    signature_method: keys.signatureMethod,
    hash_function: (baseString, key) => createHmac(hash, key).update(baseString).digest('base64'),
  });
  oauth.getNonce = nonce;

  return ({ method, url, form, timestamp }) => {
    oauth.getTimeStamp = () => timestamp;
    const signed: Readonly<Record<string, unknown>> = {
      ...oauth.authorize({ method, url: normalised(url), data: parametersOf(url, form) }, token),
    };
    const parameters = sentParameters.map((name) => `${name}="${oauth.percentEncode(String(signed[name]))}"`);
    return `OAuth ${parameters.join(', ')}`;
  };
}

/** RFC 5849 section 3.4.1.2: `URL` has lowered scheme and host and dropped a default port. */
function normalised(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function parametersOf(url: URL, form: URLSearchParams | undefined): Record<string, string[]> {
  const parameters: Record<string, string[]> = Object.create(null);
  for (const [name, value] of [...url.searchParams, ...(form ?? [])]) {
    if (name === '__proto__' || name.startsWith('oauth_')) {
      throw new RangeError('OAuth 1.0a cannot sign a parameter of this name');
    }
    parameters[name] ??= [];
    parameters[name].push(value);
  }
  return parameters;
}
