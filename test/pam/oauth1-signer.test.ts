import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OAuth1Settings } from '../../src/core/connection-settings.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { createOAuth1Signer } from '../../src/pam/oauth1-signer.ts';
import { type Pairs, referenceBaseString, referenceSignature } from './oauth1-reference.ts';

function keys(more: Partial<OAuth1Settings> = {}): OAuth1Settings {
  return {
    type: 'oauth1',
    consumerKey: 'dpf43f3p2l4k3l03',
    consumerSecret: new SecretText('kd94hf93k423kf44'),
    tokenKey: 'nnch734d00sl2jdk',
    tokenSecret: new SecretText('pfkkdhi9sl3r4s00'),
    signatureMethod: 'HMAC-SHA1',
    ...more,
  };
}

/** The parameters of an `Authorization` header, decoded. */
function parametersOf(header: string): Map<string, string> {
  expect(header).toMatch(/^OAuth (oauth_[a-z_]+="[A-Za-z0-9\-._~%]*"(, |$))+$/);
  const pairs = [...header.matchAll(/(oauth_[a-z_]+)="([^"]*)"/g)];
  return new Map(pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]));
}

describe('the reference of these tests', () => {
  it('makes the base string of RFC 5849 section 3.4.1.1', () => {
    const pairs: Pairs = [
      ['b5', '=%3D'],
      ['a3', 'a'],
      ['c@', ''],
      ['a2', 'r b'],
      ['c2', ''],
      ['a3', '2 q'],
      ['oauth_consumer_key', '9djdj82h48djs9d2'],
      ['oauth_token', 'kkk9d7dh3k39sjv7'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131201'],
      ['oauth_nonce', '7d8f3e4a'],
    ];
    expect(referenceBaseString('post', 'http://example.com/request', pairs)).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26' +
        'c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26' +
        'oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    );
  });

  it('makes the signature of RFC 5849 section 1.2', () => {
    const base = referenceBaseString('GET', 'http://photos.example.net/photos', [
      ['file', 'vacation.jpg'],
      ['size', 'original'],
      ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
      ['oauth_token', 'nnch734d00sl2jdk'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '137131202'],
      ['oauth_nonce', 'chapoH'],
    ]);
    expect(referenceSignature('sha1', base, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00')).toBe(
      'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    );
  });
});

describe('published vectors', () => {
  it('OAuth Core 1.0 appendix A.5', () => {
    const sign = createOAuth1Signer(keys(), () => 'kllo9940pd9333jh');
    const url = new URL('http://photos.example.net/photos?file=vacation.jpg&size=original');
    const header = sign({ method: 'GET', url, timestamp: 1191242096 });
    expect(header).toBe(
      'OAuth oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", ' +
        'oauth_signature_method="HMAC-SHA1", oauth_timestamp="1191242096", oauth_nonce="kllo9940pd9333jh", ' +
        'oauth_version="1.0", oauth_signature="tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"',
    );
  });

  it('a form body, as Twitter documented it', () => {
    const sign = createOAuth1Signer(
      keys({
        consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
        consumerSecret: new SecretText('kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw'),
        tokenKey: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
        tokenSecret: new SecretText('LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE'),
      }),
      () => 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
    );
    const header = sign({
      method: 'POST',
      url: new URL('https://api.twitter.com/1/statuses/update.json?include_entities=true'),
      form: new URLSearchParams({ status: 'Hello Ladies + Gentlemen, a signed OAuth request!' }),
      timestamp: 1318622958,
    });
    expect(parametersOf(header).get('oauth_signature')).toBe('tnnArxj06cWHq44gCs1OSKk/jLY=');
  });
});

/** What oauth-1.0a 2.2.6 does wrong when it is given these as they are. */
describe('faults of the package that never reach PAM', () => {
  const rows: { because: string; url: string; baseUri: string; pairs: Pairs }[] = [
    {
      because: 'a value that ends in = keeps it',
      url: 'https://pam.example/x?cursor=abc==',
      baseUri: 'https://pam.example/x',
      pairs: [['cursor', 'abc==']],
    },
    {
      because: 'an encoded name is encoded once',
      url: 'https://pam.example/x?f%5B%5D=1',
      baseUri: 'https://pam.example/x',
      pairs: [['f[]', '1']],
    },
    {
      because: '+ is a space',
      url: 'https://pam.example/x?q=a+b',
      baseUri: 'https://pam.example/x',
      pairs: [['q', 'a b']],
    },
    {
      because: '%20 is a space',
      url: 'https://pam.example/x?q=a%20b',
      baseUri: 'https://pam.example/x',
      pairs: [['q', 'a b']],
    },
    {
      because: 'scheme and host in capitals, default port and fragment',
      url: 'HTTPS://Pam.EXAMPLE:443/x#frag',
      baseUri: 'https://pam.example/x',
      pairs: [],
    },
    {
      because: 'another port stays',
      url: 'https://pam.example:8443/x',
      baseUri: 'https://pam.example:8443/x',
      pairs: [],
    },
    {
      because: 'a name that the prototype has',
      url: 'https://pam.example/x?constructor=1&toString=2',
      baseUri: 'https://pam.example/x',
      pairs: [
        ['constructor', '1'],
        ['toString', '2'],
      ],
    },
    {
      because: 'a broken escape does not throw',
      url: 'https://pam.example/x?x=%zz',
      baseUri: 'https://pam.example/x',
      pairs: [['x', '%zz']],
    },
    {
      because: 'a repeated name',
      url: 'https://pam.example/x?a=2&a=1&a=10',
      baseUri: 'https://pam.example/x',
      pairs: [
        ['a', '2'],
        ['a', '1'],
        ['a', '10'],
      ],
    },
    {
      because: 'a name without a value',
      url: 'https://pam.example/x?a',
      baseUri: 'https://pam.example/x',
      pairs: [['a', '']],
    },
  ];
  it.each(rows)('$because', ({ url, baseUri, pairs }) => {
    const sign = createOAuth1Signer(keys(), () => 'n');
    const sent = parametersOf(sign({ method: 'GET', url: new URL(url), timestamp: 1 }));
    const signature = sent.get('oauth_signature');
    sent.delete('oauth_signature');
    const base = referenceBaseString('GET', baseUri, [...pairs, ...sent]);
    expect(signature).toBe(referenceSignature('sha1', base, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'));
  });

  it('PLAINTEXT, which sends the secret, is refused', () => {
    const signatureMethod = 'PLAINTEXT' as OAuth1Settings['signatureMethod'];
    expect(() => createOAuth1Signer(keys({ signatureMethod }))).toThrow(RangeError);
    expect(() =>
      createOAuth1Signer(
        keys({ signatureMethod: undefined as unknown as OAuth1Settings['signatureMethod'] }),
      ),
    ).toThrow(RangeError);
    expect(() =>
      createOAuth1Signer(keys({ signatureMethod: 'toString' as OAuth1Settings['signatureMethod'] })),
    ).toThrow(RangeError);
  });

  it.each(['__proto__', 'oauth_token', 'oauth_nonce'])('a parameter named %s is refused', (name) => {
    const sign = createOAuth1Signer(keys());
    const url = new URL(`https://pam.example/x?${name}=1`);
    expect(() => sign({ method: 'GET', url, timestamp: 1 })).toThrow(RangeError);
  });

  it('the given form is not written into', () => {
    const form = new URLSearchParams({ b: '2' });
    createOAuth1Signer(keys())({
      method: 'POST',
      url: new URL('https://pam.example/x?a=1'),
      form,
      timestamp: 1,
    });
    expect(form.toString()).toBe('b=2');
  });

  it('every nonce is new and has 128 bits', () => {
    const sign = createOAuth1Signer(keys());
    const url = new URL('https://pam.example/x');
    const nonces = Array.from({ length: 200 }, () =>
      parametersOf(sign({ method: 'GET', url, timestamp: 1 })).get('oauth_nonce'),
    );
    expect(new Set(nonces).size).toBe(200);
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });

  it('a key with quotes, line breaks or lone surrogates makes one safe header', () => {
    const sign = createOAuth1Signer(keys({ consumerKey: 'a"b\r\nX-Injected: 1', tokenKey: '\ud800' }));
    const sent = parametersOf(sign({ method: 'GET', url: new URL('https://pam.example/x'), timestamp: 1 }));
    expect(sent.get('oauth_consumer_key')).toBe('a"b\r\nX-Injected: 1');
  });

  it('the secrets are not in the header', () => {
    const header = createOAuth1Signer(keys())({
      method: 'GET',
      url: new URL('https://pam.example/x'),
      timestamp: 1,
    });
    expect(header).not.toContain('kd94hf93k423kf44');
    expect(header).not.toContain('pfkkdhi9sl3r4s00');
  });
});

it('agrees with the reference for all requests', () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 12 });
  const names = texts.filter((name) => name !== '__proto__' && !name.startsWith('oauth_'));
  const pairsOf = fc.array(fc.tuple(names, texts), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
      fc.constantFrom<OAuth1Settings['signatureMethod']>('HMAC-SHA1', 'HMAC-SHA256'),
      fc.array(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), { maxLength: 4 }),
      pairsOf,
      pairsOf,
      fc.tuple(texts, texts, texts, texts),
      fc.integer({ min: 0, max: 2 ** 33 }),
      (
        method,
        signatureMethod,
        segments,
        query,
        form,
        [consumerKey, consumerSecret, tokenKey, tokenSecret],
        timestamp,
      ) => {
        const baseUri = `https://pam.example/${segments.join('/')}`;
        const url = new URL(baseUri);
        for (const [name, value] of query) url.searchParams.append(name, value);
        const settings = keys({
          consumerKey,
          consumerSecret: new SecretText(consumerSecret),
          tokenKey,
          tokenSecret: new SecretText(tokenSecret),
          signatureMethod,
        });
        const sent = parametersOf(
          createOAuth1Signer(settings)({ method, url, form: new URLSearchParams(form), timestamp }),
        );
        const signature = sent.get('oauth_signature');
        sent.delete('oauth_signature');
        const base = referenceBaseString(method, baseUri, [...query, ...form, ...sent]);
        const hash = signatureMethod === 'HMAC-SHA1' ? 'sha1' : 'sha256';
        expect(signature).toBe(referenceSignature(hash, base, consumerSecret, tokenSecret));
        expect(sent.get('oauth_timestamp')).toBe(String(timestamp));
      },
    ),
    { numRuns: 500 },
  );
});
