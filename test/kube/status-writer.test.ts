import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { KubeError } from '../../src/core/kube-error.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { mergePatch } from '../../src/kube/merge-patch.ts';
import { readResource } from '../../src/kube/read-resource.ts';
import { resourcePath } from '../../src/kube/resource-path.ts';
import { createStatusWriter, type StatusWriter, type WriteTarget } from '../../src/kube/status-writer.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, installDefinitions, newNamespace } from './cluster-fixture.ts';

describe('writes to custom resources on a real API server', () => {
  let admin: KubeClient;
  let proxy: KubeProxy;
  let client: KubeClient;
  let writer: StatusWriter;
  let namespace: string;
  let created = 0;

  beforeAll(async () => {
    admin = adminClient();
    await installDefinitions(admin);
    namespace = await newNamespace(admin);
    proxy = await startKubeProxy(inject('kubeconfigPath'));
    client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
    writer = createStatusWriter(client);
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await client?.close();
    await proxy?.stop();
    await admin?.close();
  });

  async function newCredential(): Promise<
    WriteTarget & { readonly kind: 'PamCredential'; readonly uid: string }
  > {
    created += 1;
    const name = `credential-${created}`;
    const target = { kind: 'PamCredential', namespace, name } as const;
    const { body } = await admin.request({
      method: 'POST',
      path: resourcePath(target.kind, namespace, name).replace(/\/[^/]*$/, ''),
      query: { fieldManager: 'kubectl' },
      body: {
        apiVersion: 'pam-operator.io/v1alpha1',
        kind: target.kind,
        metadata: { name, annotations: { 'pam-operator.io/force-sync': '1', other: 'dropped' } },
        spec: { username: 'svc', device: { hostname: 'w2016', ip: '10.66.33.15' } },
      },
    });
    return { ...target, uid: (body as { metadata: { uid: string } }).metadata.uid };
  }

  async function current(target: WriteTarget & { readonly kind: 'PamCredential' }) {
    const resource = await readResource(admin, target);
    if (resource === 'notFound') throw new Error('not found');
    return resource;
  }

  it('a new resource is projected to what the cache keeps', async () => {
    const target = await newCredential();
    const { metadata, ...rest } = await current(target);
    expect(metadata).toEqual({
      name: target.name,
      namespace,
      uid: target.uid,
      resourceVersion: expect.any(String),
      generation: 1,
      creationTimestamp: expect.any(String),
      annotations: { 'pam-operator.io/force-sync': '1' },
      lastEditor: 'kubectl',
    });
    expect(rest).toMatchObject({
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamCredential',
      spec: { username: 'svc' },
      status: { observedGeneration: -1 },
    });
  });

  it('a status is patched, its removed fields vanish, and spec and generation stay', async () => {
    const target = await newCredential();
    const first = await current(target);
    const wanted = { observedGeneration: 1, id: '152', identifier: 'prod_a_b' };
    const written = await writer.patchStatus(target, mergePatch(first.status, wanted));
    expect(written).toMatchObject({ outcome: 'written', uid: target.uid, generation: 1 });
    const second = await current(target);
    expect(second.status).toEqual(wanted);
    expect(written).toMatchObject({ resourceVersion: second.metadata.resourceVersion });
    expect(second.metadata.lastEditor).toBe('kubectl');

    await writer.patchStatus(target, mergePatch(second.status, { observedGeneration: 1 }));
    expect((await current(target)).status).toEqual({ observedGeneration: 1 });
  });

  it('an equal status makes no call', async () => {
    const target = await newCredential();
    const { status } = await current(target);
    const before = proxy.calls.length;
    expect(await writer.patchStatus(target, mergePatch(status, { ...status }))).toEqual({
      outcome: 'unchanged',
    });
    expect(proxy.calls.length).toBe(before);
  });

  it('a version that is not the current one is a conflict and writes nothing', async () => {
    const target = await newCredential();
    const { resourceVersion } = (await current(target)).metadata;
    await writer.patchStatus(target, { id: '1' }, { resourceVersion });
    expect(await writer.patchStatus(target, { id: '2' }, { resourceVersion })).toEqual({
      outcome: 'conflict',
    });
    expect((await current(target)).status?.id).toBe('1');
  });

  it('a resource that was created again under the name is a conflict, and with the version nothing lands', async () => {
    const old = await newCredential();
    const { resourceVersion } = (await current(old)).metadata;
    await admin.request({ method: 'DELETE', path: resourcePath(old.kind, namespace, old.name) });
    created -= 1;
    const again = await newCredential();
    expect(again).toMatchObject({ name: old.name });
    expect(await writer.patchStatus(old, { id: '2' }, { resourceVersion })).toEqual({ outcome: 'conflict' });
    expect((await current(again)).status?.id).toBeUndefined();
    expect(await writer.patchStatus(old, { id: '2' })).toEqual({ outcome: 'conflict' });
  });

  it('a resource that is gone is no error', async () => {
    const target: WriteTarget = { kind: 'PamCredential', namespace, name: 'gone' };
    expect(await writer.patchStatus(target, { id: '2' })).toEqual({ outcome: 'gone' });
    expect(await writer.patchFinalizers(target, [], { resourceVersion: '1' })).toEqual({ outcome: 'gone' });
  });

  it('who no longer leads writes nothing, and gives up as if the resource were gone', async () => {
    const target = await newCredential();
    const { resourceVersion } = (await current(target)).metadata;
    const before = proxy.count({ method: 'PATCH' });
    const deposed = createStatusWriter(client, () => false);
    expect(await deposed.patchStatus(target, { id: '9' })).toEqual({ outcome: 'gone' });
    expect(await deposed.patchFinalizers(target, ['x/y'], { resourceVersion })).toEqual({ outcome: 'gone' });
    expect(proxy.count({ method: 'PATCH' })).toBe(before);
  });

  it('finalizers come and go under a version, and do not hide the last editor', async () => {
    const target = await newCredential();
    const { resourceVersion } = (await current(target)).metadata;
    const added = await writer.patchFinalizers(target, ['pam-operator.io/finalizer'], { resourceVersion });
    expect(added.outcome).toBe('written');
    const { metadata } = await current(target);
    expect(metadata).toMatchObject({ finalizers: ['pam-operator.io/finalizer'], lastEditor: 'kubectl' });
    expect(await writer.patchFinalizers(target, [], { resourceVersion })).toEqual({ outcome: 'conflict' });
    await writer.patchFinalizers(target, [], { resourceVersion: metadata.resourceVersion });
    expect((await current(target)).metadata.finalizers).toBeUndefined();
  });

  it('the removal of the last finalizer of a deleted resource answers with its last state', async () => {
    const target = await newCredential();
    const { resourceVersion } = (await current(target)).metadata;
    await writer.patchFinalizers(target, ['pam-operator.io/finalizer'], { resourceVersion });
    await admin.request({ method: 'DELETE', path: resourcePath(target.kind, namespace, target.name) });
    const { metadata } = await current(target);
    expect(metadata.deletionTimestamp).toEqual(expect.any(String));
    const { resourceVersion: last } = metadata;
    expect((await writer.patchFinalizers(target, [], { resourceVersion: last })).outcome).toBe('written');
    expect(await readResource(admin, target)).toBe('notFound');
  });

  it('a status that the definition refuses is an error with its reason', async () => {
    const target = await newCredential();
    const refused = await writer
      .patchStatus(target, { observedGeneration: 'x' })
      .catch((error: unknown) => error);
    expect(refused instanceof KubeError && refused.fault).toMatchObject({ status: 422, reason: 'Invalid' });
  });

  it('a write that was applied although its answer was lost is found by its version', async () => {
    const target = await newCredential();
    const { resourceVersion } = (await current(target)).metadata;
    proxy.add({ match: { method: 'PATCH' }, times: 1, loseAnswer: true });
    const lost = await writer
      .patchStatus(target, { id: '7' }, { resourceVersion })
      .catch((error: unknown) => error);
    expect(lost instanceof KubeError && lost.fault.signal).toBe('unreachable');
    expect(await writer.patchStatus(target, { id: '7' }, { resourceVersion })).toEqual({
      outcome: 'conflict',
    });
    expect((await current(target)).status?.id).toBe('7');
  });

  it.each(['', '.', '..', 'a/b', 'A', 'a%2fb', 'a?b', `${'a'.repeat(254)}`])(
    'the name %j reaches no path',
    async (name) => {
      const before = proxy.calls.length;
      await expect(
        writer.patchStatus({ kind: 'PamCredential', namespace, name }, { id: '1' }),
      ).rejects.toThrow(RangeError);
      await expect(
        writer.patchStatus({ kind: 'PamCredential', namespace: name, name: 'a' }, { id: '1' }),
      ).rejects.toThrow(RangeError);
      expect(proxy.calls.length).toBe(before);
    },
  );
});
