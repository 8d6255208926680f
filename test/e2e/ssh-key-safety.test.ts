import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import type { CredentialView, KeyView } from '../support/pam-core/store.ts';
import { DEVICES, NAMESPACE, type Stage, secret, sshKey, startStage } from './stage.ts';

/** What is different about SSH keys: every POST carries the key, some are known by their number only. */
let stage: Stage;
let elsewhere: KeyView;
let password: CredentialView;
const { privateKey } = aKeyPair();
const place = { hostname: 'linux-01', ip: '10.66.33.20' };

beforeAll(async () => {
  stage = await startStage({
    connection: { inventoryIntervalSeconds: 1 },
    args: ['--backoff-base-seconds', '1', '--backoff-max-seconds', '2', '--baseline-delay-seconds', '1'],
    seed: ({ store }) => {
      elsewhere = store.seedKey({ identifier: 'of-another-tool', username: 'deploy', ...place });
      password = store.seedCredential({ identifier: 'a-password', username: 'root', ...place });
      store.seedKey({ identifier: 'test_team-a_found_key', username: 'key-found', ...place });
    },
  });
});
afterAll(() => stage?.stop());
beforeEach(() => {
  stage.pam.switches.postEnables = false;
  stage.pam.switches.listMessageOffset = 0;
});

const identifier = (name: string) => `test_team-a_${name}_key`;
const posts = (name: string) => stage.pam.journal.calls({ template: 'K1', identifier: identifier(name) });
const inPam = (name: string) => stage.pam.store.key(identifier(name));
const message = async (name: string) => (await stage.sshKey(name)).status?.conditions?.[0]?.message ?? '';
const patch = (name: string, spec: object) => stage.patch('pamsshkey', name, { spec });

function byNumber(name: string, id: string, spec: object = {}): object {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamSshKey',
    metadata: { name, namespace: NAMESPACE },
    spec: { connection: 'default', id, adoptionPolicy: 'Adopt', ...spec },
  };
}

/** In PAM with its key, and a rotation could be told. */
async function settled(name: string, spec: object = {}): Promise<void> {
  await stage.apply(secret(name, { 'ssh-privatekey': privateKey }), sshKey(name, spec));
  await stage.eventually(
    () => stage.sshKey(name),
    ({ status }) => status?.content?.change !== undefined,
    `baseline of ${name}`,
  );
}

describe('a key that is known by its number', () => {
  const calls = () => stage.pam.journal.writes().length;

  it('is disabled and enabled, and never written', async () => {
    await stage.apply(byNumber('number', elsewhere.id, { enabled: false }));
    await stage.reason('pamsshkey', 'number', 'Synced');
    expect(stage.pam.store.record(elsewhere.id)?.enabled).toBe(false);
    await patch('number', { enabled: true });
    await stage.eventually(
      () => stage.pam.store.record(elsewhere.id)?.enabled,
      (enabled) => enabled === true,
      'the enable',
    );
    expect(stage.pam.journal.calls({ template: 'K1' })).toEqual([]);
  });

  it.each([
    { because: 'no record has it', name: 'no-number', id: () => '999999', reason: 'RecordNotFound' },
    { because: 'a password has it', name: 'wrong-kind', id: () => password.id, reason: 'WrongRecordKind' },
  ])('is not called where $because', async ({ name, id, reason }) => {
    const before = calls();
    await stage.apply(byNumber(name, id(), { enabled: false }));
    await stage.reason('pamsshkey', name, reason);
    expect(calls()).toBe(before);
    expect(stage.pam.store.record(password.id)?.enabled).toBe(true);
  });
});

describe('a key that PAM had before', () => {
  it('is met without a POST, and its next edit takes the key of the Secret along', async () => {
    await settled('found');
    expect(posts('found')).toEqual([]);
    expect((await stage.sshKey('found')).status?.content?.state).toBe('Kept');
    await patch('found', { tags: ['edited'] });
    await stage.eventually(
      () => inPam('found')?.privateKey,
      (key) => key === privateKey,
      'the key of the Secret',
    );
    expect(posts('found')).toHaveLength(1);
  });
});

