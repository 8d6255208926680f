import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import sshpk from 'sshpk';
import { describe, expect, it } from 'vitest';
import type { KeyPair } from '../../src/ssh/key-pair.ts';
import { type KeyPairInput, readKeyPair } from '../../src/ssh/key-pair-reader.ts';
import { withForeignHalf } from './crafted-keys.ts';
import { ecdsaKey, ed25519Key, lockedKey, otherKey, pairOf, passphrase, rsaKey } from './fixture-keys.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');
const cipher = { cipher: 'aes-256-cbc', passphrase };

/** The expected answer for a key of node:crypto, by way of its public half alone. */
function pairOfSpki(publicKey: typeof rsa.publicKey): KeyPair {
  const key = sshpk.parseKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'pkcs8');
  const [type = '', base64 = ''] = key.toString('ssh').split(' ');
  return { publicKey: `${type} ${base64}`, fingerprint: key.fingerprint('sha256').toString(), type };
}

describe('key pairs that are read', () => {
  const rows: { because: string; input: KeyPairInput; pair: KeyPair }[] = [
    { because: 'OpenSSH, ed25519', input: { privateKey: ed25519Key.privateKey }, pair: pairOf(ed25519Key) },
    { because: 'OpenSSH, ECDSA', input: { privateKey: ecdsaKey.privateKey }, pair: pairOf(ecdsaKey) },
    { because: 'OpenSSH, RSA', input: { privateKey: rsaKey.privateKey }, pair: pairOf(rsaKey) },
    {
      because: 'OpenSSH without a comment',
      input: { privateKey: otherKey.privateKey },
      pair: pairOf(otherKey),
    },
    {
      because: 'OpenSSH with a passphrase',
      input: { privateKey: lockedKey.privateKey, passphrase },
      pair: pairOf(lockedKey),
    },
    {
      because: 'a passphrase that is not needed',
      input: { privateKey: ed25519Key.privateKey, passphrase },
      pair: pairOf(ed25519Key),
    },
    { because: 'bytes', input: { privateKey: Buffer.from(ed25519Key.privateKey) }, pair: pairOf(ed25519Key) },
    {
      because: 'CRLF',
      input: { privateKey: ed25519Key.privateKey.replaceAll('\n', '\r\n') },
      pair: pairOf(ed25519Key),
    },
    {
      because: 'no final newline',
      input: { privateKey: ed25519Key.privateKey.trim() },
      pair: pairOf(ed25519Key),
    },
    {
      because: 'PKCS#1',
      input: { privateKey: rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string },
      pair: pairOfSpki(rsa.publicKey),
    },
    {
      because: 'PKCS#1, encrypted',
      input: {
        privateKey: rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher }) as string,
        passphrase,
      },
      pair: pairOfSpki(rsa.publicKey),
    },
    {
      because: 'SEC1',
      input: { privateKey: ec.privateKey.export({ type: 'sec1', format: 'pem' }) as string },
      pair: pairOfSpki(ec.publicKey),
    },
    {
      because: 'PKCS#8, RSA',
      input: { privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string },
      pair: pairOfSpki(rsa.publicKey),
    },
    {
      because: 'PKCS#8, EC',
      input: { privateKey: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string },
      pair: pairOfSpki(ec.publicKey),
    },
    {
      because: 'PKCS#8, ed25519',
      input: { privateKey: ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string },
      pair: pairOfSpki(ed.publicKey),
    },
    {
      because: 'PKCS#8, encrypted',
      input: {
        privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }) as string,
        passphrase,
      },
      pair: pairOfSpki(rsa.publicKey),
    },
    {
      because: 'the public half beside it, its comment kept',
      input: {
        privateKey: ed25519Key.privateKey,
        publicKey: `${ed25519Key.publicKey.split(' ').slice(0, 2).join(' ')} deploy key\n`,
      },
      pair: {
        ...pairOf(ed25519Key),
        publicKey: ed25519Key.publicKey.replace('ed25519@example', 'deploy key'),
      },
    },
    {
      because: 'the public half without a comment',
      input: {
        privateKey: ed25519Key.privateKey,
        publicKey: ed25519Key.publicKey.split(' ').slice(0, 2).join(' '),
      },
      pair: { ...pairOf(ed25519Key), publicKey: ed25519Key.publicKey.replace(' ed25519@example', '') },
    },
    {
      because: 'the public half as PEM',
      input: {
        privateKey: rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
        publicKey: rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string,
      },
      pair: pairOfSpki(rsa.publicKey),
    },
  ];
  it.each(rows)('$because', async ({ input, pair }) => {
    expect(await readKeyPair(input)).toEqual(pair);
  });
});

