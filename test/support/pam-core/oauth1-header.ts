import { randomBytes } from 'node:crypto';
import type { OAuth1Keys } from './authorizations.ts';
import {
  type Parameter,
  percentEncode,
  type SignedRequest,
  signatureBaseString,
  signatureOf,
} from './oauth1-signature.ts';

/**
 * The Authorization header of an OAuth 1.0a client, for raw calls. `changed` replaces parameters before
 * signing; undefined leaves one out.
 */
export function oauth1Header(
  request: Omit<SignedRequest, 'oauth'>,
  keys: OAuth1Keys,
  now: Date,
  changed: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    oauth_consumer_key: keys.consumerKey,
    oauth_token: keys.tokenKey,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(now.getTime() / 1000)),
    oauth_nonce: randomBytes(12).toString('hex'),
    oauth_version: '1.0',
    ...changed,
  };
  const oauth = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const hash = all.oauth_signature_method === 'HMAC-SHA256' ? 'sha256' : 'sha1';
  const signature = signatureOf(
    signatureBaseString({ ...request, oauth }),
    hash,
    keys.consumerSecret,
    keys.tokenSecret,
  );
  const sent: Parameter[] = [...oauth, ['oauth_signature', signature]];
  return `OAuth ${sent.map(([name, value]) => `${name}="${percentEncode(value)}"`).join(', ')}`;
}