describe('an edit of a key that PAM rotated', () => {
  it('is held back with the key, a toggle goes through and does not end that', async () => {
    await settled('held');
    stage.pam.store.rotate(inPam('held')?.id ?? '');
    await patch('held', { tags: ['edited'] });
    await stage.reason('pamsshkey', 'held', 'RotatedElsewhere');
    expect(await message('held')).toContain(
      'the change of the spec, which takes the key along, is held back',
    );
    await patch('held', { enabled: false });
    await stage.eventually(
      () => inPam('held')?.enabled,
      (enabled) => enabled === false,
      'the disable',
    );
    // The toggle takes the baseline away; the list after it shows the rotation as part of the new one.
    await stage.eventually(
      () => stage.sshKey('held'),
      ({ status }) => status?.enabled === false && status.observedGeneration === 3,
      'the status of the disable',
    );
    await stage.restartOperator();
    await stage.reason('pamsshkey', 'held', 'RotatedElsewhere');
    expect(posts('held')).toHaveLength(1);
  });

  it('is over when the edit is undone, and a force-sync sends it', async () => {
    await patch('held', { tags: null });
    await stage.reason('pamsshkey', 'held', 'Synced');
    expect(posts('held')).toHaveLength(1);
    await stage.patch('pamsshkey', 'held', { metadata: { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } } });
    await stage.eventually(
      () => posts('held').length,
      (count) => count === 2,
      'the force-sync',
    );
  });

  it('is held with `push: Once` too', async () => {
    await settled('once', { push: 'Once' });
    stage.pam.store.rotate(inPam('once')?.id ?? '');
    await patch('once', { tags: ['edited'] });
    await stage.reason('pamsshkey', 'once', 'RotatedElsewhere');
    expect(posts('once')).toHaveLength(1);
  });
});

describe('a key that must stay disabled, where a POST enables', () => {
  it('is disabled after an edit whose process was killed', async () => {
    await settled('stays-off', { enabled: false });
    stage.pam.switches.postEnables = true;
    const fault = stage.pam.faults.add({
      kind: 'hang-after-commit',
      match: { path: 'K1', identifier: identifier('stays-off') },
    });
    await patch('stays-off', { tags: ['edited'] });
    await stage.eventually(
      () => inPam('stays-off')?.enabled,
      (enabled) => enabled === true,
      'the POST that enables',
    );
    stage.operator().kill('SIGKILL');
    await stage.operator().exited;
    fault.remove();
    await stage.restartOperator();
    await stage.eventually(
      () => inPam('stays-off')?.enabled,
      (enabled) => enabled === false,
      'the DELETE of the next process',
    );
    await stage.reason('pamsshkey', 'stays-off', 'Synced');
    expect(posts('stays-off'), 'create and edit').toHaveLength(2);
  });
});

it('a list that is not whole lets no changed key through, and heals', async () => {
  const next = aKeyPair().privateKey;
  await settled('partial');
  stage.pam.switches.listMessageOffset = 1;
  await stage.apply(secret('partial', { 'ssh-privatekey': next }));
  await stage.reason('pamsshkey', 'partial', 'InventoryIncomplete');
  expect(posts('partial')).toHaveLength(1);
  stage.pam.switches.listMessageOffset = 0;
  await stage.eventually(
    () => inPam('partial')?.privateKey,
    (key) => key === next,
    'the new key',
  );
});

it('devices that PAM could not assign are told, and not tried again by themselves', async () => {
  const devices = [{ hostname: DEVICES[0]?.hostname }, { hostname: 'unknown-device' }];
  await stage.apply(secret('partly', { 'ssh-privatekey': privateKey }), sshKey('partly', { devices }));
  await stage.reason('pamsshkey', 'partly', 'DevicesPartlyAssigned');
  await stage.restartOperator();
  await stage.eventually(
    () => stage.pam.journal.calls({ template: 'C1' }).length,
    (lists) => lists > 0,
    'a list',
  );
  await stage.reason('pamsshkey', 'partly', 'DevicesPartlyAssigned');
  expect(posts('partly')).toHaveLength(1);
  await patch('partly', { devices: devices.slice(0, 1) });
  await stage.reason('pamsshkey', 'partly', 'Synced');
});
