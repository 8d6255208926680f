import { timingSafeEqual } from 'node:crypto';
import type { Authorization } from './authorizations.ts';
import {
  authorizationParameters,
  type SignedRequest,
  signatureBaseString,
  signatureOf,
} from './oauth1-signature.ts';
import type { Switches } from './switches.ts';

export type Verdict =
  | { readonly authorization: Authorization; readonly refusal?: never }
  /** `refusal` is for the journal of the tests; the client only ever sees "Invalid signature". */
  | { readonly authorization: Authorization | undefined; readonly refusal: string };

const hashes = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' } as const;
type Method = keyof typeof hashes;

const once = ['oauth_consumer_key', 'oauth_token', 'oauth_signature_method', 'oauth_signature'] as const;

/** Verifies OAuth 1.0a (RFC 5849) from the Authorization header alone, and remembers used nonces. */
export class OAuth1Verifier {
  readonly #usedNonces = new Map<string, number>();

  /**
   * `header` is the Authorization header; `request.oauth` is taken from it and may be empty.
   * `now` is compared with `oauth_timestamp` (seconds since 1970).
   */
  verify(
    header: string,
    request: Omit<SignedRequest, 'oauth'>,
    authorizations: readonly Authorization[],
    switches: Switches,
    now: Date,
  ): Verdict {
    const refuse = (refusal: string, authorization?: Authorization): Verdict => ({ authorization, refusal });
    const parameters = authorizationParameters(header);
    if (parameters === undefined) return refuse('malformed header');
    const names = parameters.map(([name]) => name);
    if (new Set(names).size !== names.length) return refuse('repeated parameter');
    const sent = new Map(parameters);
    for (const name of ['oauth_consumer_secret', 'oauth_token_secret']) {
      if (sent.has(name)) return refuse('secret sent');
    }
    const missing = [...once, 'oauth_timestamp', 'oauth_nonce'].find((name) => (sent.get(name) ?? '') === '');
    if (missing !== undefined) return refuse(`${missing} missing`);
    if ((sent.get('oauth_version') ?? '1.0') !== '1.0') return refuse('wrong oauth_version');

    const method = sent.get('oauth_signature_method') as Method;
    if (!switches.oauth1Methods.includes(method)) return refuse('signature method refused');
    const authorization = authorizations.find(
      ({ oauth1 }) =>
        oauth1?.consumerKey === sent.get('oauth_consumer_key') &&
        oauth1?.tokenKey === sent.get('oauth_token'),
    );
    const keys = authorization?.oauth1;
    if (authorization === undefined || keys === undefined) return refuse('unknown consumer key or token');

    const oauth = parameters.filter(([name]) => name !== 'realm' && name !== 'oauth_signature');
    const baseString = signatureBaseString({ ...request, oauth });
    const expected = signatureOf(baseString, hashes[method], keys.consumerSecret, keys.tokenSecret);
    if (!sameText(expected, sent.get('oauth_signature') ?? ''))
      return refuse('wrong signature', authorization);

    const timestamp = sent.get('oauth_timestamp') ?? '';
    const seconds = Math.floor(now.getTime() / 1000);
    if (!/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) - seconds) > switches.oauth1WindowSeconds) {
      return refuse('timestamp outside the window', authorization);
    }
    const nonce = [keys.consumerKey, keys.tokenKey, timestamp, sent.get('oauth_nonce')].join('\n');
    if (this.#isUsed(nonce, Number(timestamp), seconds - switches.oauth1WindowSeconds)) {
      return refuse('nonce replayed', authorization);
    }
    return { authorization };
  }

  #isUsed(nonce: string, timestamp: number, oldest: number): boolean {
    for (const [known, time] of this.#usedNonces) if (time < oldest) this.#usedNonces.delete(known);
    if (this.#usedNonces.has(nonce)) return true;
    this.#usedNonces.set(nonce, timestamp);
    return false;
  }
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
