import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubeError } from '../../src/core/kube-error.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { startLease } from '../../src/kube/lease.ts';
import { findLeaseHolder } from '../../src/kube/lease-holder.ts';
import { adminClient, newNamespace, powerlessClient } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';

describe('the holder of a Lease on a real API server', () => {
  let admin: KubeClient;
  let namespace: string;

  beforeAll(() => {
    admin = adminClient();
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
  });
  afterAll(() => admin?.close());

  async function find(client = admin, signal = new AbortController().signal) {
    const waits: [string, number][] = [];
    const onWait = (holder: string, forMs: number) => waits.push([holder, forMs]);
    const found = await findLeaseHolder({ client, namespace, name: 'election', signal, onWait });
    return { found, waits };
  }

  function leave(spec: object): Promise<unknown> {
    return admin.request({
      method: 'POST',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'election' }, spec },
    });
  }

  it.each([
    { because: 'no operator ever ran', spec: undefined, found: 'absent' },
    { because: 'it was given back', spec: { holderIdentity: '' }, found: 'free' },
    { because: 'it names nobody', spec: {}, found: 'free' },
  ])('is nobody, without a wait: $because', async ({ spec, found }) => {
    if (spec !== undefined) await leave(spec);
    expect(await find()).toEqual({ found, waits: [] });
  });

  it('is nobody once a claim was not renewed for its duration, however young it says it is', async () => {
    const renewTime = '2100-01-01T00:00:00.000000Z';
    await leave({ holderIdentity: 'ghost', leaseDurationSeconds: 2, renewTime });
    expect(await find()).toEqual({ found: 'free', waits: [['ghost', 2000]] });
  });

  it('is who renews it', async () => {
    const lease = startLease({ client: admin, namespace, name: 'election', identity: 'me' });
    await eventually(() => lease.isLeader());
    expect(await find()).toEqual({ found: { holder: 'me' }, waits: [['me', 15_000]] });
    await lease.stop();
  });

  it('is nobody as soon as it is given back', async () => {
    await leave({ holderIdentity: 'me', leaseDurationSeconds: 600 });
    const finding = find();
    await admin.request({
      method: 'PATCH',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/election`,
      contentType: 'application/merge-patch+json',
      body: { spec: { holderIdentity: '' } },
    });
    expect((await finding).found).toBe('free');
  });

  it('counts as running when the wait is cut short', async () => {
    await leave({ holderIdentity: 'me', leaseDurationSeconds: 600 });
    const stop = new AbortController();
    const finding = find(admin, stop.signal);
    setTimeout(() => stop.abort(), 700);
    await expect(finding.then(({ found }) => found)).resolves.toEqual({ holder: 'me' });
  });

  it('is unknown to who may not read it', async () => {
    const nobody = await powerlessClient(admin, namespace);
    await expect(find(nobody)).rejects.toThrow(KubeError);
    await nobody.close();
  });
});
