import { beforeEach, describe, expect, it } from 'vitest';
import type { PamSshKey, PamSshKeySpec } from '../../src/api/pam-ssh-key.gen.ts';
import { type KeyPairProblem, type ReadKeyPair, readMaterial } from '../../src/controller/read-material.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { credential, fromSecret } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';

const installKey = { id: '01234567', bytes: Buffer.alloc(32, 7) };
let kubernetes: InMemoryKubernetes;

const noKeyPair: ReadKeyPair = () => Promise.reject(new Error('no key pair is read'));

function read(resource: Parameters<typeof manage>[0], readKeyPair = noKeyPair) {
  return readMaterial(manage(resource), installKey, kubernetes, readKeyPair);
}

/** An SSH key whose parts come from the Secret `orders`. */
function sshKey(spec: Partial<PamSshKeySpec>): PamSshKey {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamSshKey',
    metadata: credential().metadata,
    spec: { device: { hostname: 'db1', ip: '10.0.0.1' }, ...spec },
  };
}

const ref = (key: string, name = 'orders') => ({ secretRef: { name, key } });

beforeEach(() => {
  kubernetes = new InMemoryKubernetes();
});

describe('readMaterial of a credential', () => {
  it('reads each Secret once, and tells value, version and digest of each field', async () => {
    kubernetes.secret('shop/orders', { password: 'one', pin: 'two', seed: 'three' });
    const material = await read(
      credential({
        content: fromSecret,
        additionalSettings: {
          totpSecretRef: { name: 'orders', key: 'seed' },
          authenticationFields: [
            { name: 'Pin', shortName: 'pin', valueFrom: ref('pin') },
            { name: 'Plain', shortName: 'plain', value: 'no secret' },
          ],
        },
      }),
    );
    if ('failure' in material) throw new Error(material.failure.message);
    expect(material.content?.reveal()).toBe('one');
    expect(material.additional?.totp?.reveal()).toBe('three');
    expect([...(material.additional?.fields ?? [])].map(([name, text]) => [name, text.reveal()])).toEqual([
      ['pin', 'two'],
    ]);
    expect(material.fields.map(({ field }) => field)).toEqual([
      'content',
      'totp',
      'authenticationFields.pin',
    ]);
    expect(new Set(material.fields.map(({ digest }) => digest)).size).toBe(3);
    expect(material.fields[0]?.version.uid).toBe('uid of shop/orders');
    expect(kubernetes.secretReads).toEqual(['shop/orders']);
  });

  it('gives equal values of two resources different digests', async () => {
    kubernetes.secret('shop/orders', { password: 'one' });
    const digests: unknown[] = [];
    for (const name of ['orders', 'billing']) {
      const material = await read(credential({ content: fromSecret }, { name }));
      digests.push('fields' in material && material.fields[0]?.digest);
    }
    expect(new Set(digests).size).toBe(2);
  });

  it.each([
    { because: 'there is no Secret', data: undefined, reason: 'SecretNotFound' },
    { because: 'it may not be read', data: 'forbidden' as const, reason: 'SecretForbidden' },
    { because: 'it has no such key', data: { user: 'x' }, reason: 'SecretKeyNotFound' },
    {
      because: 'the value ends in a line break',
      data: { password: 'hunter2\n' },
      reason: 'SecretValueInvalid',
    },
    { because: 'the value is empty', data: { password: '' }, reason: 'SecretValueInvalid' },
  ])('says what is wrong without the value: $because', async ({ data, reason }) => {
    kubernetes.secret('shop/orders', data);
    const material = await read(credential({ content: fromSecret }));
    expect(material).toMatchObject({ failure: { reason } });
    expect(JSON.stringify(material)).toContain('shop/orders');
    expect(JSON.stringify(material)).not.toContain('hunter2');
  });

  it('takes a line break off where the spec says so', async () => {
    kubernetes.secret('shop/orders', { password: 'hunter2\n' });
    const material = await read(credential({ content: { ...fromSecret, trim: true } }));
    expect('content' in material && material.content?.reveal()).toBe('hunter2');
  });

  it('shows no value where it is printed', async () => {
    kubernetes.secret('shop/orders', { password: 'hunter2' });
    const material = await read(credential({ content: fromSecret }));
    expect(JSON.stringify(material)).not.toContain('hunter2');
  });
});

describe('readMaterial of an SSH key', () => {
  const PRIVATE = '-----BEGIN KEY-----\nx\n-----END KEY-----\n';

  it('hands every part to the reader of key pairs, and keeps the final line break of a file', async () => {
    kubernetes.secret('shop/orders', {
      id: PRIVATE,
      phrase: 'correct horse',
      'id.pub': 'ssh-ed25519 AAAA\n',
    });
    const asked: unknown[] = [];
    const spec = { privateKey: ref('id'), publicKey: ref('id.pub'), passphrase: ref('phrase') };
    const material = await read(sshKey(spec), async (input) => {
      asked.push(input);
      return { publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:x' };
    });
    expect(asked).toEqual([
      { privateKey: PRIVATE, passphrase: 'correct horse', publicKey: 'ssh-ed25519 AAAA\n' },
    ]);
    if ('failure' in material) throw new Error(material.failure.message);
    expect(material.keyPair).toMatchObject({ publicKey: 'ssh-ed25519 AAAA', fingerprint: 'SHA256:x' });
    expect(material.keyPair?.privateKey.reveal()).toBe(PRIVATE);
    expect(material.keyPair?.passphrase?.reveal()).toBe('correct horse');
    expect(material.fields.map(({ field }) => field).sort()).toEqual([
      'passphrase',
      'privateKey',
      'publicKey',
    ]);
  });

  it.each([
    'unreadable',
    'needsPassphrase',
    'wrongPassphrase',
    'mismatch',
    'tooSlow',
    'tooLarge',
    'publicUnreadable',
  ] satisfies KeyPairProblem[])('says what to do about a pair that is %s', async (problem) => {
    kubernetes.secret('shop/orders', { id: PRIVATE });
    const material = await read(sshKey({ privateKey: ref('id') }), async () => ({ problem }));
    expect(material).toMatchObject({ failure: { reason: 'KeyPairInvalid', retry: 'stalled' } });
    expect(JSON.stringify(material)).not.toContain('BEGIN KEY');
  });

  it('reads no pair where none is declared', async () => {
    expect(await read(sshKey({ id: '7' }))).toEqual({ fields: [] });
  });
});
