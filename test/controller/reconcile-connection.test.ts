import { beforeEach, describe, expect, it } from 'vitest';
import { ALLOWED_HOSTS_ANNOTATION } from '../../src/api/names.ts';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import { KubeError } from '../../src/core/kube-error.ts';
import { connection } from './declared-resources.ts';
import { ReconcileWorld } from './reconcile-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: ReconcileWorld;

/** Applies a connection and makes one pass for it. */
async function apply(...args: Parameters<typeof connection>) {
  world.kubernetes.apply(connection(...args));
  return world.visit();
}

describe('reconcileConnection', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new ReconcileWorld();
  });

  it('opens a session, proves it by one list, and wakes the resources', async () => {
    expect(await apply()).toEqual({
      result: 'success',
      next: { afterMs: expect.closeTo(660_000), priority: PRIORITY.resync },
    });
    expect(world.connectionReady()).toBe('True Synced');
    expect(world.pam.log).toEqual(['List']);
    expect(world.madeClients).toMatchObject([{ url: 'https://pam.example.com', auth: { type: 'oauth2' } }]);
    expect(world.woken).toEqual(['default']);
    expect(world.kubernetes.events).toMatchObject([{ type: 'Normal', reason: 'Synced' }]);
  });

  it('a second pass costs no call and no write, and makes no new session', async () => {
    await apply();
    const session = world.connections.peek('default')?.session;
    world.takeCosts();
    await world.visit();
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.connections.peek('default')?.session).toBe(session);
    expect(world.woken).toEqual(['default']);
    expect(world.kubernetes.events).toHaveLength(1);
  });

  it.each([
    { because: 'its interval is over', spec: {}, waitMs: 600_000, pam: ['List'] },
    { because: 'a list within half of it is young enough', spec: {}, waitMs: 299_000, pam: [] },
    {
      because: 'a shorter one is set',
      spec: { inventoryIntervalSeconds: 60 },
      waitMs: 60_000,
      pam: ['List'],
    },
  ])('reads the list again or not: $because', async ({ spec, waitMs, pam }) => {
    await apply(spec);
    world.takeCosts();
    await world.wait(waitMs);
    await world.visit();
    expect(world.takeCosts()).toEqual({ pam, writes: [] });
  });

  it('does not come back by itself where the interval is 0', async () => {
    expect(await apply({ inventoryIntervalSeconds: 0 })).toEqual({ result: 'success' });
  });

  it.each([
    {
      because: 'an edit',
      change: () => world.kubernetes.apply(connection({ suspend: true }, { generation: 2 })),
    },
    {
      because: 'a new version of its Secret',
      change: () => world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: 'new' }),
    },
    {
      because: 'another resource under its name',
      change: () => world.kubernetes.apply(connection({}, { uid: 'another' })),
    },
  ])('starts anew after $because, and wakes the resources', async ({ change }) => {
    await apply();
    const before = world.connections.peek('default')?.session;
    await world.wait();
    change();
    await world.visit();
    expect(before?.signal.aborted).toBe(true);
    expect(world.connections.peek('default')?.session?.signal.aborted).toBe(false);
    expect(world.pam.log).toEqual(['List', 'List']);
    expect(world.woken).toEqual(['default', 'default']);
  });

  it('records the generation of an edit without an event: its reason is the same', async () => {
    await apply();
    const { status } = world.kubernetes.stored('PamConnection', '', 'default');
    const edited = connection({ suspend: true }, { generation: 2 });
    world.kubernetes.apply(status === undefined ? edited : { ...edited, status });
    await world.visit();
    expect(world.kubernetes.stored('PamConnection', '', 'default').status?.observedGeneration).toBe(2);
    expect(world.kubernetes.events).toHaveLength(1);
  });

  it('makes the claims of its resources anew before they go by it as it is now, and not without need', async () => {
    await apply();
    await world.visit();
    await apply({ identifierPrefix: 'other' }, { generation: 2 });
    await apply({}, { uid: 'uid of the next one', generation: 2 });
    world.kubernetes.delete(connection());
    await world.visit();
    expect(world.reclaimedUnder).toEqual([undefined, 1, 2, 2]);
  });

  it('starts anew when its CA bundle changes', async () => {
    world.kubernetes.configMaps.set('pam-operator/ca/ca.crt', 'one');
    await apply({ caBundleConfigMap: { name: 'ca', key: 'ca.crt' } });
    world.kubernetes.configMaps.set('pam-operator/ca/ca.crt', 'two');
    await world.visit();
    expect(world.madeClients.map(({ ca }) => ca)).toEqual(['one', 'two']);
  });

  it('ends with its resource, and forgets how often it failed', async () => {
    await apply();
    const session = world.connections.peek('default')?.session;
    world.connectionFailures.set('default', 7);
    world.kubernetes.delete(connection());
    expect(await world.visit()).toEqual({ result: 'success' });
    expect(session?.signal.aborted).toBe(true);
    expect(world.connections.peek('default')).toBeUndefined();
    expect(world.woken).toEqual(['default', 'default']);
    expect(world.connectionFailures.size).toBe(0);
  });

  it.each([
    {
      because: 'there is no Secret',
      prepare: () => world.kubernetes.secret('pam-operator/pam-auth', undefined),
      spec: {},
      ready: 'False SecretNotFound',
    },
    {
      because: 'the Secret may not be read',
      prepare: () => world.kubernetes.secret('pam-operator/pam-auth', 'forbidden'),
      spec: {},
      ready: 'False SecretForbidden',
    },
    {
      because: 'a key is missing',
      prepare: () => world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id' }),
      spec: {},
      ready: 'False SecretKeyNotFound',
    },
    {
      because: 'a value is empty',
      prepare: () => world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: '' }),
      spec: {},
      ready: 'False SecretValueInvalid',
    },
    {
      because: 'the token would go to another host',
      prepare: () => {},
      spec: { tokenUrl: 'https://elsewhere.example.com/token' },
      ready: 'False InvalidSettings',
    },
    {
      because: 'a request may outlast the Lease',
      prepare: () => {},
      spec: { timeouts: { requestSeconds: 11 } },
      ready: 'False InvalidSettings',
    },
    {
      because: 'there is no CA bundle',
      prepare: () => {},
      spec: { caBundleConfigMap: { name: 'ca', key: 'ca.crt' } },
      ready: 'False InvalidSettings',
    },
    {
      because: 'the CA bundle may not be read',
      prepare: () => world.kubernetes.configMaps.set('pam-operator/ca/ca.crt', 'forbidden'),
      spec: { caBundleConfigMap: { name: 'ca', key: 'ca.crt' } },
      ready: 'False InvalidSettings',
    },
    {
      because: 'the CA bundle has no such key',
      prepare: () => world.kubernetes.configMaps.set('pam-operator/ca/ca.crt', 'noKey'),
      spec: { caBundleConfigMap: { name: 'ca', key: 'ca.crt' } },
      ready: 'False InvalidSettings',
    },
    {
      because: 'no client can be made of it',
      prepare: () => {
        world.clientProblem = 'proxyUrl must be an http or https address';
      },
      spec: {},
      ready: 'False InvalidSettings',
    },
  ])('makes no call, says why, and lets nobody wait: $because', async ({ prepare, spec, ready }) => {
    prepare();
    await apply(spec);
    expect(world.connectionReady()).toBe(ready);
    expect(world.pam.log).toEqual([]);
    const view = await world.connections.get('default', () => true);
    expect(`False ${view?.problem?.reason}`).toBe(ready);
    expect(world.woken).toEqual(['default']);
    world.takeCosts();
    await world.visit();
    expect(world.takeCosts().writes).toEqual([]);
    expect(world.kubernetes.events).toHaveLength(1);
    expect(world.woken).toEqual(['default']);
  });

  it('looks again soon at a CA bundle that it may not read: an API server that has just started knows no rights yet', async () => {
    world.kubernetes.configMaps.set('pam-operator/ca/ca.crt', 'forbidden');
    await apply({ caBundleConfigMap: { name: 'ca', key: 'ca.crt' } });
    expect((await world.visit()).next?.afterMs).toBeLessThanOrEqual(2_000);
  });

  it('takes another token host that its Secret allows', async () => {
    const annotations = { [ALLOWED_HOSTS_ANNOTATION]: ' Login.example.com , other.example.com' };
    world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: 'x' }, annotations);
    await apply({ tokenUrl: 'https://login.example.com/token' });
    expect(world.connectionReady()).toBe('True Synced');
  });

  it('ends a session whose Secret is gone, wakes the resources once, and comes back with the Secret', async () => {
    await apply();
    const session = world.connections.peek('default')?.session;
    world.kubernetes.secret('pam-operator/pam-auth', undefined);
    await world.visit();
    await world.visit();
    expect(session?.signal.aborted).toBe(true);
    expect(world.woken).toEqual(['default', 'default']);
    world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: 'new' });
    await world.wait();
    await world.visit();
    expect(world.connectionReady()).toBe('True Synced');
    expect(world.woken).toHaveLength(3);
  });

  it('wakes the resources where the reason is another one: their messages name it', async () => {
    world.kubernetes.secret('pam-operator/pam-auth', undefined);
    await apply();
    world.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id' });
    await world.visit();
    expect(world.woken).toEqual(['default', 'default']);
  });

  it('tells of a list that fails, backs off, and heals in the same session', async () => {
    const nexts: (number | undefined)[] = [];
    world.kubernetes.apply(connection());
    for (let attempt = 1; attempt <= 4; attempt++) {
      world.pam.faults.push({ operation: 'List', fault: { signal: 'httpStatus', httpStatus: 503 } });
      nexts.push((await world.visit()).next?.afterMs);
      await world.wait();
    }
    expect(nexts).toEqual([1000, 2000, 4000, 8000]);
    expect(world.connectionReady()).toBe('False PamUnavailable');
    expect(world.kubernetes.stored('PamConnection', '', 'default').status?.lastError).toMatchObject({
      operation: 'List',
      httpStatus: 503,
      since: '2026-03-01T10:00:00Z',
    });
    // The claim and the failure.
    expect(world.takeCosts().writes).toEqual(['status', 'status']);
    await world.visit();
    expect(world.connectionReady()).toBe('True Synced');
    expect(world.kubernetes.stored('PamConnection', '', 'default').status?.lastError).toBeUndefined();
    expect(world.madeClients).toHaveLength(1);
    expect(world.connectionFailures.size).toBe(0);
  });

  it('says nothing about PAM while PAM rests after a long list', async () => {
    await apply({ inventoryIntervalSeconds: 60 });
    await world.wait();
    world.pam.before = () => world.wait(30_000);
    await world.connections.peek('default')?.session?.inventory.atLeast(Date.now());
    world.takeCosts();
    await world.wait(40_000);
    expect(await world.visit()).toEqual({
      result: 'requeue_after',
      next: { afterMs: expect.closeTo(80_000, 0), priority: PRIORITY.retry },
    });
    expect(world.takeCosts()).toEqual({ pam: [], writes: [] });
    expect(world.connectionReady()).toBe('True Synced');
  });

  it('says nothing about PAM when the process stops during the list', async () => {
    world.pam.before = () => world.connections.stop();
    await apply();
    // The claim alone.
    expect(world.takeCosts().writes).toEqual(['status']);
    expect(world.connectionReady()).toBe('undefined undefined');
    expect(world.kubernetes.events).toEqual([]);
  });

  it.each([
    { because: 'it goes on with what it has', visited: true, session: true },
    { because: 'those who wait hear that there is none yet', visited: false, session: false },
  ])('an API server that is away ends no session: $because', async ({ visited, session }) => {
    world.kubernetes.apply(connection());
    if (visited) await world.visit();
    const error = new KubeError({ verb: 'get', resource: 'secrets', signal: 'timeout' });
    world.kubernetes.failures.push({ call: 'readSecret', error });
    expect(await world.visit()).toMatchObject({ result: 'error', next: { priority: PRIORITY.retry } });
    const view = await world.connections.get('default', () => true);
    expect(view?.session !== undefined).toBe(session);
    expect(view?.session?.signal.aborted ?? false).toBe(false);
  });
});
