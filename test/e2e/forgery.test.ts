import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { credential, NAMESPACE, type Stage, secret, sshKey, startStage } from './stage.ts';

/**
 * D21: whoever may patch a status writes what he likes there. Each row is a resource of its own whose record an
 * administrator has disabled in PAM, so that an enable would show.
 */
type Status = Record<string, unknown>;

const FORCE_SYNC = 'pam-operator.io/force-sync';
const COPIED = [
  'id',
  'identifier',
  'connectionFingerprint',
  'enabled',
  'applied',
  'content',
  'seal',
] as const;

let stage: Stage;
let victim: { readonly id: string };
/** The status of a resource that the operator wrote last. */
let other: Status;

beforeAll(async () => {
  stage = await startStage({
    connection: { inventoryIntervalSeconds: 1 },
    args: ['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1'],
    seed: ({ store }) => {
      victim = store.seedCredential({
        identifier: 'victim',
        username: 'root',
        hostname: 'vault',
        ip: '10.0.0.1',
        content: 'theirs',
        enabled: false,
      });
    },
  });
  await stage.apply(secret('other', { password: 'p' }), credential('other', { enabled: false }));
  const { status = {} } = await stage.reason('pamcredential', 'other', 'Synced');
  other = Object.fromEntries(COPIED.map((name) => [name, Reflect.get(status, name)]));
  // All at once: each waits a second for its baseline.
  await stage.apply(
    ...forgeries.flatMap(({ name }) => [
      ...declared(`on-${name}`, { enabled: true }),
      ...declared(`off-${name}`, { enabled: false }),
    ]),
  );
});
afterAll(() => stage.stop());

const forge = (kind: string, name: string, status: Status | null) =>
  stage.kubectl(
    ...['patch', kind, name, '-n', NAMESPACE, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status })],
  );
const calls = (template: 'C4' | 'C5' | 'C6' | 'K1' | 'K3', id: string) =>
  stage.pam.journal.calls({ template }).filter((call) => call.id === id || call.identifier === id);
const pushes = (identifier: string) =>
  calls('C4', identifier).filter(({ body }) => body.content !== undefined);

/** What belongs to somebody else is as it was, and nobody called for it. */
function nothingForeignWasTouched(): void {
  expect(stage.pam.store.record(victim.id)).toMatchObject({ content: 'theirs', enabled: false });
  expect(
    stage.pam.journal.writes().filter((call) => call.id === victim.id || call.identifier === 'victim'),
  ).toEqual([]);
}

const declared = (name: string, spec: object) => [
  secret(name, { password: `p-${name}` }),
  credential(name, spec),
];

/** Synced with the baseline set, so that no write of the operator's own is due; then disabled in PAM by hand. */
async function settled(name: string, spec: object = {}): Promise<PamCredential> {
  await stage.apply(...declared(name, spec));
  await stage.reason('pamcredential', name, 'Synced');
  return stage.eventually(
    () => stage.credential(name),
    ({ status }) => status?.content?.change !== undefined,
    'the baseline',
  );
}

/** The operator has written what it knows itself. */
async function healed(name: string, id: string | undefined, seal: unknown): Promise<PamCredential> {
  await stage.eventually(
    () => stage.credential(name),
    ({ status }) => status?.id === id && status?.seal !== undefined && status.seal !== seal,
    `a new seal of ${name}`,
  );
  return stage.reason('pamcredential', name, 'Synced');
}

interface Forgery {
  readonly because: string;
  readonly name: string;
  readonly forged: (own: Status) => Status;
}

