import { beforeEach, describe, expect, it } from 'vitest';
import type { PamConnectionStatus } from '../../src/api/pam-connection.gen.ts';
import { connection, credential } from './declared-resources.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

const stored = () => world.kubernetes.stored('PamConnection', '', 'default');
const events = () => world.kubernetes.events.map(({ reason }) => reason);

/** The connection as it is, with other metadata or another status, and one visit. */
async function revisit(annotations: Record<string, string> = {}): Promise<void> {
  const { metadata, status } = stored();
  const next = connection({}, { ...metadata, annotations });
  world.kubernetes.apply(status === undefined ? next : { ...next, status });
  await world.visit();
}

function held(uid: string): ReturnType<typeof credential> {
  const metadata = {
    uid,
    deletionTimestamp: '2026-03-01T10:00:00Z',
    finalizers: ['pam-operator.io/finalizer'],
  };
  const condition = { type: 'Ready', status: 'False' as const, reason: 'DeletionHeld', message: '' };
  return credential({ deletionPolicy: 'Disable' }, metadata, {
    conditions: [{ ...condition, lastTransitionTime: '2026-03-01T10:00:00Z' }],
  });
}

describe('the status of a connection', () => {
  useVirtualTime();
  beforeEach(async () => {
    world = new ReconcileWorld();
    world.kubernetes.apply(connection());
  });

  it('says who owns it before PAM is asked anything', async () => {
    const owners: (string | undefined)[] = [];
    world.pam.before = () => {
      owners.push(stored().status?.installation);
    };
    await world.visit();
    expect(owners).toEqual(['pam-operator/pam-operator']);
    expect(stored().status?.installation).toBe('pam-operator/pam-operator');
  });

  it('of two installations that see it first at once one gets through, and the other does nothing', async () => {
    world.kubernetes.isDelivering = false;
    await world.visit();
    world.takeCosts();
    world.installation = 'elsewhere/pam-operator';
    world.ownVersions.forget('default');
    expect(await world.visit()).toMatchObject({ result: 'requeue_after' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
    expect(stored().status?.installation).toBe('pam-operator/pam-operator');
    world.kubernetes.deliver();
    expect(await world.visit()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    const view = world.connections.peek('default');
    expect(view).toMatchObject({ isForeign: true, problem: { reason: 'ConnectionNotReady' } });
    expect(view?.session).toBeUndefined();
  });

  it('counts resources and entries, and writes only what changed', async () => {
    world.usage.changed(credential());
    world.unclaimed = 2;
    world.pam.store({ identifier: 'test_old_one' });
    await world.visit();
    expect(stored().status).toMatchObject({
      resources: { total: 1, ready: 0, reconciling: 0, stalled: 0, suspended: 0 },
      inventory: { entries: 1, unclaimedEntries: 2 },
    });
    world.takeCosts();
    await world.visit();
    expect(world.takeCosts().writes).toEqual([]);
    world.unclaimed = 3;
    await world.visit();
    expect(world.takeCosts().writes).toEqual(['status']);
    expect(stored().status?.inventory).toEqual({ entries: 1, unclaimedEntries: 3 });
  });

  it('keeps the numbers of the last list where the connection fails', async () => {
    world.unclaimed = 2;
    await world.visit();
    world.kubernetes.secret('pam-operator/pam-auth', undefined);
    await world.visit();
    expect(world.connectionReady()).toBe('False SecretNotFound');
    expect(stored().status?.inventory).toEqual({ entries: 0, unclaimedEntries: 2 });
  });

  it('says once that the list shows disabled records, and the resources know it at once', async () => {
    world.kubernetes.apply(connection({ disabledRecords: 'Auto' }));
    await world.visit();
    expect(world.connections.peek('default')?.connection.status?.inventory?.disabledRecords).toBeUndefined();
    world.listsDisabled = true;
    world.takeCosts();
    await world.visit();
    expect(stored().status?.inventory?.disabledRecords).toBe('Listed');
    expect(world.connections.peek('default')?.connection.status?.inventory?.disabledRecords).toBe('Listed');
    await world.visit();
    expect(world.takeCosts().writes).toEqual(['status']);
  });

  it('tells of held deletions by one number and one Event, and of none when they are gone', async () => {
    await world.visit();
    expect(stored().status?.deletions).toBeUndefined();
    world.usage.changed(held('1'));
    world.usage.changed(held('2'));
    await world.visit();
    world.usage.changed(held('3'));
    await world.visit();
    expect(stored().status?.deletions).toEqual({ held: 3 });
    expect(events()).toEqual(['Synced', 'DeletionHeld']);
    for (const uid of ['1', '2', '3']) world.usage.deleted(held(uid));
    await world.visit();
    expect(stored().status?.deletions).toEqual({ held: 0 });
  });

  it('records a release before the deletions go on, once for each value', async () => {
    const deletions: PamConnectionStatus['deletions'] = { count: 5, uids: ['a'], held: 2 };
    world.kubernetes.apply({ ...connection(), status: { deletions, installation: world.installation } });
    for (const uid of ['1', '2']) world.usage.changed(held(uid));
    await world.wait(1000);
    await revisit({ 'pam-operator.io/release-deletions': 'now' });
    expect(stored().status).toMatchObject({
      lastHandledReleaseDeletions: 'now',
      deletions: { count: 5, uids: ['a'], held: 0, releasedTime: '2026-03-01T10:00:01Z' },
    });
    expect(world.wokenDeletions).toEqual(['default']);
    world.takeCosts();
    await world.visit();
    expect(world.takeCosts().writes).toEqual([]);
    expect(world.wokenDeletions).toEqual(['default']);
  });

  it('takes the in-use finalizer while it is in use, by one write', async () => {
    await world.visit();
    world.takeCosts();
    world.inUse = true;
    await world.visit();
    await world.visit();
    expect(world.takeCosts().writes).toEqual(['finalizers']);
    expect(stored().metadata.finalizers).toEqual(['pam-operator.io/in-use']);
  });
});

describe('a resource whose connection is another installation’s', () => {
  useVirtualTime();
  beforeEach(async () => {
    world = new ReconcileWorld();
    world.kubernetes.apply({ ...connection(), status: { installation: 'elsewhere/pam-operator' } });
    await world.visit();
  });

  it('is told so only where nobody writes its status for half a minute, and once', async () => {
    world.kubernetes.apply(credential());
    const first = await world.reconcile();
    expect(first.next?.afterMs).toBeGreaterThan(29_000);
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    const seenAtMs = Date.now();
    await world.wait(30_100);
    await world.reconcile(credential(), 0, seenAtMs);
    expect(world.ready()).toBe('False ConnectionNotReady');
    await world.reconcile(credential(), 0, seenAtMs);
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
  });

  it('is left alone where the other one has written its status, and while it is being deleted', async () => {
    world.kubernetes.apply(credential({}, {}, held('x').status));
    expect(await world.reconcile()).toEqual({ result: 'success' });
    world.kubernetes.apply(
      credential({ deletionPolicy: 'Disable' }, { ...held('x').metadata, name: 'orders', namespace: 'shop' }),
    );
    await world.wait();
    expect(await world.reconcile(credential(), 0, 0)).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });
});
