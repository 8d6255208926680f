import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { metricOf } from './metric-of.ts';
import { credential, NAMESPACE, type Stage, secret, sshKey, startStage } from './stage.ts';

/**
 * The main path, counted: calls to PAM Core from the simulator's journal, writes to Kubernetes from the operator's
 * own metric. The connection lists disabled records, so a create is one POST.
 */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    // It is there before the first list: a create is decided by a list of at most ten seconds.
    seed: (pam) =>
      pam.store.seedCredential({
        identifier: 'theirs',
        username: 'svc-foreign',
        hostname: 'w2016',
        ip: '10.66.33.15',
        content: 'keep-me',
      }),
    args: ['--backoff-base-seconds', '1', '--device-retry-seconds', '2', '--baseline-delay-seconds', '1'],
  });
});
afterAll(() => stage.stop());
afterEach(() => stage.pam.faults.clear());

/** Versions of the connection that were seen; its numbers are written by themselves, at most every 30 s. */
const connectionVersions = new Set<string>();

/** PATCHes of this operator so far, but for those of the connection: status writes, finalizers and repeated Events. */
async function patches(): Promise<number> {
  const version = 'jsonpath={.metadata.resourceVersion}';
  connectionVersions.add(await stage.kubectl('get', 'pamconnection', 'default', '-o', version));
  const all = await metricOf(stage.operator(), 'rest_client_requests_total', 'method="PATCH"');
  return all - connectionVersions.size;
}

/** The deferred write: the time stamp by which later changes by others are told. */
async function baseline(
  read: (name: string) => Promise<PamCredential | PamSshKey>,
  name: string,
): Promise<void> {
  await stage.eventually(
    () => read(name),
    ({ status }) => status?.content?.change !== undefined,
    `baseline of ${name}`,
  );
}

const posts = (identifier: string) => stage.pam.journal.calls({ template: 'C4', identifier });

