import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { InstallKey } from '../../src/core/digest.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { getInstallKey, INSTALL_KEY_SECRET } from '../../src/kube/install-key.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace, powerlessClient } from './cluster-fixture.ts';

describe('install key', () => {
  let admin: KubeClient;
  let proxy: KubeProxy;
  let client: KubeClient;
  let namespace: string;
  beforeAll(async () => {
    admin = adminClient();
    proxy = await startKubeProxy(inject('kubeconfigPath'));
    client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await client?.close();
    await proxy?.stop();
    await admin?.close();
  });

  async function key(from: KubeClient): Promise<InstallKey> {
    const found = await getInstallKey(from, namespace);
    if ('problem' in found) throw new Error(found.problem);
    return found;
  }

  it('is made once, immutable, and read from then on', async () => {
    const first = await key(client);
    const second = await key(client);
    expect(first.bytes.length).toBe(32);
    expect(Buffer.from(second.bytes).equals(first.bytes)).toBe(true);
    expect(first.id).toBe(createHash('sha256').update(first.bytes).digest('hex').slice(0, 8));
    const { body } = await admin.request({
      method: 'GET',
      path: `/api/v1/namespaces/${namespace}/secrets/${INSTALL_KEY_SECRET}`,
    });
    expect(body).toMatchObject({ immutable: true });
  });

  it('operators that start together agree on one key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => key(client)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
  });

  it('a create whose answer was lost is the same key at the next try', async () => {
    proxy.add({ match: { method: 'POST' }, times: 1, loseAnswer: true });
    expect(await getInstallKey(client, namespace)).toMatchObject({
      problem: 'unavailable',
      fault: { signal: 'unreachable' },
    });
    expect((await key(client)).id).toBe((await key(admin)).id);
  });

  it('prints its id and nothing else', async () => {
    const found = await key(client);
    const printed = inspect(found, { depth: 9 }) + JSON.stringify(found) + String(found);
    expect(printed).toContain(found.id);
    for (const form of ['hex', 'base64'] as const)
      expect(printed).not.toContain(Buffer.from(found.bytes).toString(form));
  });

  const malformed = [
    { because: 'without its key', data: {} },
    { because: 'with a short key', data: { key: Buffer.alloc(31).toString('base64') } },
  ];
  it.each(malformed)('a Secret $because is reported and not replaced', async ({ data }) => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await admin.request({ method: 'POST', path, body: { metadata: { name: INSTALL_KEY_SECRET }, data } });
    const before = proxy.count({ method: 'POST' });
    expect(await getInstallKey(client, namespace)).toEqual({ problem: 'malformed' });
    expect(proxy.count({ method: 'POST' })).toBe(before);
  });

  it('no permission is a problem with a name', async () => {
    const nobody = await powerlessClient(admin, namespace);
    expect(await getInstallKey(nobody, namespace)).toEqual({ problem: 'forbidden' });
    await nobody.close();
  });

  it('permission to read but not to create is the same problem', async () => {
    proxy.add({ match: { method: 'POST' }, answer: { status: 403, body: statusBody(403, 'Forbidden') } });
    expect(await getInstallKey(client, namespace)).toEqual({ problem: 'forbidden' });
  });
});
