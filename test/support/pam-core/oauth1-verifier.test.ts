import { describe, expect, it } from 'vitest';
import { authorizationOf } from './authorizations.ts';
import { oauth1Header } from './oauth1-header.ts';
import type { SignedRequest } from './oauth1-signature.ts';
import { OAuth1Verifier } from './oauth1-verifier.ts';
import { type Switches, switchesOf } from './switches.ts';

const now = new Date('2026-03-04T05:06:07Z');
const seconds = Math.floor(now.getTime() / 1000);
const keys = { consumerKey: 'ck', consumerSecret: 'c&s', tokenKey: 'tk', tokenSecret: 't s' };
const known = authorizationOf({ label: 'one', oauth1: keys });
const request = {
  method: 'POST',
  scheme: 'https',
  host: 'pam.test',
  target: '/api/pam/credential?x=1',
  form: [],
} as const;

function verdict(
  header: string,
  changed: Partial<typeof request> | Partial<Record<keyof typeof request, string>> = {},
  overrides: Partial<Switches> = {},
  verifier: OAuth1Verifier = new OAuth1Verifier(),
) {
  const seen = { ...request, ...changed } as Omit<SignedRequest, 'oauth'>;
  return verifier.verify(header, seen, [known], switchesOf('4.0', overrides), now);
}

describe('OAuth1Verifier accepts', () => {
  it.each([
    { because: 'HMAC-SHA1', more: {} },
    { because: 'HMAC-SHA256', more: { oauth_signature_method: 'HMAC-SHA256' } },
    { because: 'no oauth_version', more: { oauth_version: undefined } },
    { because: 'a realm, which is not signed', more: {}, realm: 'PAM' },
    { because: 'an unknown oauth_ parameter that is signed', more: { oauth_body_hash: 'abc=' } },
    { because: 'the oldest allowed timestamp', more: { oauth_timestamp: String(seconds - 300) } },
    { because: 'the newest allowed timestamp', more: { oauth_timestamp: String(seconds + 300) } },
  ])('$because', ({ more, realm }) => {
    const header = oauth1Header(request, keys, now, more);
    const sent = realm === undefined ? header : header.replace('OAuth ', `OAuth realm="${realm}", `);
    expect(verdict(sent)).toEqual({ authorization: known });
  });

  it('the same nonce again with another timestamp', () => {
    const verifier = new OAuth1Verifier();
    for (const oauth_timestamp of [String(seconds), String(seconds + 1)]) {
      const header = oauth1Header(request, keys, now, { oauth_nonce: 'n', oauth_timestamp });
      expect(verdict(header, {}, {}, verifier).refusal).toBeUndefined();
    }
  });
});

