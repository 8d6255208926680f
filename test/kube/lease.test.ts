import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type KubeClock, SYSTEM_CLOCK } from '../../src/kube/kube-clock.ts';
import { type Lease, type LeaseOptions, startLease } from '../../src/kube/lease.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';

/** A fifth of the real times. */
const TIMES = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 400 };

describe('lease on a real API server', () => {
  let admin: KubeClient;
  let namespace: string;
  let leases: string;
  const proxies: KubeProxy[] = [];
  const clients: KubeClient[] = [];
  const started: Lease[] = [];

  beforeAll(() => {
    admin = adminClient();
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
    leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  });
  afterEach(async () => {
    for (const proxy of proxies) proxy.clear();
    for (const lease of started.splice(0)) await lease.stop();
    for (const client of clients.splice(0)) await client.close();
    for (const proxy of proxies.splice(0)) await proxy.stop();
  });
  afterAll(() => admin?.close());

  interface Elector {
    readonly lease: Lease;
    readonly proxy: KubeProxy;
    readonly changes: boolean[];
  }

  async function elect(identity: string, options: Partial<LeaseOptions> = {}): Promise<Elector> {
    const proxy = await startKubeProxy(inject('kubeconfigPath'));
    const client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
    const lease = startLease({ client, namespace, name: 'election', identity, ...TIMES, ...options });
    const changes: boolean[] = [];
    lease.onChange((isLeader) => changes.push(isLeader));
    proxies.push(proxy);
    clients.push(client);
    started.push(lease);
    return { lease, proxy, changes };
  }

  async function spec(): Promise<Record<string, unknown>> {
    const { body } = await admin.request({ method: 'GET', path: `${leases}/election` });
    return (body as { spec: Record<string, unknown> }).spec;
  }

  function patchSpec(patch: object): Promise<unknown> {
    return admin.request({
      method: 'PATCH',
      path: `${leases}/election`,
      contentType: 'application/merge-patch+json',
      body: { spec: patch },
    });
  }

  it('one leads, the other takes over at once when it is released', async () => {
    const a = await elect('a');
    await eventually(() => a.lease.isLeader());
    const b = await elect('b');
    await new Promise((resolve) => setTimeout(resolve, TIMES.leaseDurationMs));
    expect([a.lease.isLeader(), b.lease.isLeader()]).toEqual([true, false]);
    await a.lease.stop();
    expect(a.lease.isLeader()).toBe(false);
    const releasedAt = performance.now();
    await eventually(() => b.lease.isLeader());
    expect(performance.now() - releasedAt).toBeLessThan(TIMES.leaseDurationMs);
    expect(await spec()).toMatchObject({ holderIdentity: 'b', leaseDurationSeconds: 3, leaseTransitions: 1 });
    expect(a.changes).toEqual([true, false]);
  });

  it('renewing costs one PUT per period and no GET', async () => {
    const { lease, proxy } = await elect('a');
    await eventually(() => lease.isLeader());
    await eventually(() => proxy.count({ isWatch: true }) === 1);
    const before = proxy.count({ method: 'GET' });
    await eventually(() => proxy.count({ method: 'PUT' }) >= 3);
    expect(proxy.count({ method: 'GET' })).toBe(before);
    // The leader's own renewals are no news to it.
    expect(proxy.watches).toEqual([]);
  });

  it('a release leaves an empty holder', async () => {
    const { lease } = await elect('a');
    await eventually(() => lease.isLeader());
    await lease.stop();
    expect(await spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  it('a write may start only if it ends within the lease', async () => {
    const { lease } = await elect('a');
    expect(lease.mayWriteFor(0)).toBe(false);
    await eventually(() => lease.isLeader());
    expect(lease.mayWriteFor(TIMES.leaseDurationMs / 2)).toBe(true);
    expect(lease.mayWriteFor(TIMES.leaseDurationMs)).toBe(false);
  });

  it.each([
    { because: 'wall clocks one hour ahead', skewMs: 3_600_000 },
    { because: 'wall clocks one hour behind', skewMs: -3_600_000 },
  ])('$because neither steal nor block', async ({ skewMs }) => {
    const skewed: KubeClock = { ...SYSTEM_CLOCK, now: () => new Date(Date.now() + skewMs) };
    const a = await elect('a');
    await eventually(() => a.lease.isLeader());
    const b = await elect('b', { clock: skewed });
    await new Promise((resolve) => setTimeout(resolve, TIMES.leaseDurationMs + 1000));
    expect([a.lease.isLeader(), b.lease.isLeader()]).toEqual([true, false]);
    a.proxy.add({ match: {}, hang: true });
    await eventually(() => b.lease.isLeader());
  });

  it('a leader that cannot renew stands down before another can lead, and competes again', async () => {
    const a = await elect('a');
    await eventually(() => a.lease.isLeader());
    const b = await elect('b');
    a.proxy.add({ match: {}, hang: true });
    let overlapped = false;
    await eventually(
      () => {
        overlapped ||= a.lease.mayWriteFor(0) && b.lease.mayWriteFor(0);
        return b.lease.isLeader();
      },
      { everyMs: 1 },
    );
    expect(overlapped).toBe(false);
    expect(a.changes).toEqual([true, false]);
    a.proxy.clear();
    await b.lease.stop();
    await eventually(() => a.lease.isLeader());
    expect(a.changes).toEqual([true, false, true]);
  });

  it('a process that was frozen does not lead when it wakes', async () => {
    let frozenMs = 0;
    const clock: KubeClock = { ...SYSTEM_CLOCK, monotonicMs: () => performance.now() + frozenMs };
    const { lease, changes } = await elect('a', { clock });
    await eventually(() => lease.isLeader());
    frozenMs = 20_000;
    expect([lease.isLeader(), lease.mayWriteFor(0)]).toEqual([false, false]);
    await eventually(() => changes.length === 3);
    expect(changes).toEqual([true, false, true]);
  });

  const survived = [
    {
      because: 'a renewal that was applied although its answer was lost',
      disturb: ({ proxy }: Elector) => proxy.add({ match: { method: 'PUT' }, times: 1, loseAnswer: true }),
    },
    {
      because: 'a renewal that is refused once (500)',
      disturb: ({ proxy }: Elector) =>
        proxy.add({
          match: { method: 'PUT' },
          times: 1,
          answer: { status: 500, body: statusBody(500, 'InternalError') },
        }),
    },
    {
      because: 'an edit of the record by somebody else (409)',
      disturb: () => patchSpec({ renewTime: '2020-01-01T00:00:00.000000Z' }),
    },
    {
      because: 'the deletion of the Lease',
      disturb: () => admin.request({ method: 'DELETE', path: `${leases}/election` }),
    },
    {
      because: 'a holder that was emptied',
      disturb: () => patchSpec({ holderIdentity: '', leaseDurationSeconds: 1 }),
    },
    {
      because: 'a spec that was wiped',
      disturb: () => patchSpec({ holderIdentity: null, leaseDurationSeconds: null }),
    },
  ];
  it.each(survived)('leadership outlives $because', async ({ disturb }) => {
    const elector = await elect('a');
    await eventually(() => elector.lease.isLeader());
    await disturb(elector);
    await new Promise((resolve) => setTimeout(resolve, TIMES.renewDeadlineMs + 500));
    await eventually(async () => (await spec()).holderIdentity === 'a');
    expect(elector.changes).toEqual([true]);
  });

  it('a stolen Lease ends leadership at the next try; the thief is waited out', async () => {
    const { lease, changes } = await elect('a');
    await eventually(() => lease.isLeader());
    await patchSpec({ holderIdentity: 'thief', leaseDurationSeconds: 2 });
    await eventually(() => !lease.isLeader());
    await eventually(() => lease.isLeader());
    expect(changes).toEqual([true, false, true]);
  });

  it('a leader whose tries hang stands down at its deadline, not when the last try has given up', async () => {
    const { lease, proxy, changes } = await elect('a', {
      leaseDurationMs: 60_000,
      renewDeadlineMs: 4000,
      retryPeriodMs: 1900,
    });
    await eventually(() => lease.isLeader());
    const ledFrom = performance.now();
    proxy.add({ match: {}, hang: true });
    await eventually(() => changes.length === 2);
    // The deadline is at 4 s, the end of a try that ignores it at 6 s.
    expect(performance.now() - ledFrom).toBeLessThan(5200);
  });

  it('a holder that names no duration is waited out for our own', async () => {
    const body = { metadata: { name: 'election' }, spec: { holderIdentity: 'other' } };
    await admin.request({
      method: 'POST',
      path: leases,
      body: { apiVersion: 'coordination.k8s.io/v1', ...body },
    });
    const { lease } = await elect('a');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(lease.isLeader()).toBe(false);
    await eventually(() => lease.isLeader());
  });

  it('a claim that ends is taken over when it ends, not at the next try', async () => {
    await admin.request({
      method: 'POST',
      path: leases,
      body: {
        apiVersion: 'coordination.k8s.io/v1',
        metadata: { name: 'election' },
        spec: { holderIdentity: 'ghost', leaseDurationSeconds: 2 },
      },
    });
    const { lease } = await elect('a', {
      leaseDurationMs: 100_000,
      renewDeadlineMs: 90_000,
      retryPeriodMs: 60_000,
    });
    await eventually(() => lease.isLeader());
    await lease.stop();
  });

  it('a listener that throws does not end the election', async () => {
    const { lease } = await elect('a');
    lease.onChange(() => {
      throw new Error('listener');
    });
    await eventually(() => lease.isLeader());
    await lease.stop();
  });

  it.each([
    { because: 'renew deadline above the duration', options: { renewDeadlineMs: 3000 } },
    { because: 'retry period too near the deadline', options: { retryPeriodMs: 1700 } },
    { because: 'a name that is none', options: { name: '../x' } },
    { because: 'an empty namespace', options: { namespace: '' } },
  ])('$because is refused', ({ options }) => {
    const given = { client: admin, namespace: 'n', name: 'x', identity: 'a', ...TIMES, ...options };
    expect(() => startLease(given)).toThrow(RangeError);
  });
});
