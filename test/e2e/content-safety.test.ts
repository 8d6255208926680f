import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { withRounds } from '../ssh/crafted-keys.ts';
import { passphrase } from '../ssh/fixture-keys.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import {
  credential,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  type Stage,
  secret,
  sshKey,
  startStage,
} from './stage.ts';

/** What reaches PAM as a password or a key, when, and how often: counted in the simulator's journal. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    connection: { timeouts: { requestSeconds: 2 } },
    args: ['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1'],
  });
});
afterAll(() => stage?.stop());
afterEach(() => stage.pam.faults.clear());

const identifier = (name: string) => `test_team-a_${name}`;
const posts = (name: string) => stage.pam.journal.calls({ template: 'C4', identifier: identifier(name) });
const pushes = (name: string) => posts(name).filter(({ body }) => 'content' in body).length;
const inPam = (name: string) => stage.pam.store.credential(identifier(name));
const lists = () => stage.pam.journal.calls({ template: 'C1' }).length;
const readyOf = async (name: string) =>
  (await stage.credential(name)).status?.conditions?.find(({ type }) => type === 'Ready');

async function baseline(name: string): Promise<void> {
  await stage.eventually(
    () => stage.credential(name),
    ({ status }) => status?.content?.change !== undefined,
    `baseline of ${name}`,
  );
}

async function inSync(name: string, spec: object = {}): Promise<void> {
  await stage.apply(secret(name, { password: `one-${name}` }), credential(name, spec));
  await stage.reason('pamcredential', name, 'Synced');
}

function setSecret(name: string, password: string): Promise<void> {
  return stage.apply(secret(name, { password }));
}

function forceSync(name: string, value: string): Promise<void> {
  return stage.patch('pamcredential', name, {
    metadata: { annotations: { [FORCE_SYNC_ANNOTATION]: value } },
  });
}

function rotate(name: string): string | undefined {
  return stage.pam.store.rotate(inPam(name)?.id ?? '');
}

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

describe('an answer that never comes', () => {
  it('D9 timed out but applied: one POST, `Presumed`; a force-sync and the next change push', async () => {
    stage.pam.faults.add({
      kind: 'hang-after-commit',
      match: { path: 'C4', identifier: identifier('d9'), times: 1 },
    });
    await inSync('d9');
    expect(pushes('d9')).toBe(1);
    expect((await stage.credential('d9')).status?.content?.state).toBe('Presumed');
    expect((await readyOf('d9'))?.message).toContain('a force-sync pushes again');
    await forceSync('d9', 'once');
    await stage.eventually(
      () => stage.credential('d9'),
      ({ status }) => status?.lastHandledForceSync === 'once',
      'the force-sync',
    );
    expect(pushes('d9')).toBe(2);
  });

  it('D9 a 502 after PAM has applied a changed Secret: not sent again, and the next change is no rotation', async () => {
    await inSync('d9-502');
    await baseline('d9-502');
    stage.pam.faults.add({
      kind: 'bad-gateway-html-after-commit',
      match: { path: 'C4', identifier: identifier('d9-502'), times: 1 },
    });
    await setSecret('d9-502', 'two');
    await stage.eventually(
      () => stage.credential('d9-502'),
      ({ status }) => status?.content?.state === 'Presumed',
      'presumed',
    );
    expect(pushes('d9-502')).toBe(2);
    expect(inPam('d9-502')?.content).toBe('two');
    await setSecret('d9-502', 'three');
    await stage.reason('pamcredential', 'd9-502', 'Progressing');
    expect((await readyOf('d9-502'))?.message).toContain('waits a minute');
    expect(pushes('d9-502')).toBe(2);
  });

  it('D9 not applied: the same value is sent again, once', async () => {
    await inSync('d9-lost');
    stage.pam.faults.add({
      kind: 'hang-before-commit',
      match: { path: 'C4', identifier: identifier('d9-lost'), times: 1 },
    });
    await setSecret('d9-lost', 'two');
    await stage.eventually(
      () => stage.credential('d9-lost'),
      ({ status }) => status?.lastError?.reason === 'PamTimeout',
      'the timeout',
    );
    await stage.reason('pamcredential', 'd9-lost', 'Synced');
    expect(inPam('d9-lost')?.content).toBe('two');
    expect(pushes('d9-lost')).toBe(3);
  });
});

describe('D1 a record that PAM rotated', () => {
  let rotated: string | undefined;

  it('is kept from a changed Secret, and the resource says so with an event', async () => {
    await inSync('held', { enabled: true });
    await baseline('held');
    rotated = rotate('held');
    await setSecret('held', 'two');
    const { metadata } = await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    expect(await readyOf('held')).toMatchObject({ status: 'False' });
    expect((await readyOf('held'))?.message).toContain('the new value of the Secret is held back');
    const field = `--field-selector=regarding.name=held,reason=RotatedElsewhere`;
    await stage.eventually(
      () => stage.kubectl('get', 'events.events.k8s.io', '-n', NAMESPACE, field, '-o', 'name'),
      (names) => names.trim().split('\n').length === 1 && names.includes('event'),
      `one event of ${metadata.name}`,
    );
  });

  it('takes updates without content and toggles meanwhile, which do not end the hold', async () => {
    await stage.patch('pamcredential', 'held', { spec: { tags: ['edited'], enabled: false } });
    await stage.eventually(
      () => inPam('held'),
      (record) => record?.enabled === false && JSON.stringify(record.fields).includes('edited'),
      'the edit and the disable',
    );
    await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    await aWhile(2500);
    expect((await readyOf('held'))?.reason).toBe('RotatedElsewhere');
    expect(inPam('held')?.content).toBe(rotated);
    expect(pushes('held')).toBe(1);
  });

  it('is in sync again when the Secret is back at the pushed value', async () => {
    await setSecret('held', 'one-held');
    await stage.reason('pamcredential', 'held', 'Synced');
    expect(inPam('held')?.content).toBe(rotated);
    expect((await stage.credential('held')).status?.content?.state).toBe('Pushed');
  });

  it('takes the value of the Secret by a force-sync', async () => {
    await baseline('held');
    await aWhile(1000);
    rotate('held');
    await setSecret('held', 'three');
    await stage.reason('pamcredential', 'held', 'RotatedElsewhere');
    await forceSync('held', 'now');
    await stage.reason('pamcredential', 'held', 'Synced');
    expect(inPam('held')?.content).toBe('three');
  });

  it.each([
    {
      name: 'override',
      because: '`Override` pushes all the same',
      spec: { content: { secretRef: { name: 'override', key: 'password' }, push: 'Override' } },
      reason: 'Synced',
      value: 'two',
    },
    {
      name: 'once',
      because: '`Once` never pushes again',
      spec: { content: { secretRef: { name: 'once', key: 'password' }, push: 'Once' } },
      reason: 'Synced',
      value: undefined,
    },
    {
      name: 'automatic',
      because: 'a record that PAM rotates by itself is held without any rotation so far',
      spec: { executionSettings: { automaticChange: true, useOwnCredentialToConnect: true } },
      rotates: false,
      reason: 'RotatedElsewhere',
      value: 'one-automatic',
    },
  ])('$because', async ({ name, spec, rotates = true, reason, value }) => {
    await inSync(name, spec);
    await aWhile(1200);
    const expected = rotates ? rotate(name) : undefined;
    await setSecret(name, 'two');
    await aWhile();
    await stage.reason('pamcredential', name, reason);
    expect(inPam(name)?.content).toBe(value ?? expected);
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
    const message = (await readyOf(name))?.message ?? '';
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

describe('the install key', () => {
  const key = ['secret/pam-operator-install-key', '-n', OPERATOR_NAMESPACE];
  const patternOf = (id: string) => new RegExp(`^${id}:`);

  it('is lost: no secret is pushed, digests are made anew; what changed meanwhile is kept', async () => {
    await inSync('rekeyed');
    await inSync('rekeyed-changed');
    const before = (await stage.credential('rekeyed')).status?.seal?.slice(0, 8) ?? '';
    const writes = stage.pam.journal.writes().length;
    await stage.operator().stop();
    await stage.kubectl('delete', ...key);
    await setSecret('rekeyed-changed', 'two');
    await stage.restartOperator();
    for (const [name, state] of [
      ['rekeyed', 'Pushed'],
      ['rekeyed-changed', 'Kept'],
    ] as const) {
      const { status } = await stage.eventually(
        () => stage.credential(name),
        ({ status: now }) => now?.seal !== undefined && !patternOf(before).test(now.seal),
        `${name} under another key`,
      );
      expect(status?.content).toMatchObject({ state });
      expect(status?.content?.digest).not.toMatch(patternOf(before));
    }
    expect(pushes('rekeyed-changed')).toBe(1);
    const written = stage.pam.journal.writes().slice(writes);
    expect(written.filter(({ identifier: of }) => of?.includes('rekeyed'))).toHaveLength(0);
  });

  it('cannot be read: nothing is pushed and nothing enabled, but a disable goes out', async () => {
    await inSync('keyless', { enabled: true });
    await inSync('keyless-off', { enabled: false });
    const stored = JSON.parse(await stage.kubectl('get', ...key, '-o', 'json')) as { data: object };
    const object = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque' };
    const metadata = { name: 'pam-operator-install-key', namespace: OPERATOR_NAMESPACE };
    await stage.operator().stop();
    await stage.kubectl('delete', ...key);
    await stage.apply({ ...object, metadata, stringData: { key: 'short' } });
    await stage.restartOperator();
    await setSecret('keyless', 'two');
    await stage.patch('pamcredential', 'keyless', { spec: { enabled: false } });
    await stage.patch('pamcredential', 'keyless-off', { spec: { enabled: true } });
    await stage.reason('pamcredential', 'keyless', 'InstallKeyUnavailable');
    await stage.reason('pamcredential', 'keyless-off', 'InstallKeyUnavailable');
    expect(inPam('keyless')).toMatchObject({ enabled: false, content: 'one-keyless' });
    expect(inPam('keyless-off')?.enabled).toBe(false);
    await stage.operator().stop();
    await stage.kubectl('delete', ...key);
    await stage.apply({ ...object, metadata, immutable: true, data: stored.data });
    await stage.restartOperator();
    await stage.reason('pamcredential', 'keyless', 'Synced');
    await stage.reason('pamcredential', 'keyless-off', 'Synced');
    await stage.eventually(
      () => inPam('keyless'),
      (record) => record?.content === 'two' && !record.enabled,
      'the new password of a disabled record',
    );
    expect(inPam('keyless-off')?.enabled).toBe(true);
  });
});
