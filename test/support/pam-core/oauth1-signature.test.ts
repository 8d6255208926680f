import { describe, expect, it } from 'vitest';
import { type SignedRequest, signatureBaseString, signatureOf } from './oauth1-signature.ts';

/** The request of RFC 5849 3.4.1, whose secrets are those of its errata. */
const rfcRequest: SignedRequest = {
  method: 'post',
  scheme: 'http',
  host: 'EXAMPLE.COM:80',
  target: '/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b',
  oauth: [
    ['oauth_consumer_key', '9djdj82h48djs9d2'],
    ['oauth_token', 'kkk9d7dh3k39sjv7'],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', '137131201'],
    ['oauth_nonce', '7d8f3e4a'],
  ],
  form: [
    ['c2', ''],
    ['a3', '2 q'],
  ],
};
const rfcSecrets = ['j49sk3j29djd', 'dh893hdasih9'] as const;

const photos = {
  method: 'GET',
  scheme: 'http',
  host: 'photos.example.net',
  target: '/photos?file=vacation.jpg&size=original',
  form: [],
} as const;
const photoSecrets = ['kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'] as const;
const photoKeys = [
  ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
  ['oauth_token', 'nnch734d00sl2jdk'],
  ['oauth_signature_method', 'HMAC-SHA1'],
] as const;

describe('signatureBaseString', () => {
  it('is the text printed in RFC 5849 3.4.1.1', () => {
    expect(signatureBaseString(rfcRequest)).toBe(
      [
        'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D',
        '%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a',
        '%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
      ].join(''),
    );
  });

  it.each([
    { because: 'https drops 443', scheme: 'https', host: 'Example.COM:443', uri: 'https://example.com/' },
    { because: 'https keeps 80', scheme: 'https', host: 'example.com:80', uri: 'https://example.com:80/' },
    { because: 'http keeps 443', scheme: 'http', host: 'example.com:443', uri: 'http://example.com:443/' },
    { because: 'http keeps 8080', scheme: 'http', host: 'example.com:8080', uri: 'http://example.com:8080/' },
  ] as const)('normalises the URL: $because', ({ scheme, host, uri }) => {
    const text = signatureBaseString({ method: 'GET', scheme, host, target: '', oauth: [], form: [] });
    expect(text.split('&')[1]).toBe(encodeURIComponent(uri));
  });
});

describe('signatureOf', () => {
  it.each([
    {
      because: 'RFC 5849 3.4.1, signature as corrected by its errata',
      request: rfcRequest,
      hash: 'sha1',
      secrets: rfcSecrets,
      signature: 'r6/TJjbCOr97/+UU0NsvSne7s5g=',
    },
    {
      because: 'the same request with HMAC-SHA256, as published with Faithlife.OAuth',
      request: {
        ...rfcRequest,
        oauth: rfcRequest.oauth.map(([name, value]) => [name, value.replace('SHA1', 'SHA256')] as const),
      },
      hash: 'sha256',
      secrets: rfcSecrets,
      signature: 'ypAxjNip++Dm0fTM+gCl8wAo6ufSnseu1WHxL7py3BU=',
    },
    {
      because: 'RFC 5849 1.2, the photo',
      request: {
        ...photos,
        oauth: [...photoKeys, ['oauth_timestamp', '137131202'], ['oauth_nonce', 'chapoH']],
      },
      hash: 'sha1',
      secrets: photoSecrets,
      signature: 'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    },
    {
      because: 'OAuth Core 1.0 appendix A.5, with oauth_version',
      request: {
        ...photos,
        oauth: [
          ...photoKeys,
          ['oauth_timestamp', '1191242096'],
          ['oauth_nonce', 'kllo9940pd9333jh'],
          ['oauth_version', '1.0'],
        ],
      },
      hash: 'sha1',
      secrets: photoSecrets,
      signature: 'tR3+Ty81lMeYAr/Fid0kMTYa/WM=',
    },
  ] as const)('$because', ({ request, hash, secrets: [consumer, token], signature }) => {
    expect(signatureOf(signatureBaseString(request), hash, consumer, token)).toBe(signature);
  });
});
