import { beforeEach, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { credential, fromSecret } from './declared-resources.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

function edit(spec: Parameters<typeof credential>[0], metadata: Parameters<typeof credential>[1] = {}): void {
  const { status, metadata: before } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
  world.kubernetes.apply(
    credential(spec, { ...before, generation: before.generation + 1, ...metadata }, status),
  );
}

async function inSync(spec: Parameters<typeof credential>[0]): Promise<void> {
  world.kubernetes.secret('shop/orders', { password: 'one' });
  world.connect();
  world.kubernetes.apply(credential(spec));
  await world.reconcile();
  await world.wait();
  await world.reconcile();
  await world.wait();
  expect(world.ready()).toBe('True Synced');
  world.takeCosts();
}

describe('reconcileResource: what one pass remembers for the next', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('builds on its own last write although the watch has not delivered it', async () => {
    world.kubernetes.secret('shop/orders', { password: 'one' });
    world.connect();
    world.kubernetes.apply(credential({ content: fromSecret, deletionPolicy: 'Disable' }));
    world.kubernetes.isDelivering = false;
    await world.reconcile();
    expect(world.takeCosts().writes).toEqual(['finalizers', 'status', 'status']);
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
  });

  it('waits for the cache where the answer to its write showed a newer spec', async () => {
    await inSync({});
    world.kubernetes.isDelivering = false;
    edit({ additional: 'new' });
    world.kubernetes.secret('shop/orders', undefined);
    const { writeStatus } = world.kubernetes;
    // A status that had to be written by the old view: the answer shows generation 2.
    const { metadata, status } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
    const target = { kind: 'PamCredential', namespace: 'shop', name: 'orders', uid: metadata.uid } as const;
    const written = await writeStatus.call(world.kubernetes, target, status ?? {}, {
      ...status,
      id: '101',
      fingerprint: 'x',
    });
    if (written.outcome !== 'written') throw new Error('it was not written');
    world.memories
      .of(metadata.uid)
      .wrote([written.resourceVersion], { ...written, status: status ?? {}, finalizers: undefined });
    world.takeCosts();
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    world.kubernetes.deliver();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['Upsert']);
  });

  it.each([
    {
      because: 'this replica did not lead',
      hinder: () => {
        world.leads = false;
      },
    },
    {
      because: 'somebody else changed the resource',
      hinder: () => {
        world.kubernetes.isDelivering = false;
        edit({ content: fromSecret }, { generation: 1, labels: { edited: 'yes' } });
      },
    },
  ])('reads a Secret again whose new value could not be pushed yet: $because', async ({ hinder }) => {
    await inSync({ content: fromSecret });
    world.kubernetes.secret('shop/orders', { password: 'two' });
    hinder();
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.takeCosts().pam).toEqual(['List']);
    world.leads = true;
    world.kubernetes.deliver();
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts().pam).toContain('Upsert+content');
    expect(world.pam.records.get('101')?.content).toBe('two');
  });

  it.each([
    {
      because: 'a push whose answer was lost, but that was applied, is not repeated',
      applied: true,
      pam: ['List', 'Upsert+content', 'List'],
      state: 'Presumed',
    },
    {
      because: 'a push that never arrived is repeated',
      applied: false,
      pam: ['List', 'Upsert+content', 'List', 'Upsert+content'],
      state: 'Pushed',
    },
  ])('$because', async ({ applied, pam, state }) => {
    await inSync({ content: fromSecret });
    world.kubernetes.secret('shop/orders', { password: 'two' });
    world.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' }, applied });
    await world.reconcile();
    expect(world.ready()).toBe('False PamTimeout');
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(pam);
    expect(world.status().content?.state).toBe(state);
    expect(world.pam.records.get('101')?.content).toBe('two');
  });

  it('looks a record up again whose id PAM does not know, once, before anything is said', async () => {
    await inSync({ enabled: false });
    const record = world.pam.records.get('101');
    world.pam.records.delete('101');
    world.pam.records.set('9', { ...(record as NonNullable<typeof record>), id: '9' });
    edit({ enabled: true });
    expect(await world.reconcile()).toEqual({ result: 'requeue', next: { afterMs: 0 } });
    expect(world.takeCosts()).toEqual({ pam: ['Enable 101'], writes: [] });
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['List', 'Enable 9']);
    expect(world.status().id).toBe('9');
    expect(world.ready()).toBe('True Synced');
  });

  it('trusts an id again that PAM denied once', async () => {
    await inSync({ content: fromSecret, enabled: false });
    edit({ content: fromSecret, enabled: true });
    world.pam.faults.push({ operation: 'Enable', fault: { signal: 'code', code: 1007, httpStatus: 400 } });
    await world.reconcile();
    await world.wait();
    await world.reconcile();
    expect(world.ready()).toBe('True Synced');
    expect(world.takeCosts().pam).toEqual(['Enable 101', 'List', 'Enable 101']);
    await world.wait();
    world.kubernetes.secret('shop/orders', { password: 'two' });
    await world.reconcile();
    expect(world.pam.records.get('101')?.content).toBe('two');
  });

  it('tells of a record that is listed but denied, instead of looking it up for ever', async () => {
    await inSync({ enabled: false });
    edit({ enabled: true });
    const fault = { signal: 'code', code: 1007, httpStatus: 400 } as const;
    world.pam.faults.push({ operation: 'Enable', fault }, { operation: 'Enable', fault });
    expect(await world.reconcile()).toEqual({ result: 'requeue', next: { afterMs: 0 } });
    expect(await world.reconcile()).toMatchObject({ result: 'requeue_after' });
    expect(world.ready()).toBe('False RecordNotFound');
  });

  it('says that a record is gone where PAM denies its id and lists no other one', async () => {
    await inSync({ enabled: false });
    world.pam.records.clear();
    edit({ enabled: true });
    await world.reconcile();
    await world.wait();
    expect(await world.reconcile()).toMatchObject({ result: 'terminal' });
    expect(world.ready()).toBe('False RecordGone');
    world.takeCosts();
    await world.wait();
    await world.reconcile();
    expect(world.takeCosts()).toEqual({ pam: ['List'], writes: [] });
  });

  it('does not call a forced sync handled whose enable was left out', async () => {
    await inSync({ enabled: true });
    edit({ enabled: true }, { generation: 1, annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    world.pam.before = (operation) => {
      if (operation !== 'Upsert') return;
      world.pam.before = () => {};
      edit({ enabled: false });
    };
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.takeCosts().pam).toEqual(['Upsert']);
    expect(world.status().lastHandledForceSync).toBeUndefined();
    expect(world.ready()).not.toBe('True Synced');
    await world.reconcile();
    expect(world.takeCosts().pam).toEqual(['Disable 101', 'Upsert', 'Disable 101']);
    expect(world.ready()).toBe('True Synced');
  });
});