const forgeries: readonly Forgery[] = [
  { because: 'the id of another record', name: 'id', forged: () => ({ id: victim.id }) },
  {
    because: 'id and identifier of another record',
    name: 'record',
    forged: () => ({ id: victim.id, identifier: 'victim' }),
  },
  { because: 'the enabled flag', name: 'enabled', forged: ({ enabled }) => ({ enabled: enabled !== true }) },
  { because: 'no enabled flag', name: 'no-flag', forged: () => ({ enabled: null }) },
  {
    because: 'the digest of the content',
    name: 'digest',
    forged: () => ({ content: { digest: '00000000:00', secretResourceVersion: '1' } }),
  },
  { because: 'no record of the content', name: 'no-content', forged: () => ({ content: null }) },
  { because: 'the state of the content', name: 'state', forged: () => ({ content: { state: 'Pending' } }) },
  { because: 'the baseline', name: 'baseline', forged: () => ({ content: { change: 'x' } }) },
  { because: 'the digest of the spec', name: 'applied', forged: () => ({ applied: '00000000:00' }) },
  {
    because: 'an intent',
    name: 'pending',
    forged: () => ({ pending: { startedTime: '2026-01-01T00:00:00Z', digest: 'x', changeBefore: 'y' } }),
  },
  {
    because: 'the intent of a create',
    name: 'create',
    forged: () => ({ pending: { startedTime: '2026-01-01T00:00:00Z', digest: '' }, id: null }),
  },
  { because: 'another PAM Core', name: 'pam', forged: () => ({ connectionFingerprint: '0000000000000000' }) },
  { because: 'the whole status of another resource', name: 'copied', forged: () => other },
  { because: 'no seal', name: 'no-seal', forged: () => ({ seal: null }) },
  {
    because: 'a seal as of a lost install key, with the id of another record',
    name: 'lost-key',
    forged: () => ({ seal: `deadbeef:${'0'.repeat(64)}`, id: victim.id, enabled: null }),
  },
  {
    because: 'a status with all that is sealed taken out, but for the seal',
    name: 'hollow',
    forged: () => ({
      id: null,
      identifier: null,
      enabled: null,
      applied: null,
      content: null,
      connectionFingerprint: null,
    }),
  },
];

describe('D21 a forged status', () => {
  it.each(forgeries)(
    '$because: nothing is enabled, pushed, or done to a foreign record',
    async ({ name, forged }) => {
      const own = `test_team-a_on-${name}`;
      const { status } = await settled(`on-${name}`, { enabled: true });
      const id = status?.id ?? '';
      stage.pam.store.administratorDisables(id);
      await forge('pamcredential', `on-${name}`, forged(status as Status));
      await healed(`on-${name}`, id, forged(status as Status).seal ?? status?.seal);
      expect(calls('C5', id)).toEqual([]);
      expect(pushes(own), 'the create, and nothing since').toHaveLength(1);
      expect(stage.pam.store.record(id)).toMatchObject({ content: `p-on-${name}`, enabled: false });
      nothingForeignWasTouched();
    },
  );

  it.each(forgeries)('$because: a disable is repeated, on our own record', async ({ name, forged }) => {
    const { status } = await settled(`off-${name}`, { enabled: false });
    const id = status?.id ?? '';
    const before = calls('C6', id).length;
    stage.pam.store.administratorEnables(id);
    await forge('pamcredential', `off-${name}`, forged(status as Status));
    const { status: after } = await healed(`off-${name}`, id, forged(status as Status).seal ?? status?.seal);
    expect(after?.enabled).toBe(false);
    expect(calls('C6', id).length).toBeGreaterThan(before);
    expect(stage.pam.store.record(id)).toMatchObject({ content: `p-off-${name}`, enabled: false });
    nothingForeignWasTouched();
  });

  it('makes no force-sync of old happen again', async () => {
    const { status } = await settled('replay', { enabled: true });
    const id = status?.id ?? '';
    await stage.kubectl('annotate', 'pamcredential/replay', '-n', NAMESPACE, `${FORCE_SYNC}=once`);
    await stage.eventually(
      () => stage.credential('replay'),
      (resource) => resource.status?.lastHandledForceSync === 'once',
      'the echo',
    );
    const [enables, pushed] = [calls('C5', id).length, pushes('test_team-a_replay').length];
    const { status: handled } = await stage.credential('replay');
    stage.pam.store.administratorDisables(id);
    await forge('pamcredential', 'replay', { lastHandledForceSync: null });
    const { status: after } = await healed('replay', id, handled?.seal);
    expect(after?.lastHandledForceSync).toBe('once');
    expect(calls('C5', id)).toHaveLength(enables);
    expect(pushes('test_team-a_replay')).toHaveLength(pushed);
  });

  it('while the resource is being deleted: our own record is disabled, and no other', async () => {
    const { status } = await settled('leaving', { enabled: true, deletionPolicy: 'Disable' });
    await forge('pamcredential', 'leaving', { id: victim.id, identifier: 'victim' });
    await stage.kubectl('delete', 'pamcredential/leaving', '-n', NAMESPACE, '--timeout=30s');
    expect(stage.pam.store.record(status?.id ?? '')?.enabled).toBe(false);
    nothingForeignWasTouched();
  });

  it('with the username edited at the same time is no rename: Conflict, and no call', async () => {
    const { status } = await settled('sly');
    await stage.patch('pamcredential', 'sly', { spec: { suspend: true } });
    await stage.reason('pamcredential', 'sly', 'Suspended');
    await forge('pamcredential', 'sly', { id: victim.id });
    const before = stage.pam.journal.writes().length;
    await stage.patch('pamcredential', 'sly', { spec: { suspend: false, username: 'svc-new' } });
    await stage.reason('pamcredential', 'sly', 'Conflict');
    expect(stage.pam.journal.writes()).toHaveLength(before);
    expect(stage.pam.store.record(status?.id ?? '')).toMatchObject({ username: 'svc-sly' });
  });

  it('of a parent lends nobody`s record to a child: PAM would log in with it', async () => {
    await settled('boss', { suspend: false });
    await stage.patch('pamcredential', 'boss', { spec: { suspend: true } });
    await stage.reason('pamcredential', 'boss', 'Suspended');
    await forge('pamcredential', 'boss', { id: victim.id });
    await stage.apply(credential('clerk', { content: undefined, parentRef: { name: 'boss' } }));
    const { status } = await stage.reason('pamcredential', 'clerk', 'ParentNotReady');
    expect(status?.id).toBeUndefined();
    expect(calls('C4', 'test_team-a_clerk')).toEqual([]);
  });

  it('of an SSH key sends no key', async () => {
    const { privateKey } = aKeyPair();
    await stage.apply(
      secret('forged', { 'ssh-privatekey': privateKey }),
      sshKey('forged', { enabled: true }),
    );
    const { status } = (await stage.reason('pamsshkey', 'forged', 'Synced')) as unknown as PamSshKey;
    await forge('pamsshkey', 'forged', { id: victim.id, applied: null, content: { digest: 'x' } });
    await stage.eventually(
      () => stage.sshKey('forged'),
      (key) => key.status?.id === status?.id && key.status?.seal !== status?.seal,
      'a new seal',
    );
    expect(calls('K1', 'test_team-a_forged_key')).toHaveLength(1);
    expect(calls('K3', status?.id ?? '')).toEqual([]);
    nothingForeignWasTouched();
  });
});

