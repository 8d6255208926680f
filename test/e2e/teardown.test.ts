import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credential, EVERYTHING, NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** Every order in which things are torn down. Each row has resources of its own; the last rows take away shared ones. */
let stage: Stage;
const CRD = fileURLToPath(new URL('../../crds/pam-operator.io_pamcredentials.yaml', import.meta.url));
const FINALIZER = 'pam-operator.io/finalizer';

beforeAll(async () => {
  stage = await startStage({
    controllers: true,
    connection: {
      grants: EVERYTHING.map((grant) => ({ ...grant, namespaces: { names: ['*'] } })),
      deletionBrake: { maxDisables: 1000 },
    },
    args: [
      ...['--backoff-base-seconds', '1', '--backoff-max-seconds', '2', '--device-retry-seconds', '2'],
      ...['--probe-interval-seconds', '1', '--gate-probe-interval-seconds', '1'],
    ],
  });
});
afterAll(() => stage?.stop());

const plain = { deletionPolicy: 'Disable', content: undefined };
const record = (name: string, namespace = NAMESPACE) =>
  stage.pam.store.credential(`test_${namespace}_${name}`);
const callsOf = (name: string) =>
  stage.pam.journal.calls({ template: 'C6', identifier: `test_${NAMESPACE}_${name}` });

async function inPam(name: string, spec: object = {}): Promise<string> {
  await stage.apply(credential(name, { ...plain, ...spec }));
  const { status } = await stage.reason('pamcredential', name, 'Synced');
  return status?.id ?? '';
}

const deleteLater = (name: string) =>
  stage.kubectl('delete', `pamcredential/${name}`, '-n', NAMESPACE, '--wait=false');
const deleteNow = (name: string) =>
  stage.kubectl('delete', `pamcredential/${name}`, '-n', NAMESPACE, '--timeout=60s');
const exists = async (name: string) =>
  (await stage.credentials()).some(({ metadata }) => metadata.name === name);
const gone = (name: string) =>
  stage.eventually(
    () => exists(name),
    (found) => !found,
    `the end of ${name}`,
  );