describe('OAuth1Verifier refuses', () => {
  const good = (more: Record<string, string | undefined> = {}): string =>
    oauth1Header(request, keys, now, more);

  it.each([
    { because: 'another method', header: good(), changed: { method: 'PUT' }, refusal: 'wrong signature' },
    {
      because: 'another path',
      header: good(),
      changed: { target: '/iso/pam/credential?x=1' },
      refusal: 'wrong signature',
    },
    {
      because: 'another query value',
      header: good(),
      changed: { target: '/api/pam/credential?x=2' },
      refusal: 'wrong signature',
    },
    {
      because: 'a query parameter that was added',
      header: good(),
      changed: { target: '/api/pam/credential?x=1&y=' },
      refusal: 'wrong signature',
    },
    { because: 'another host', header: good(), changed: { host: 'evil.test' }, refusal: 'wrong signature' },
    { because: 'another scheme', header: good(), changed: { scheme: 'http' }, refusal: 'wrong signature' },
    {
      because: 'a wrong consumer secret',
      header: oauth1Header(request, { ...keys, consumerSecret: 'other' }, now),
      refusal: 'wrong signature',
    },
    {
      because: 'a wrong token secret',
      header: oauth1Header(request, { ...keys, tokenSecret: 'other' }, now),
      refusal: 'wrong signature',
    },
    {
      because: 'a shorter signature',
      header: good().replace(/(oauth_signature="[^"]{4})[^"]*/, '$1'),
      refusal: 'wrong signature',
    },
    {
      because: 'a nonce changed after signing',
      header: good({ oauth_nonce: 'a' }).replace('oauth_nonce="a"', 'oauth_nonce="b"'),
      refusal: 'wrong signature',
    },
    {
      because: 'another consumer key',
      header: oauth1Header(request, { ...keys, consumerKey: 'x' }, now),
      refusal: 'unknown consumer key or token',
    },
    {
      because: 'another token',
      header: oauth1Header(request, { ...keys, tokenKey: 'x' }, now),
      refusal: 'unknown consumer key or token',
    },
    {
      because: 'a timestamp just too old',
      header: good({ oauth_timestamp: String(seconds - 301) }),
      refusal: 'timestamp outside the window',
    },
    {
      because: 'a timestamp just too new',
      header: good({ oauth_timestamp: String(seconds + 301) }),
      refusal: 'timestamp outside the window',
    },
    {
      because: 'a timestamp in milliseconds',
      header: good({ oauth_timestamp: `${seconds}000` }),
      refusal: 'timestamp outside the window',
    },
    {
      because: 'a timestamp with a fraction',
      header: good({ oauth_timestamp: `${seconds}.5` }),
      refusal: 'timestamp outside the window',
    },
    {
      because: 'PLAINTEXT',
      header: good({ oauth_signature_method: 'PLAINTEXT' }),
      refusal: 'signature method refused',
    },
    {
      because: 'RSA-SHA1',
      header: good({ oauth_signature_method: 'RSA-SHA1' }),
      refusal: 'signature method refused',
    },
    {
      because: 'a prototype name as method',
      header: good({ oauth_signature_method: 'constructor' }),
      refusal: 'signature method refused',
    },
    { because: 'another version', header: good({ oauth_version: '2.0' }), refusal: 'wrong oauth_version' },
    { because: 'no nonce', header: good({ oauth_nonce: undefined }), refusal: 'oauth_nonce missing' },
    {
      because: 'no timestamp',
      header: good({ oauth_timestamp: undefined }),
      refusal: 'oauth_timestamp missing',
    },
    { because: 'no token', header: good({ oauth_token: undefined }), refusal: 'oauth_token missing' },
    {
      because: 'the consumer secret among the parameters',
      header: good({ oauth_consumer_secret: 'c&s' }),
      refusal: 'secret sent',
    },
    {
      because: 'the token secret among the parameters',
      header: good({ oauth_token_secret: 't s' }),
      refusal: 'secret sent',
    },
    { because: 'a parameter twice', header: `${good()}, oauth_nonce="again"`, refusal: 'repeated parameter' },
    { because: 'a value without quotes', header: 'OAuth oauth_token=tk', refusal: 'malformed header' },
  ])('$because', ({ header, changed, refusal }) => {
    expect(verdict(header, changed).refusal).toBe(refusal);
  });

  it('HMAC-SHA256 where only HMAC-SHA1 is known', () => {
    const header = good({ oauth_signature_method: 'HMAC-SHA256' });
    expect(verdict(header, {}, { oauth1Methods: ['HMAC-SHA1'] }).refusal).toBe('signature method refused');
  });

  it('a form field changed after signing', () => {
    const signed = { ...request, form: [['a', '1']] } as const;
    const header = oauth1Header(signed, keys, now);
    const verifier = new OAuth1Verifier();
    const seen = { ...signed, form: [['a', '2']] } as const;
    expect(verifier.verify(header, seen, [known], switchesOf('4.0'), now).refusal).toBe('wrong signature');
    expect(verifier.verify(header, signed, [known], switchesOf('4.0'), now).refusal).toBeUndefined();
  });

  it('the same request a second time', () => {
    const verifier = new OAuth1Verifier();
    const header = good();
    expect(verdict(header, {}, {}, verifier).refusal).toBeUndefined();
    expect(verdict(header, {}, {}, verifier).refusal).toBe('nonce replayed');
  });

  it('a replay of a request whose nonce was seen within the window, however many came since', () => {
    const verifier = new OAuth1Verifier();
    const first = good({ oauth_nonce: 'first' });
    verdict(first, {}, {}, verifier);
    for (let count = 0; count < 50; count += 1) verdict(good(), {}, {}, verifier);
    expect(verdict(first, {}, {}, verifier).refusal).toBe('nonce replayed');
  });
});
