import { beforeEach, describe, expect, it } from 'vitest';
import { FINALIZER, FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import { problem } from '../../src/core/failure.ts';
import { connection, credential, fromSecret } from './declared-resources.ts';
import { refusal } from './in-memory-pam.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

/** Applies a credential and makes one pass. */
async function create(...args: Parameters<typeof credential>) {
  world.kubernetes.apply(credential(...args));
  return world.reconcile();
}

/** The resource with another spec, as an edit leaves it: status and finalizers stay. */
function edit(spec: Parameters<typeof credential>[0], metadata: Parameters<typeof credential>[1] = {}): void {
  const { status, metadata: before } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
  world.kubernetes.apply(
    credential(spec, { ...before, generation: before.generation + 1, ...metadata }, status),
  );
}

/** A world with a connection, a Secret and a credential in sync. */
async function inSync(spec: Parameters<typeof credential>[0] = { content: fromSecret }): Promise<void> {
  world.kubernetes.secret('shop/orders', { password: 'one' });
  world.connect();
  await create(spec);
  await world.wait();
  await world.reconcile();
  await world.wait();
  expect(world.ready()).toBe('True Synced');
  world.takeCosts();
  world.kubernetes.events.length = 0;
  world.kubernetes.secretReads.length = 0;
}

describe('reconcileResource', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('creates a record with its content, in two status writes and one POST', async () => {
    world.connect();
    world.kubernetes.secret('shop/orders', { password: 'one' });
    // It comes back to see how its own write moved `change`.
    expect(await create({ content: fromSecret })).toEqual({
      result: 'requeue_after',
      next: { afterMs: 36_000, priority: PRIORITY.resync },
    });
    expect(world.takeCosts()).toEqual({ pam: ['List', 'Upsert+content'], writes: ['status', 'status'] });
    expect(world.ready()).toBe('True Synced');
    expect(world.status()).toMatchObject({
      id: '101',
      identifier: 'test_shop_orders',
      content: { state: 'Pushed' },
    });
    expect(world.status().pending).toBeUndefined();
    expect(world.pam.records.get('101')?.content).toBe('one');
    expect(world.kubernetes.events).toMatchObject([{ type: 'Normal', reason: 'Synced' }]);
  });

  it('looks for the baseline a minute after its write at the latest, whatever the spread', async () => {
    world.baselineDelayMs = 60_000;
    world.connect();
    world.kubernetes.secret('shop/orders', { password: 'one' });
    expect(await create({ content: fromSecret })).toMatchObject({ next: { afterMs: 60_000 } });
  });

  it('a second pass costs no call, no read and no write', async () => {
    await inSync();
    expect(await world.reconcile(credential(), PRIORITY.resync)).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.kubernetes.secretReads).toEqual([]);
    expect(world.kubernetes.events).toEqual([]);
  });

  it('knows nothing of a resource that is gone', async () => {
    world.connect();
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('does not write to PAM when the Secret is missing, and does when it appears', async () => {
    world.connect();
    expect(await create({ content: fromSecret })).toMatchObject({ result: 'requeue_after' });
    expect(world.pam.log).not.toContain('Upsert');
    expect(world.ready()).toBe('False SecretNotFound');
    world.kubernetes.secret('shop/orders', { password: 'one' });
    await world.wait();
    await world.reconcile();
    expect(world.ready()).toBe('True Synced');
  });

  it('pushes a changed Secret once, and no other version with the same value', async () => {
    await inSync();
    world.kubernetes.secret('shop/orders', { password: 'two' });
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: ['List', 'Upsert+content'], writes: ['status', 'status'] });
    world.kubernetes.secret('shop/orders', { password: 'two' });
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: ['List'], writes: ['status'] });
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.kubernetes.secretReads).toHaveLength(2);
  });

  it('says nothing about a connection that was not visited yet, and waits for it', async () => {
    world.kubernetes.apply(connection());
    world.kubernetes.apply(credential());
    const pass = world.reconcile();
    setTimeout(() => world.connect(), 30_000);
    expect(await pass).toEqual({ result: 'success' });
    expect(world.kubernetes.events).toMatchObject([{ reason: 'Synced' }]);
  });

  it('does not say that a connection is missing because the process stops', async () => {
    world.kubernetes.apply(connection());
    world.kubernetes.apply(credential());
    setTimeout(() => world.connections.stop(), 1000);
    expect(await world.reconcile()).toMatchObject({ result: 'requeue_after' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it.each([
    {
      because: 'there is none',
      prepare: () => {},
      ready: 'False ConnectionNotFound',
    },
    {
      because: 'it has no session',
      prepare: () => {
        world.kubernetes.apply(connection());
        world.connections.refuse(connection(), problem('SecretNotFound', 'The Secret is missing'));
      },
      ready: 'False ConnectionNotReady',
    },
    {
      because: 'it is suspended',
      prepare: () => world.connect(connection({ suspend: true })),
      ready: 'Unknown Suspended',
    },
    {
      because: 'it grants nothing',
      prepare: () => world.connect(connection({ grants: [] })),
      ready: 'False NotGranted',
    },
  ])('makes no call over a connection that cannot be used: $because', async ({ prepare, ready }) => {
    prepare();
    await create({ enabled: true });
    expect(world.pam.log).toEqual([]);
    expect(world.ready()).toBe(ready);
    world.takeCosts();
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.kubernetes.events).toHaveLength(1);
  });

  it('leaves a resource in sync as it is while the connection has no session', async () => {
    await inSync();
    world.connections.refuse(connection(), problem('SecretNotFound', 'The Secret is missing'));
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it.each([
    {
      because: 'PAM does not answer',
      hinder: () => world.pam.faults.push({ operation: 'List', fault: { signal: 'timeout' } }),
    },
    {
      because: 'there is no session',
      hinder: () =>
        world.connections.refuse(connection(), problem('SecretNotFound', 'The Secret is missing')),
    },
  ])('stays in sync although the baseline cannot be looked up: $because', async ({ hinder }) => {
    world.kubernetes.secret('shop/orders', { password: 'one' });
    world.connect();
    await create({ content: fromSecret });
    await world.wait();
    hinder();
    world.takeCosts();
    expect(await world.reconcile()).toEqual({
      result: 'requeue_after',
      next: { afterMs: 30_000, priority: PRIORITY.resync },
    });
    expect(world.ready()).toBe('True Synced');
    expect(world.takeCosts().writes).toEqual([]);
  });

  it.each([
    { because: 'it was edited', metadata: { generation: 2 } },
    { because: 'it was created anew under its name', metadata: { uid: 'uid of the next one' } },
  ])(
    'waits until its connection is taken as it is now, but for a disable: $because',
    async ({ metadata }) => {
      await inSync();
      world.kubernetes.apply(connection({ identifierPrefix: 'other' }, metadata));
      edit({ content: fromSecret, additional: 'new' });
      expect(await world.reconcile()).toMatchObject({ result: 'requeue_after' });
      expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
      edit({ content: fromSecret, enabled: false });
      await world.reconcile(undefined, PRIORITY.disable);
      expect(world.pam.log.at(-1)).toBe('Disable 101');
    },
  );

  it('says that an edit has to wait while the connection has no session', async () => {
    await inSync();
    world.connections.refuse(connection(), problem('SecretNotFound', 'The Secret is missing'));
    edit({ content: fromSecret, additional: 'new' });
    expect(await world.reconcile()).toMatchObject({ result: 'requeue_after' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
    expect(world.ready()).toBe('False ConnectionNotReady');
  });

  it('without an install key writes nothing to PAM and leaves what is in sync alone', async () => {
    await inSync();
    world.installKey = { failure: problem('InstallKeyUnavailable', 'The Secret is missing') };
    world.kubernetes.secret('shop/orders', { password: 'two' });
    expect(await world.reconcile()).toMatchObject({ result: 'error', next: { priority: PRIORITY.retry } });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    edit({ content: fromSecret, additional: 'new' });
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
    expect(world.ready()).toBe('False InstallKeyUnavailable');
  });

  it('pushes what a forced sync asks for, and handles each value once', async () => {
    await inSync();
    edit({ content: fromSecret }, { generation: 1, annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List', 'Upsert+content']);
    expect(world.kubernetes.events).toEqual([]);
    expect(world.status().lastHandledForceSync).toBe('now');
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List']);
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('reads unwatched Secrets again after the poll interval, with the priority of a resync', async () => {
    world.secretsPollSeconds = 120;
    world.kubernetes.secret('shop/orders', { password: 'one' });
    world.connect();
    expect(await create({ content: { ...fromSecret, push: 'Override' } })).toEqual({
      result: 'requeue_after',
      next: { afterMs: 120_000, priority: PRIORITY.resync },
    });
  });
});

describe('reconcileResource: deletion', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  const deleting = { deletionTimestamp: '2026-03-01T10:00:00Z' };

  it('Retain lets go without a connection, an install key or a Secret', async () => {
    world.installKey = { failure: problem('InstallKeyUnavailable', 'The Secret is missing') };
    world.kubernetes.apply(credential({ content: fromSecret }, { finalizers: [FINALIZER], ...deleting }));
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: ['finalizers'] });
    expect(world.kubernetes.get('PamCredential', 'shop', 'orders')).toBeUndefined();
  });

  it('Disable disables and then lets go', async () => {
    await inSync({ deletionPolicy: 'Disable' });
    edit({ deletionPolicy: 'Disable' }, deleting);
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: ['Disable 101'], writes: ['finalizers'] });
    expect(world.pam.records.get('101')?.active).toBe(false);
    expect(world.kubernetes.get('PamCredential', 'shop', 'orders')).toBeUndefined();
  });

  it('Disable holds the finalizer while PAM does not answer, and says how to let go', async () => {
    await inSync({ deletionPolicy: 'Disable' });
    edit({ deletionPolicy: 'Disable' }, deleting);
    world.pam.faults.push({ operation: 'Disable', fault: { signal: 'timeout' } });
    expect(await world.reconcile()).toEqual({
      result: 'error',
      next: { afterMs: 1000, priority: PRIORITY.deletion },
    });
    expect(world.ready()).toBe('False DeletionBlocked');
    expect(world.status().conditions?.[0]?.message).toContain('deletionPolicy: Retain');
    await world.reconcile();
    expect(world.kubernetes.get('PamCredential', 'shop', 'orders')).toBeUndefined();
  });

  it('does not touch a resource whose finalizer is off already', async () => {
    world.connect();
    world.kubernetes.apply(credential({}, { finalizers: ['other.io/finalizer'], ...deleting }));
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('comes back where somebody else changed the finalizers meanwhile', async () => {
    world.kubernetes.apply(credential({}, { finalizers: [FINALIZER], ...deleting }));
    world.kubernetes.isDelivering = false;
    world.kubernetes.apply(credential({}, { finalizers: [FINALIZER, 'other.io/finalizer'], ...deleting }));
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    world.kubernetes.deliver();
    expect(await world.reconcile()).toEqual({ result: 'success' });
    const { metadata } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
    expect(metadata.finalizers).toEqual(['other.io/finalizer']);
  });

  it('refuses politely what PAM does not know', async () => {
    await inSync({ enabled: true });
    edit({ enabled: false });
    world.pam.faults.push({ operation: 'Disable', fault: refusal(1039) });
    await world.reconcile();
    expect(world.ready()).toBe('False PamPermissionDenied');
  });
});