describe('D21 a status that was wiped', () => {
  it('pushes nothing: the record keeps what it has', async () => {
    const { status } = await settled('wiped');
    const id = status?.id ?? '';
    const rotated = stage.pam.store.rotate(id);
    await forge('pamcredential', 'wiped', null);
    const { status: after } = await healed('wiped', id, status?.seal);
    expect(after?.content?.state).toBe('Kept');
    expect(stage.pam.store.record(id)).toMatchObject({ content: rotated });
    expect(pushes('test_team-a_wiped')).toHaveLength(1);
  });
});

describe('a trace of an earlier record, and a list that shows none: RecordGone', () => {
  const posts = (name: string) => calls('C4', `test_team-a_${name}`).length;

  it.each([
    { because: 'of a forged status', name: 'gone-forged', forged: { id: '999' } },
    { because: 'of an identifier alone', name: 'gone-name', forged: { identifier: 'x' } },
    { because: 'of a disable', name: 'gone-flag', forged: { enabled: false } },
    { because: 'of a seal that is worth nothing', name: 'gone-seal', forged: { id: '999', seal: 'x' } },
  ])('$because: nothing is created, not at the next start either', async ({ name, forged }) => {
    await stage.apply(secret(name, { password: 'p' }), credential(name, { suspend: true }));
    await stage.reason('pamcredential', name, 'Suspended');
    await forge('pamcredential', name, forged);
    await stage.patch('pamcredential', name, { spec: { suspend: false } });
    await stage.reason('pamcredential', name, 'RecordGone');
    expect(posts(name)).toBe(0);
  });

  it('and after a restart it is still known', async () => {
    await stage.restartOperator();
    const names = ['gone-forged', 'gone-name', 'gone-flag', 'gone-seal'];
    for (const name of names) {
      await stage.patch('pamcredential', name, { spec: { additional: 'wakes it' } });
      await stage.reason('pamcredential', name, 'RecordGone');
      expect(posts(name)).toBe(0);
    }
  });

  it('until a force-sync asks for it', async () => {
    await stage.kubectl('annotate', 'pamcredential/gone-forged', '-n', NAMESPACE, `${FORCE_SYNC}=now`);
    await stage.reason('pamcredential', 'gone-forged', 'Synced');
    expect(stage.pam.store.credential('test_team-a_gone-forged')?.content).toBe('p');
  });
});