describe('key pairs that are refused', () => {
  const [header, ...lines] = ed25519Key.privateKey.split('\n');
  const rows: { because: string; input: KeyPairInput; problem: string }[] = [
    { because: 'nothing', input: { privateKey: '' }, problem: 'unreadable' },
    { because: 'a text', input: { privateKey: 'private-key' }, problem: 'unreadable' },
    {
      because: 'bytes that are no text',
      input: { privateKey: Buffer.from([0xff, 0xfe, 0, 1]) },
      problem: 'unreadable',
    },
    { because: 'a public key', input: { privateKey: ed25519Key.publicKey }, problem: 'unreadable' },
    {
      because: 'a certificate',
      input: { privateKey: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      problem: 'unreadable',
    },
    {
      because: 'armour around garbage',
      input: { privateKey: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----' },
      problem: 'unreadable',
    },
    {
      because: 'armour without an end',
      input: { privateKey: '-----BEGIN PRIVATE KEY-----\n' },
      problem: 'unreadable',
    },
    {
      because: 'cut off in the middle',
      input: { privateKey: [header, lines[0], lines.at(-2)].join('\n') },
      problem: 'unreadable',
    },
    {
      because: 'an algorithm that SSH does not sign with',
      input: {
        privateKey: generateKeyPairSync('x25519').privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }) as string,
      },
      problem: 'unreadable',
    },
    {
      because: 'no passphrase, OpenSSH',
      input: { privateKey: lockedKey.privateKey },
      problem: 'needsPassphrase',
    },
    {
      because: 'no passphrase, PKCS#8',
      input: { privateKey: rsa.privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }) as string },
      problem: 'needsPassphrase',
    },
    {
      because: 'no passphrase, PKCS#1',
      input: { privateKey: rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher }) as string },
      problem: 'needsPassphrase',
    },
    {
      because: 'another passphrase, OpenSSH',
      input: { privateKey: lockedKey.privateKey, passphrase: 'battery staple' },
      problem: 'wrongPassphrase',
    },
    {
      because: 'an empty passphrase',
      input: { privateKey: lockedKey.privateKey, passphrase: '' },
      problem: 'wrongPassphrase',
    },
    {
      because: "the passphrase of another key's half",
      input: { privateKey: lockedKey.privateKey, passphrase, publicKey: otherKey.publicKey },
      problem: 'mismatch',
    },
    {
      because: "another key's public half",
      input: { privateKey: ed25519Key.privateKey, publicKey: otherKey.publicKey },
      problem: 'mismatch',
    },
    {
      because: 'halves of two keys in one OpenSSH file',
      input: { privateKey: withForeignHalf() },
      problem: 'mismatch',
    },
    {
      because: 'no public key',
      input: { privateKey: ed25519Key.privateKey, publicKey: '' },
      problem: 'publicUnreadable',
    },
    {
      because: 'a public key that is a text',
      input: { privateKey: ed25519Key.privateKey, publicKey: 'public-key' },
      problem: 'publicUnreadable',
    },
    {
      because: 'a private key as public key',
      input: { privateKey: ed25519Key.privateKey, publicKey: ed25519Key.privateKey },
      problem: 'publicUnreadable',
    },
    {
      because: 'two public keys',
      input: {
        privateKey: ed25519Key.privateKey,
        publicKey: `${ed25519Key.publicKey}\n${otherKey.publicKey}`,
      },
      problem: 'publicUnreadable',
    },
    {
      because: 'more than 64 KiB',
      input: { privateKey: `${ed25519Key.privateKey}${' '.repeat(65_536)}` },
      problem: 'tooLarge',
    },
    {
      because: 'a public key of more than 64 KiB',
      input: { privateKey: ed25519Key.privateKey, publicKey: `${ed25519Key.publicKey}${'x'.repeat(65_536)}` },
      problem: 'tooLarge',
    },
  ];
  it.each(rows)('$because', async ({ input, problem }) => {
    expect(await readKeyPair(input)).toEqual({ problem });
  });

  it.each(['pkcs1', 'pkcs8'] as const)(
    'twenty wrong passphrases for %s leave the threads in order',
    async (type) => {
      const privateKey = rsa.privateKey.export({ type, format: 'pem', ...cipher }) as string;
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => readKeyPair({ privateKey, passphrase: `wrong ${index}` })),
      );
      for (const answer of answers) expect(answer).toEqual({ problem: 'wrongPassphrase' });
      expect(await readKeyPair({ privateKey, passphrase })).toEqual(pairOfSpki(rsa.publicKey));
    },
  );
});

it('an answer holds nothing of the private half', async () => {
  const answer = await readKeyPair({ privateKey: lockedKey.privateKey, passphrase });
  const printed = inspect(answer, { depth: 9, showHidden: true });
  for (const line of lockedKey.privateKey.trim().split('\n').slice(2, -1))
    expect(printed).not.toContain(line);
  expect(printed).not.toContain(passphrase);
});

it('forty keys at once are read', async () => {
  const keys = [ed25519Key, ecdsaKey, rsaKey, otherKey];
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      readKeyPair({ privateKey: (keys[index % 4] ?? rsaKey).privateKey }),
    ),
  );
  expect(answers).toEqual(answers.map((_, index) => pairOf(keys[index % 4] ?? rsaKey)));
});
