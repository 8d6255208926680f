import { beforeEach, describe, expect, it } from 'vitest';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import { KubeError } from '../../src/core/kube-error.ts';
import { connection, credential, fromSecret } from './declared-resources.ts';
import { refusal } from './in-memory-pam.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

/** A record under the id 7 that the status names, enabled and in sync as far as the status says. */
async function knownRecord(spec: Parameters<typeof credential>[0]): Promise<void> {
  world.connect();
  world.kubernetes.apply(credential({ ...spec, enabled: true }));
  await world.reconcile();
  await world.wait();
  await world.reconcile();
  expect(world.ready()).toBe('True Synced');
  edit(spec);
  world.takeCosts();
}

function edit(spec: Parameters<typeof credential>[0]): void {
  const { status, metadata } = world.kubernetes.stored('PamCredential', 'shop', 'orders');
  world.kubernetes.apply(credential(spec, { ...metadata, generation: metadata.generation + 1 }, status));
}

describe('reconcileResource: retries', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('backs off exponentially after a timeout, writes the failure once, and heals', async () => {
    world.connect();
    world.kubernetes.apply(credential());
    const delays: (number | undefined)[] = [];
    for (let attempt = 1; attempt <= 11; attempt++) {
      world.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' } });
      delays.push((await world.reconcile()).next?.afterMs);
      await world.wait();
    }
    expect(delays.map((ms) => (ms ?? 0) / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(world.kubernetes.writes).toHaveLength(1);
    expect(world.kubernetes.events).toMatchObject([{ type: 'Warning', reason: 'PamTimeout' }]);
    expect(await world.reconcile()).toEqual({ result: 'success' });
    expect(world.ready()).toBe('True Synced');
    expect(world.status().lastError).toBeUndefined();
    expect(world.kubernetes.events.map(({ reason }) => reason)).toEqual(['PamTimeout', 'Synced']);
    edit({ additional: 'new' });
    world.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' } });
    expect((await world.reconcile()).next?.afterMs).toBe(1000);
  });

  it.each([
    {
      because: 'a timeout is passing',
      fault: { signal: 'timeout' },
      next: { afterMs: 1000, priority: PRIORITY.retry },
      result: 'error',
    },
    {
      because: 'PAM says when to come back',
      fault: { signal: 'httpStatus', httpStatus: 429, retryAfterMs: 30_000 },
      next: { afterMs: 31_000, priority: PRIORITY.retry },
      result: 'error',
    },
    {
      because: 'somebody has to register the device first, but the progress deadline comes before',
      fault: refusal(1011),
      next: { afterMs: 600_000, priority: PRIORITY.retry },
      result: 'requeue_after',
    },
    {
      because: 'only a change can help',
      fault: refusal(1042),
      next: { afterMs: expect.closeTo(3_960_000), priority: PRIORITY.retry },
      result: 'terminal',
    },
  ] as const)('comes back when $because', async ({ fault, next, result }) => {
    world.connect();
    world.kubernetes.apply(credential());
    world.pam.faults.push({ operation: 'Upsert', fault });
    expect(await world.reconcile()).toEqual({ result, next });
  });

  it('tells of a list that fails, and heals', async () => {
    world.connect();
    world.kubernetes.apply(credential());
    world.pam.faults.push({ operation: 'List', fault: { signal: 'unreachable' } });
    expect(await world.reconcile()).toEqual({
      result: 'error',
      next: { afterMs: 1000, priority: PRIORITY.retry },
    });
    expect(world.ready()).toBe('False PamUnreachable');
    expect(world.pam.log).toEqual(['List']);
    expect(await world.reconcile()).toEqual({ result: 'success' });
  });

  it('frees its worker while PAM rests after a long list, and says nothing', async () => {
    world.connect();
    world.kubernetes.apply(credential());
    world.pam.before = () => world.wait(6000);
    await world.connections.peek('default')?.session?.inventory.atLeast(Date.now());
    await world.wait(10_000);
    expect(await world.reconcile()).toEqual({
      result: 'requeue_after',
      next: { afterMs: expect.closeTo(14_000, 0) },
    });
    expect(world.takeCosts()).toEqual({ pam: ['List'], writes: [] });
  });

  it.each([
    {
      because: 'another version of the connection',
      end: () => world.connect(connection({}, { generation: 2 })),
    },
    { because: 'the stop of the process', end: () => world.connections.stop() },
  ])('says nothing about PAM when the session ends during a list: $because', async ({ end }) => {
    world.connect();
    world.kubernetes.apply(credential());
    world.pam.before = () => {
      world.pam.before = () => {};
      end();
    };
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.kubernetes.writes).toEqual([]);
    expect(world.kubernetes.events).toEqual([]);
  });

  it('writes nothing at all while this replica may not', async () => {
    world.connect();
    world.kubernetes.apply(credential());
    world.leads = false;
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.takeCosts()).toEqual({ pam: ['List'], writes: [] });
  });

  it('does not tell of a missing Secret after the lead was lost', async () => {
    world.connect();
    world.kubernetes.apply(credential({ content: fromSecret }));
    world.pass.abort();
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    expect(world.takeCosts().writes).toEqual([]);
  });

  it('passes a failing API server on, but knows that a list from before the write decides nothing', async () => {
    await knownRecord({ enabled: true });
    edit({ enabled: true, additional: 'new' });
    const error = new KubeError({ verb: 'patch', signal: 'timeout' });
    world.kubernetes.failures.push({ call: 'writeStatus', error });
    await expect(world.reconcile()).rejects.toBe(error);
    expect(world.memories.of('uid of orders').writeEndedAtMs).toBeGreaterThan(0);
  });
});