describe('a credential', () => {
  it('reaches PAM with its password by one upsert and two status writes, and one more for the baseline', async () => {
    const before = await patches();
    await stage.apply(secret('one', { password: 'p4ss-one' }), credential('one', { enabled: true }));
    await stage.kubectl(
      'wait',
      '--for=condition=Ready',
      'pamcredential/one',
      '-n',
      NAMESPACE,
      '--timeout=30s',
    );
    const { status } = await stage.credential('one');
    expect(status).toMatchObject({
      identifier: 'test_team-a_one',
      enabled: true,
      content: { state: 'Pushed' },
    });
    expect(stage.pam.store.credential('test_team-a_one')).toMatchObject({
      content: 'p4ss-one',
      username: 'svc-one',
    });
    expect(posts('test_team-a_one')).toHaveLength(1);
    expect(stage.pam.journal.calls({ template: ['C5', 'C6'], id: status?.id ?? '' })).toHaveLength(0);
    await baseline(stage.credential, 'one');
    expect((await patches()) - before).toBe(3);
  });

  it('costs nothing in a second pass: a label is no news', async () => {
    const before = { patches: await patches(), calls: stage.pam.journal.entries.length };
    await stage.kubectl('label', 'pamcredential/one', '-n', NAMESPACE, 'a=b');
    await stage.kubectl('annotate', 'secret/one', '-n', NAMESPACE, 'a=b');
    // What must not happen needs a while to be believed.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await patches()).toBe(before.patches);
    expect(stage.pam.journal.entries.length).toBe(before.calls);
  });

  it('has its changed Secret in PAM within two seconds', async () => {
    const startedAt = Date.now();
    await stage.apply(secret('one', { password: 'p4ss-two' }));
    await stage.eventually(
      () => stage.pam.store.credential('test_team-a_one')?.content,
      (content) => content === 'p4ss-two',
      'the new password',
    );
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect(posts('test_team-a_one')).toHaveLength(2);
    await stage.reason('pamcredential', 'one', 'Synced');
  });

  it('is disabled by one DELETE and enabled by one PUT', async () => {
    await stage.patch('pamcredential', 'one', { spec: { enabled: false } });
    await stage.eventually(
      () => stage.credential('one'),
      ({ status }) => status?.enabled === false,
      'disabled',
    );
    expect(stage.pam.store.credential('test_team-a_one')?.enabled).toBe(false);
    await stage.patch('pamcredential', 'one', { spec: { enabled: true } });
    await stage.eventually(
      () => stage.credential('one'),
      ({ status }) => status?.enabled === true,
      'enabled',
    );
    expect(stage.pam.store.credential('test_team-a_one')?.enabled).toBe(true);
    const id = (await stage.credential('one')).status?.id ?? '';
    expect(stage.pam.journal.calls({ template: 'C6', id })).toHaveLength(1);
    expect(stage.pam.journal.calls({ template: 'C5', id })).toHaveLength(1);
    expect(posts('test_team-a_one')).toHaveLength(2);
  });

  it('takes "already active" (1043) and "already inactive" (1008) for success', async () => {
    const { status } = await stage.credential('one');
    const id = status?.id ?? '';
    stage.pam.store.administratorDisables(id);
    await stage.patch('pamcredential', 'one', { spec: { enabled: false } });
    await stage.eventually(
      () => stage.credential('one'),
      (one) => one.status?.enabled === false,
      'disabled',
    );
    stage.pam.store.administratorEnables(id);
    await stage.patch('pamcredential', 'one', { spec: { enabled: true } });
    await stage.eventually(
      () => stage.credential('one'),
      (one) => one.status?.enabled === true,
      'enabled',
    );
    const codes = stage.pam.journal.calls({ template: ['C5', 'C6'], id }).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining([1008, 1043]));
    await stage.reason('pamcredential', 'one', 'Synced');
  });

  it('changes nothing on a restart of the operator', async () => {
    await baseline(stage.credential, 'one');
    const calls = stage.pam.journal.writes().length;
    const version = (await stage.credential('one')).metadata.resourceVersion;
    await patches();
    const versionsBefore = connectionVersions.size;
    await stage.restartOperator();
    await stage.eventually(
      () => stage.pam.journal.calls({ template: 'C1' }).length,
      (lists) => lists > 1,
      'a list by the new process',
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(stage.pam.journal.writes().length).toBe(calls);
    expect((await stage.credential('one')).metadata.resourceVersion).toBe(version);
    expect((await patches()) + versionsBefore).toBe(0);
  });

  it('says 1011 while its device is unknown and heals by itself when it appears', async () => {
    const device = { hostname: 'late', ip: '10.9.9.9' };
    await stage.apply(secret('late', { password: 'p4ss-late' }), credential('late', { device }));
    const { status } = await stage.reason('pamcredential', 'late', 'DeviceNotFound');
    expect(status?.lastError).toMatchObject({
      operation: 'Upsert',
      code: 1011,
      httpStatus: 400,
      reason: 'DeviceNotFound',
    });
    expect(status?.lastError?.message).toContain('register device late (10.9.9.9)');
    stage.pam.store.addDevice(device);
    const healed = await stage.reason('pamcredential', 'late', 'Synced');
    expect(healed.status?.lastError).toBeUndefined();
    expect(stage.pam.store.credential('test_team-a_late')?.content).toBe('p4ss-late');
  });

  it('backs off exponentially while PAM times out, and heals by itself', async () => {
    stage.pam.faults.add({ kind: 'gateway-timeout', match: { path: 'C4', times: 3 } });
    await stage.apply(secret('slow', { password: 'p4ss-slow' }), credential('slow'));
    await stage.reason('pamcredential', 'slow', 'Synced');
    expect(posts('test_team-a_slow').map(({ status }) => status)).toEqual([504, 504, 504, 201]);
    expect(stage.pam.store.credential('test_team-a_slow')?.content).toBe('p4ss-slow');
  });

  it.each([
    {
      name: 'lost-reset',
      kind: 'reset-after-commit',
      because: 'the connection broke after PAM had applied it',
    },
    {
      name: 'lost-504',
      kind: 'gateway-timeout-after-commit',
      because: 'a gateway gave up after PAM had applied it',
    },
    {
      name: 'lost-502',
      kind: 'bad-gateway-html-after-commit',
      because: 'a 502 came after PAM had applied it',
    },
  ] as const)('has one record and its password although $because', async ({ name, kind }) => {
    stage.pam.faults.add({ kind, match: { path: 'C4', times: 1 } });
    await stage.apply(secret(name, { password: `p4ss-${name}` }), credential(name));
    await stage.reason('pamcredential', name, 'Synced');
    const records = stage.pam.store.credentials().filter(({ username }) => username === `svc-${name}`);
    expect(records).toHaveLength(1);
    expect(records[0]?.content).toBe(`p4ss-${name}`);
    expect((await stage.credential(name)).status?.content?.state).toBe('Presumed');
  });

  it('refuses a record of somebody else and makes no write', async () => {
    await stage.apply(secret('foreign', { password: 'mine' }), credential('foreign'));
    await stage.reason('pamcredential', 'foreign', 'AdoptionRequired');
    expect(stage.pam.store.credential('theirs')?.content).toBe('keep-me');
    expect(posts('test_team-a_foreign')).toHaveLength(0);
  });

  it('adopts it when told to, and keeps its password', async () => {
    await stage.patch('pamcredential', 'foreign', { spec: { adoptionPolicy: 'Adopt', tags: ['taken'] } });
    const { status } = await stage.reason('pamcredential', 'foreign', 'Synced');
    expect(status).toMatchObject({ identifier: 'theirs', content: { state: 'Kept' } });
    expect(stage.pam.store.credential('theirs')?.content).toBe('keep-me');
  });

  it('with Disable is disabled when it is deleted', async () => {
    await stage.apply(
      secret('gone', { password: 'p4ss' }),
      credential('gone', { deletionPolicy: 'Disable' }),
    );
    const { metadata } = await stage.reason('pamcredential', 'gone', 'Synced');
    expect(metadata.finalizers).toEqual(['pam-operator.io/finalizer']);
    await stage.kubectl('delete', 'pamcredential/gone', 'secret/gone', '-n', NAMESPACE, '--timeout=30s');
    expect(stage.pam.store.credential('test_team-a_gone')?.enabled).toBe(false);
  });

  it('with Retain is left alone, also when PAM is away', async () => {
    await stage.apply(secret('kept', { password: 'p4ss' }), credential('kept', { enabled: true }));
    await stage.reason('pamcredential', 'kept', 'Synced');
    const away = stage.pam.faults.add({ kind: 'service-unavailable' });
    // A list for the baseline of an earlier record may fall into this time: what counts are writes.
    const writes = stage.pam.journal.writes().length;
    await stage.kubectl('delete', 'pamcredential/kept', '-n', NAMESPACE, '--timeout=30s');
    away.remove();
    expect(stage.pam.store.credential('test_team-a_kept')?.enabled).toBe(true);
    expect(stage.pam.journal.writes()).toHaveLength(writes);
  });

  it('waits for its Secret and goes on when it appears', async () => {
    await stage.apply(credential('early'));
    await stage.reason('pamcredential', 'early', 'SecretNotFound');
    await stage.apply(secret('early', { password: 'p4ss-early' }));
    await stage.reason('pamcredential', 'early', 'Synced');
    expect(stage.pam.store.credential('test_team-a_early')?.content).toBe('p4ss-early');
  });
});