describe('a resource with Disable', () => {
  it('is deleted after its Secret', async () => {
    await stage.apply(
      secret('secret-first', { password: 'p4ss' }),
      credential('secret-first', {
        deletionPolicy: 'Disable',
      }),
    );
    await stage.reason('pamcredential', 'secret-first', 'Synced');
    await stage.kubectl('delete', 'secret/secret-first', '-n', NAMESPACE);
    await stage.reason('pamcredential', 'secret-first', 'SecretNotFound');
    await deleteNow('secret-first');
    expect(record('secret-first')?.enabled).toBe(false);
  });

  it('was never created in PAM Core: goes without a call', async () => {
    await stage.apply(credential('never', { ...plain, device: { hostname: 'nowhere', ip: '10.9.9.9' } }));
    const { metadata } = await stage.reason('pamcredential', 'never', 'DeviceNotFound');
    expect(metadata.finalizers).toEqual([FINALIZER]);
    await deleteNow('never');
    expect(callsOf('never')).toHaveLength(0);
  });

  it('has lost a conflict: goes without a call, and the record of the winner stays enabled', async () => {
    await inPam('winner', { username: 'svc-shared' });
    const loser = credential('loser', { ...plain, username: 'SVC-shared' }) as { metadata: object };
    await stage.apply({ ...loser, metadata: { ...loser.metadata, finalizers: [FINALIZER] } });
    await stage.reason('pamcredential', 'loser', 'Conflict');
    const before = stage.pam.journal.writes().length;
    await deleteNow('loser');
    expect(stage.pam.journal.writes()).toHaveLength(before);
    expect(record('winner')?.enabled).toBe(true);
  });

  it('is deleted while PAM is down: DeletionBlocked, and heals by itself', async () => {
    await inPam('down');
    const fault = stage.pam.faults.add({ kind: 'service-unavailable', match: { path: 'C6' } });
    await deleteLater('down');
    const { status } = await stage.reason('pamcredential', 'down', 'DeletionBlocked');
    expect(status?.lastError).toMatchObject({ operation: 'Disable', httpStatus: 503 });
    expect(record('down')?.enabled).toBe(true);
    fault.remove();
    await gone('down');
    expect(record('down')?.enabled).toBe(false);
  });

  it('is deleted while the authorization may only read (1039): DeletionBlocked, and heals', async () => {
    await inPam('read-only');
    stage.pam.authorization.permission = 'read';
    await deleteLater('read-only');
    const { status } = await stage.reason('pamcredential', 'read-only', 'DeletionBlocked');
    expect(status?.lastError).toMatchObject({ operation: 'Disable', code: 1039 });
    expect(status?.lastError?.message).toContain('deletionPolicy: Retain');
    stage.pam.authorization.permission = 'readwrite';
    await gone('read-only');
    expect(record('read-only')?.enabled).toBe(false);
  });

  it('switches to Retain while its deletion is blocked: goes, and its record stays as it is', async () => {
    await inPam('switched');
    const fault = stage.pam.faults.add({ kind: 'gateway-timeout', match: { path: 'C6' } });
    await deleteLater('switched');
    await stage.reason('pamcredential', 'switched', 'DeletionBlocked');
    await stage.patch('pamcredential', 'switched', { spec: { deletionPolicy: 'Retain' } });
    await gone('switched');
    fault.remove();
    expect(record('switched')?.enabled).toBe(true);
  });

  it('loses its grant: no call, DeletionBlocked names the operation, and the grant lets it go', async () => {
    await inPam('ungranted');
    const grants = (operations: readonly string[]) =>
      stage.patchConnection({
        spec: { grants: [{ ...EVERYTHING[0], namespaces: { names: ['*'] }, operations }] },
      });
    await grants(['Create', 'Update']);
    await deleteLater('ungranted');
    const { status } = await stage.reason('pamcredential', 'ungranted', 'DeletionBlocked');
    expect(status?.conditions?.[0]?.message).toContain('Disable');
    expect(callsOf('ungranted')).toHaveLength(0);
    await grants(EVERYTHING[0]?.operations ?? []);
    await gone('ungranted');
    expect(record('ungranted')?.enabled).toBe(false);
  });

  it('is suspended and deleted: held as Suspended without a call, and Retain lets go', async () => {
    await inPam('suspended', { suspend: false });
    await stage.patch('pamcredential', 'suspended', { spec: { suspend: true } });
    await stage.reason('pamcredential', 'suspended', 'Suspended');
    await deleteLater('suspended');
    const { status } = await stage.reason('pamcredential', 'suspended', 'Suspended');
    expect(status?.conditions?.[0]?.message).toContain('A disable is waiting');
    expect(callsOf('suspended')).toHaveLength(0);
    await stage.patch('pamcredential', 'suspended', { spec: { deletionPolicy: 'Retain' } });
    await gone('suspended');
    expect(record('suspended')?.enabled).toBe(true);
  });

  it('is applied again: finds the same record, and enables it', async () => {
    const id = await inPam('undone', { enabled: true });
    await deleteNow('undone');
    expect(record('undone')?.enabled).toBe(false);
    expect(await inPam('undone', { enabled: true })).toBe(id);
    expect(record('undone')).toMatchObject({ id, enabled: true });
    expect(stage.pam.store.credentials().filter(({ username }) => username === 'svc-undone')).toHaveLength(1);
  });

  it('is applied again without `enabled`: the message says that the record may be inactive', async () => {
    const spec = { content: { secretRef: { name: 'undone-quietly', key: 'password' } } };
    await stage.apply(secret('undone-quietly', { password: 'p4ss' }));
    const id = await inPam('undone-quietly', spec);
    await deleteNow('undone-quietly');
    expect(await inPam('undone-quietly', spec)).toBe(id);
    const { status } = await stage.credential('undone-quietly');
    expect(record('undone-quietly')?.enabled).toBe(false);
    expect(status?.conditions?.[0]?.message).toContain('may be inactive');
  });

  it('goes with its namespace, Secrets and all, at once', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `ns-${at}`);
    const elsewhere = (object: object) => {
      const { metadata } = object as { metadata: object };
      return { ...object, metadata: { ...metadata, namespace: 'team-b' } };
    };
    await stage.kubectl('create', 'namespace', 'team-b');
    await stage.apply(
      ...names.flatMap((name) => [
        elsewhere(secret(name, { password: 'p4ss' })),
        elsewhere(credential(name, { deletionPolicy: 'Disable', username: `b-${name}` })),
      ]),
    );
    await stage.eventually(
      () => names.filter((name) => record(name, 'team-b') !== undefined).length,
      (count) => count === 10,
      'ten records',
    );
    await stage.kubectl('delete', 'namespace', 'team-b', '--timeout=60s');
    expect(names.map((name) => record(name, 'team-b')?.enabled)).toEqual(names.map(() => false));
  });

  it('keeps its connection, which was deleted first, until the last of them is gone', async () => {
    for (const name of ['held-1', 'held-2']) await inPam(name);
    const finalizers = async () => (await stage.connection()).metadata.finalizers;
    await stage.eventually(
      finalizers,
      (found) => found?.includes('pam-operator.io/in-use') === true,
      'the finalizer',
    );
    await stage.kubectl('delete', 'pamconnection/default', '--wait=false');
    await deleteNow('held-1');
    expect(record('held-1')?.enabled).toBe(false);
    expect(await finalizers()).toEqual(['pam-operator.io/in-use']);
    await stage.kubectl('delete', 'pamcredentials', '--all', '-n', NAMESPACE, '--timeout=60s');
    expect(record('held-2')?.enabled).toBe(false);
    await stage.kubectl('wait', '--for=delete', 'pamconnection/default', '--timeout=30s');
  });
});

describe('the definition of the kind', () => {
  it('is deleted with resources present: they are disabled, and it does not hang; back again, work goes on', async () => {
    await stage.applyConnection();
    for (const name of ['crd-1', 'crd-2']) await inPam(name);
    await stage.kubectl('delete', 'crd', 'pamcredentials.pam-operator.io', '--timeout=60s');
    expect(['crd-1', 'crd-2'].map((name) => record(name)?.enabled)).toEqual([false, false]);
    await stage.kubectl('apply', '--server-side', '-f', CRD);
    await stage.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    await inPam('crd-back');
    expect(record('crd-back')?.enabled).toBe(true);
  });
});
