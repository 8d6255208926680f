import { beforeEach, describe, expect, it } from 'vitest';
import { connection, credential } from '../controller/declared-resources.ts';
import { useVirtualTime } from '../controller/virtual-time.ts';
import { OrdersStory } from './orders-story.ts';

let story: OrdersStory;
const IDENTIFIER = 'test_shop_orders';
const HELD = { finalizers: ['pam-operator.io/finalizer'] };

describe('a record that is not, or not only, this resource’s', () => {
  useVirtualTime();
  beforeEach(() => {
    story = new OrdersStory();
    story.secret('one');
    story.connect();
  });

  it('D4: two resources for one record: the loser makes no call, also not when it is deleted', async () => {
    await story.begins({ enabled: true });
    story.declare({ enabled: false, deletionPolicy: 'Disable' }, { name: 'rival' });
    await story.passes('rival');
    expect(story.ready('rival')).toBe('False Conflict');
    story.edit({ enabled: false, deletionPolicy: 'Disable' }, HELD, undefined, 'rival');
    story.deletes('rival');
    await story.passes('rival');
    expect(story.writes()).toEqual([]);
    expect(story.record()).toMatchObject({ active: true, content: 'one' });
  });

  it('D4: before either has the record the older resource gets it, whichever is visited first', async () => {
    story.declare({ additional: 'older' }, { creationTimestamp: '2026-03-01T08:00:00Z' });
    story.declare({ additional: 'younger' }, { name: 'rival' });
    await story.passes('rival');
    expect(story.ready('rival')).toBe('False Conflict');
    await story.passes();
    expect(story.ready()).toBe('True Synced');
    expect(story.pam.records.size).toBe(1);
  });

  it.each([
    { because: 'an identifier that no grant lets it use', identifier: 'orders-db', identifiers: undefined },
    { because: 'the one that this resource derives, by a glob', identifier: IDENTIFIER, identifiers: ['*'] },
  ])('D4: who is older and declares $because stands in nobody’s way', async ({ identifier, identifiers }) => {
    const [grant] = connection().spec.grants ?? [];
    if (grant === undefined) throw new Error('no grant');
    const { identifiers: _, ...squat } = { ...grant, namespaces: { names: ['squat'] } };
    const grants = [grant, { ...squat, ...(identifiers !== undefined && { identifiers }) }];
    story.connect(
      connection({
        grants: grants.map((each, at) => (at === 0 ? { ...each, namespaces: { names: ['shop'] } } : each)),
      }),
    );
    story.declare(
      { identifier, username: 'x' },
      { name: 'squatter', namespace: 'squat', creationTimestamp: '2026-01-01T00:00:00Z' },
    );
    story.declare(identifier === IDENTIFIER ? {} : { identifier });
    await story.passes();
    expect(story.ready()).toBe('True Synced');
    expect(story.record().identifier).toBe(identifier);
  });

  it('D4: a forged status that names the record is no claim to it', async () => {
    const connectionFingerprint = story.fingerprint();
    const forged = { id: '101', identifier: 'orders-db', connectionFingerprint, seal: 'x' };
    const metadata = { name: 'forger', namespace: 'other', uid: 'uid of forger' };
    story.kubernetes.apply(
      credential({ username: 'x' }, { ...metadata, creationTimestamp: '2026-01-01T00:00:00Z' }, forged),
    );
    story.declare({ identifier: 'orders-db' });
    await story.passes();
    expect(story.ready()).toBe('True Synced');
  });

  it('D5: a second cluster with our prefix made it first: its password stays, and the status says so', async () => {
    story.pam.store({ identifier: IDENTIFIER, content: 'of the other cluster' });
    story.declare();
    await story.passes();
    expect(story.record().content).toBe('of the other cluster');
    expect(story.status().content?.state).toBe('Kept');
    expect(story.takeCosts().pam).not.toContain('Upsert+content');
  });

  it('D5: records of a second cluster are counted, and never touched', async () => {
    await story.begins();
    story.pam.store({ identifier: 'test_shop_invoices' });
    await story.wait();
    await story.visit();
    expect(story.unclaimedEntries()).toBe(1);
    expect(story.writes()).toEqual([]);
  });

  it('D7: a resource that lost its finalizer leaves an enabled record: it is counted, and nobody disables it', async () => {
    await story.begins({ enabled: true, deletionPolicy: 'Disable' });
    story.kubernetes.delete(story.stored());
    await story.passes();
    await story.visit();
    expect(story.unclaimedEntries()).toBe(1);
    expect(story.record().active).toBe(true);
    expect(story.writes()).toEqual([]);
  });

  it('D18: the connection leads to another PAM Core: its ids are other records', async () => {
    await story.begins({ enabled: true });
    const { id } = story.record();
    story.pam.records.clear();
    story.pam.store({ id, identifier: 'test_bank_root', username: 'root', content: 'of the bank' });
    story.connect(connection({ url: 'https://other.example.com' }, { generation: 2 }));
    story.edit({ enabled: false });
    await story.passes();
    await story.passes();
    expect(story.ready()).toBe('False RecordGone');
    expect(story.record()).toMatchObject({ active: true, content: 'of the bank' });
    expect(story.takeCosts().pam.filter((call) => call !== 'List')).toEqual([]);
  });

  it('D18: a PAM Core that only moved shows the record, and it is used again', async () => {
    await story.begins({ enabled: true });
    story.connect(connection({ url: 'https://moved.example.com' }, { generation: 2 }));
    story.edit({ enabled: false });
    await story.passes();
    expect(story.record().active).toBe(false);
    expect(story.pam.records.size).toBe(1);
  });

  it('D19: restored from a backup with a new UID: the record is found again, its password is kept', async () => {
    await story.begins();
    const { metadata, status } = story.kubernetes.stored('PamCredential', 'shop', 'orders');
    story.kubernetes.delete(story.kubernetes.stored('PamCredential', 'shop', 'orders'));
    story.secret('of the backup');
    const restored = { ...metadata, uid: 'uid after the restore', generation: 1 };
    story.kubernetes.apply(
      credential({ content: { secretRef: { name: 'orders', key: 'password' } } }, restored, status),
    );
    story.crash();
    await story.passes();
    await story.passes();
    expect(story.ready()).toBe('True Synced');
    expect(story.record().content).toBe('one');
    expect(story.pam.records.size).toBe(1);
    expect(story.takeCosts().pam).not.toContain('Upsert+content');
  });

  it('D20: PAM Core was restored: the record is not what it was, so a changed Secret is held back', async () => {
    await story.begins();
    story.secret('two');
    await story.passes();
    await story.passes();
    // The backup of PAM Core has the record as it was before.
    Object.assign(story.record(), { content: 'one', changes: 1 });
    story.secret('three');
    await story.passes();
    expect(story.ready()).toBe('False RotatedElsewhere');
    expect(story.record().content).toBe('one');
  });

  it.each([
    { because: 'a disable', edit: { enabled: false }, metadata: {} },
    {
      because: 'a deletion',
      edit: { deletionPolicy: 'Disable' as const },
      metadata: { deletionTimestamp: '2026-03-01T11:00:00Z', finalizers: ['pam-operator.io/finalizer'] },
    },
  ])('D20: ids were given anew: $because goes to the record with our identifier', async (row) => {
    await story.begins({ enabled: true });
    const mine = story.record();
    const { id: before } = mine;
    story.pam.records.clear();
    story.pam.store({ id: before, identifier: 'test_bank_root', username: 'root' });
    story.pam.store({ ...mine, identifier: IDENTIFIER, id: '900' });
    // The last list that was read corrects the id; a disable waits for none.
    await story.wait(700_000);
    await story.visit();
    story.edit(row.edit, { ...row.metadata });
    await story.passes();
    await story.passes();
    expect(story.pam.records.get(before)?.active).toBe(true);
    expect(story.pam.records.get('900')?.active).toBe(false);
  });

  it('D21: a forged status: the id of another record in it is not used, and nothing is enabled or pushed', async () => {
    await story.begins();
    const foreign = story.pam.store({ identifier: 'test_bank_root', username: 'root' });
    const { status } = story.kubernetes.stored('PamCredential', 'shop', 'orders');
    story.secret('two');
    story.edit({ enabled: false }, {}, { ...status, id: foreign, enabled: true });
    await story.passes();
    await story.passes();
    expect(story.pam.records.get(foreign)?.active).toBe(true);
    expect(story.takeCosts().pam).not.toContain('Upsert+content');
    expect(story.pam.records.get('101')?.active).toBe(false);
  });
});
