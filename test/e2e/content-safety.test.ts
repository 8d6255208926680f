import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withRounds } from '../ssh/crafted-keys.ts';
import { passphrase } from '../ssh/fixture-keys.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { probeCredentials } from './credential-probe.ts';
import { credential, type Stage, secret, sshKey, startStage } from './stage.ts';

/** What reaches PAM as a password or a key, when, and how often: counted in the simulator's journal. */
let stage: Stage;
const { posts, pushes, inPam, ready, inSync, baseline } = probeCredentials(() => stage);
const lists = () => stage.pam.journal.calls({ template: 'C1' }).length;

beforeAll(async () => {
  stage = await startStage({ args: ['--baseline-delay-seconds', '1'] });
});
afterAll(() => stage?.stop());

/** What must not happen needs a while to be believed. */
const aWhile = (ms = 1500) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the baseline', () => {
  it('of 20 records that are written together comes from a list or two, in one write each', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `many-${at}`);
    const before = lists();
    await stage.apply(
      ...names.flatMap((name) => [secret(name, { password: `one-${name}` }), credential(name)]),
    );
    for (const name of names) await baseline(name);
    expect(lists() - before).toBeLessThanOrEqual(4);
    const versions = await Promise.all(names.map(async (name) => (await stage.credential(name)).metadata));
    await aWhile();
    const later = await Promise.all(names.map(async (name) => (await stage.credential(name)).metadata));
    expect(later).toEqual(versions);
    expect(names.map(pushes)).toEqual(names.map(() => 1));
  });
});

it('a record that the list hides costs no list after list', async () => {
  stage.pam.switches.disabledListed = false;
  await inSync('hidden', { enabled: false });
  await aWhile(2500);
  const before = lists();
  await aWhile(3000);
  expect(lists()).toBe(before);
  stage.pam.switches.disabledListed = true;
});

describe('D22 a value that cannot be a password', () => {
  const rows = [
    { name: 'newline', because: 'a final newline', value: 'secret\n', says: 'ends with a newline' },
    { name: 'crlf', because: 'a final CRLF', value: 'secret\r\n', says: 'spec.content.trim: true' },
    { name: 'empty', because: 'an empty value', value: '', says: 'is empty' },
    { name: 'long', because: '257 characters', value: 'ä'.repeat(257), says: 'longer than 256 characters' },
    { name: 'binary', because: 'bytes that are no UTF-8', value: Buffer.from([0xff, 0xfe]), says: 'UTF-8' },
  ];
  it.each(rows)('is refused before any call: $because', async ({ name, value, says }) => {
    const { metadata } = secret(name, {}) as { metadata: object };
    const data = { password: Buffer.from(value).toString('base64') };
    await stage.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data }, credential(name));
    await stage.reason('pamcredential', name, 'SecretValueInvalid');
    const message = (await ready(name))?.message ?? '';
    expect(message).toContain(says);
    expect(message).toContain(`Secret team-a/${name}`);
    expect(posts(name)).toHaveLength(0);
  });

  it('is taken where `trim` allows its newline, or where it has 256 characters', async () => {
    const content = { secretRef: { name: 'trimmed', key: 'password' }, trim: true };
    await stage.apply(secret('trimmed', { password: 'secret\n' }), credential('trimmed', { content }));
    await stage.apply(secret('longest', { password: 'ä'.repeat(256) }), credential('longest'));
    await stage.reason('pamcredential', 'trimmed', 'Synced');
    await stage.reason('pamcredential', 'longest', 'Synced');
    expect(inPam('trimmed')?.content).toBe('secret');
  });
});

it('a hostile key file stops nothing else', async () => {
  const hostile = withRounds(50_000_000);
  await stage.apply(
    ...['hostile-1', 'hostile-2', 'hostile-3'].flatMap((name) => [
      secret(name, { 'ssh-privatekey': hostile, passphrase }),
      sshKey(name, { passphrase: { secretRef: { name, key: 'passphrase' } } }),
    ]),
  );
  const startedAt = Date.now();
  await inSync('beside');
  expect(Date.now() - startedAt).toBeLessThan(5000);
  for (const name of ['hostile-1', 'hostile-2', 'hostile-3'])
    await stage.reason('pamsshkey', name, 'KeyPairInvalid');
  const { privateKey } = aKeyPair();
  await stage.apply(secret('sound', { 'ssh-privatekey': privateKey }), sshKey('sound'));
  await stage.reason('pamsshkey', 'sound', 'Synced');
});