describe('reconcileResource: a pending disable', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('is carried out, and tells how long it took', async () => {
    await knownRecord({ enabled: false });
    expect(await world.reconcile(credential(), PRIORITY.disable)).toEqual({ result: 'success' });
    expect(world.pam.log).toEqual(['Disable 101']);
    expect(world.status().enabled).toBe(false);
    expect(world.disabled).toEqual([{ connection: 'default', seconds: expect.closeTo(0) }]);
    expect(world.pam.calls[0]?.context.priority).toBe(PRIORITY.disable);
  });

  it.each([
    { because: 'a timeout', fault: { operation: 'Disable', signal: 'timeout' } },
    { because: 'a fault of the whole connection', fault: { operation: 'Disable', ...refusal(1039) } },
    {
      because: 'a token that PAM refuses',
      fault: { operation: 'Token', signal: 'httpStatus', httpStatus: 401 },
    },
    {
      because: 'missing access, which waits an hour elsewhere',
      fault: { operation: 'Disable', ...refusal(1009) },
    },
  ] as const)('comes back with its priority and at most a minute later: $because', async ({ fault }) => {
    await knownRecord({ enabled: false });
    const nexts: unknown[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      world.pam.faults.push({ operation: 'Disable', fault });
      nexts.push((await world.reconcile()).next);
      await world.wait();
    }
    const seconds = [1, 2, 4, 8, 16, 32, 60, 60];
    expect(nexts).toEqual(seconds.map((s) => ({ afterMs: s * 1000, priority: PRIORITY.disable })));
  });

  it('waits no longer for a list that fails than for PAM itself', async () => {
    world.connect();
    world.kubernetes.apply(credential({ enabled: false }));
    let next: unknown;
    for (let attempt = 1; attempt <= 10; attempt++) {
      world.pam.faults.push({ operation: 'List', fault: { signal: 'timeout' } });
      next = (await world.reconcile()).next;
      await world.wait();
    }
    expect(next).toEqual({ afterMs: 60_000, priority: PRIORITY.disable });
  });

  it('is none where PAM refuses to create the record: there is nothing to disable', async () => {
    world.connect();
    world.kubernetes.apply(credential({ enabled: false }));
    world.pam.faults.push({ operation: 'Upsert', fault: refusal(1011) });
    expect((await world.reconcile()).next?.afterMs).toBe(600_000);
  });

  it('is none any more where the disable succeeded and only the rest failed', async () => {
    await knownRecord({ enabled: false });
    edit({ enabled: false, additional: 'new' });
    world.pam.faults.push({ operation: 'Upsert', fault: refusal(1042) });
    expect(await world.reconcile()).toEqual({
      result: 'terminal',
      next: { afterMs: expect.closeTo(3_960_000), priority: PRIORITY.retry },
    });
    expect(world.pam.log).toEqual(['Disable 101', 'Upsert', 'Disable 101']);
    expect(world.status().enabled).toBe(false);
  });

  it('goes out although the Secret is missing, and at once again after a conflict', async () => {
    world.kubernetes.secret('shop/orders', { password: 'one' });
    await knownRecord({ content: fromSecret, enabled: false });
    world.kubernetes.secret('shop/orders', undefined);
    world.leads = false;
    expect(await world.reconcile()).toEqual({ result: 'requeue_after', next: { afterMs: 1000 } });
    world.leads = true;
    const { next } = await world.reconcile();
    expect(world.pam.log).toEqual(['Disable 101']);
    expect(next).toEqual({ afterMs: 0 });
    await world.reconcile();
    expect(world.ready()).toBe('False SecretNotFound');
    expect(world.status().enabled).toBe(false);
  });
});
