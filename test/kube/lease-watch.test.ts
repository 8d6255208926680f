import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type Lease, type LeaseOptions, startLease } from '../../src/kube/lease.ts';
import { type FaultRule, statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';

/** Candidates look at the Lease so seldom that only the watch can tell them in time. */
const SELDOM = { leaseDurationMs: 200_000, renewDeadlineMs: 190_000, retryPeriodMs: 100_000 };
/** Of a holder whose claim has to end soon by itself. */
const OFTEN = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 400 };

describe('a candidate that watches the Lease', () => {
  let admin: KubeClient;
  let namespace: string;
  let path: string;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(() => {
    admin = adminClient();
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
    path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/election`;
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  afterAll(() => admin?.close());

  async function elect(
    identity: string,
    options: Partial<LeaseOptions>,
    rules: readonly FaultRule[] = [],
  ): Promise<{ lease: Lease; proxy: KubeProxy }> {
    const proxy = await startKubeProxy(inject('kubeconfigPath'));
    for (const rule of rules) proxy.add(rule);
    const client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
    const lease = startLease({ client, namespace, name: 'election', identity, ...options });
    ends.push(
      () => proxy.stop(),
      () => client.close(),
      async () => {
        proxy.clear();
        await lease.stop();
      },
    );
    return { lease, proxy };
  }

  /** A holder, and a candidate whose watch is open. */
  async function two(candidate: Partial<LeaseOptions>, holding: Partial<LeaseOptions> = SELDOM) {
    const holder = await elect('holder', holding);
    await eventually(() => holder.lease.isLeader());
    const waiting = await elect('candidate', candidate);
    await eventually(() => waiting.proxy.watches.length === 1);
    return { holder, waiting };
  }

  it.each([
    { because: 'it is given back', free: (holder: Lease) => holder.stop() },
    {
      because: 'it is deleted',
      free: async (holder: Lease) => {
        const stopped = holder.stop();
        await admin.request({ method: 'DELETE', path, expected: [404] });
        await stopped;
      },
    },
  ])('leads as soon as $because', async ({ free }) => {
    const { holder, waiting } = await two(SELDOM);
    expect(waiting.lease.isLeader()).toBe(false);
    await free(holder.lease);
    await eventually(() => waiting.lease.isLeader());
  });

  it('hears of a release that comes while it looks at the Lease', async () => {
    const holder = await elect('holder', SELDOM);
    await eventually(() => holder.lease.isLeader());
    // What it reads is what was there before; the answer takes longer than the release.
    const isLook = { method: 'GET', isWatch: false };
    const body = (await admin.request({ method: 'GET', path })).body;
    const waiting = await elect('candidate', SELDOM, [
      { match: isLook, times: 1, delayMs: 2000, answer: { status: 200, body } },
    ]);
    await eventually(() => waiting.proxy.count(isLook) === 1 && waiting.proxy.watches.length === 1);
    await holder.lease.stop();
    await eventually(() => waiting.lease.isLeader());
  });

  it('counts a claim from its last renewal, which it sees, and waits no longer than that', async () => {
    const { holder, waiting } = await two(SELDOM, OFTEN);
    await eventually(() => holder.proxy.count({ method: 'PUT' }) >= 3);
    holder.proxy.add({ match: {}, hang: true });
    // One look of its own would be due in 100 s at the earliest.
    await eventually(() => waiting.lease.isLeader());
    expect(holder.lease.mayWriteFor(0)).toBe(false);
  });

  it('stops watching when it leads, and watches again when it has stood down', async () => {
    const { holder, waiting } = await two(OFTEN);
    await holder.lease.stop();
    await eventually(() => waiting.lease.isLeader());
    await eventually(() => waiting.proxy.watches.length === 0);
    const spec = { holderIdentity: 'thief', leaseDurationSeconds: 60 };
    await admin.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { spec },
    });
    await eventually(() => !waiting.lease.isLeader());
    await eventually(() => waiting.proxy.watches.length === 1);
  });

  it('without the right to watch looks at the Lease, and does not ask for the watch again and again', async () => {
    const holder = await elect('holder', OFTEN);
    await eventually(() => holder.lease.isLeader());
    const rule = { match: { isWatch: true }, answer: { status: 403, body: statusBody(403, 'Forbidden') } };
    const { lease, proxy } = await elect('candidate', OFTEN, [rule]);
    await eventually(() => proxy.count({ method: 'GET', isWatch: false }) > 3);
    await holder.lease.stop();
    await eventually(() => lease.isLeader());
    expect(proxy.count({ isWatch: true })).toBe(1);
  });

  it('ends with the election, also while it is being opened', async () => {
    const holder = await elect('holder', OFTEN);
    await eventually(() => holder.lease.isLeader());
    const { lease, proxy } = await elect('candidate', SELDOM, [{ match: { isWatch: true }, hang: true }]);
    await eventually(() => proxy.count({ isWatch: true }) === 1);
    await lease.stop();
    await eventually(async () => (await proxy.connections()) <= 1);
  });
});