describe('an SSH key', () => {
  const { privateKey, publicKey } = aKeyPair();

  it('reaches PAM with both halves by one upsert and two status writes, and one more for the baseline', async () => {
    // The deferred write of the test before would count here.
    await baseline(stage.credential, 'early');
    const before = await patches();
    await stage.apply(
      secret('deploy', { 'ssh-privatekey': privateKey }),
      sshKey('deploy', { enabled: true }),
    );
    await stage.kubectl(
      'wait',
      '--for=condition=Ready',
      'pamsshkey/deploy',
      '-n',
      NAMESPACE,
      '--timeout=30s',
    );
    const { status } = await stage.sshKey('deploy');
    expect(status).toMatchObject({ identifier: 'test_team-a_deploy_key', enabled: true });
    expect(status?.fingerprint).toMatch(/^SHA256:/);
    const record = stage.pam.store.key('test_team-a_deploy_key');
    expect(record?.privateKey).toBe(privateKey);
    expect(record?.publicKey.split(' ').slice(0, 2)).toEqual(publicKey.split(' ').slice(0, 2));
    expect(stage.pam.journal.calls({ template: 'K1', identifier: 'test_team-a_deploy_key' })).toHaveLength(1);
    await baseline(stage.sshKey, 'deploy');
    expect((await patches()) - before).toBe(3);
  });

  it('is disabled by one DELETE and enabled by one PUT, and takes 1017 and 1045 for success', async () => {
    const id = (await stage.sshKey('deploy')).status?.id ?? '';
    for (const enabled of [false, true]) {
      await stage.patch('pamsshkey', 'deploy', { spec: { enabled } });
      await stage.eventually(
        () => stage.sshKey('deploy'),
        ({ status }) => status?.enabled === enabled,
        `enabled: ${enabled}`,
      );
      expect(stage.pam.store.key('test_team-a_deploy_key')?.enabled).toBe(enabled);
    }
    expect(stage.pam.journal.calls({ template: 'K4', id })).toHaveLength(1);
    expect(stage.pam.journal.calls({ template: 'K3', id })).toHaveLength(1);
    stage.pam.store.administratorDisables(id);
    await stage.patch('pamsshkey', 'deploy', { spec: { enabled: false } });
    await stage.eventually(
      () => stage.sshKey('deploy'),
      ({ status }) => status?.enabled === false,
      'disabled',
    );
    stage.pam.store.administratorEnables(id);
    await stage.patch('pamsshkey', 'deploy', { spec: { enabled: true } });
    await stage.eventually(
      () => stage.sshKey('deploy'),
      ({ status }) => status?.enabled === true,
      'enabled',
    );
    const codes = stage.pam.journal.calls({ template: ['K3', 'K4'], id }).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining([1017, 1045]));
  });

  it('has its changed Secret in PAM', async () => {
    const next = aKeyPair();
    await stage.apply(secret('deploy', { 'ssh-privatekey': next.privateKey }));
    await stage.eventually(
      () => stage.pam.store.key('test_team-a_deploy_key')?.privateKey,
      (key) => key === next.privateKey,
      'the new key',
    );
    await stage.reason('pamsshkey', 'deploy', 'Synced');
  });

  it('says 1011 while its device is unknown and heals by itself when it appears', async () => {
    const device = { hostname: 'late-key', ip: '10.9.9.10' };
    await stage.apply(secret('late-key', { 'ssh-privatekey': privateKey }), sshKey('late-key', { device }));
    const { status } = await stage.reason('pamsshkey', 'late-key', 'DeviceNotFound');
    expect(status?.lastError?.code).toBe(1011);
    stage.pam.store.addDevice(device);
    await stage.reason('pamsshkey', 'late-key', 'Synced');
  });

  it('backs off while PAM times out, and heals by itself', async () => {
    stage.pam.faults.add({ kind: 'gateway-timeout', match: { path: 'K1', times: 2 } });
    await stage.apply(secret('slow-key', { 'ssh-privatekey': privateKey }), sshKey('slow-key'));
    await stage.reason('pamsshkey', 'slow-key', 'Synced');
    expect(stage.pam.store.key('test_team-a_slow-key_key')?.privateKey).toBe(privateKey);
  });
});

it('with the rights of the release, of which none was missing', async () => {
  expect(await metricOf(stage.operator(), 'rest_client_requests_total', 'code="200"')).toBeGreaterThan(0);
  expect(await metricOf(stage.operator(), 'rest_client_requests_total', 'code="403"')).toBe(0);
});

it('never reads a single credential or key, and leaves nothing in custody', () => {
  expect(stage.pam.journal.calls({ template: ['C2', 'C3', 'C7', 'C8', 'K2'] })).toHaveLength(0);
  expect(stage.pam.store.custody()).toHaveLength(0);
});
