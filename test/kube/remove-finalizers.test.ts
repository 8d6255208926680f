import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { type FinalizerHolder, listFinalizerHolders } from '../../src/kube/finalizer-holder.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { removeFinalizers } from '../../src/kube/remove-finalizers.ts';
import { resourceListPath, resourcePath } from '../../src/kube/resource-path.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, installDefinitions, newNamespace } from './cluster-fixture.ts';

const OURS = new Set(['pam-operator.io/finalizer']);
const THEIRS = 'example.com/theirs';
const kind = 'PamCredential';

describe('finalizers on a real API server', () => {
  let admin: KubeClient;
  let proxy: KubeProxy;
  let client: KubeClient;
  let namespace: string;
  let stop: AbortController;

  beforeAll(async () => {
    admin = adminClient();
    await installDefinitions(admin);
    proxy = await startKubeProxy(inject('kubeconfigPath'));
    client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
    stop = new AbortController();
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await client?.close();
    await proxy?.stop();
    await admin?.close();
  });

  function create(name: string, finalizers: readonly string[]): Promise<unknown> {
    return admin.request({
      method: 'POST',
      path: resourceListPath(kind, namespace),
      body: {
        apiVersion: 'pam-operator.io/v1alpha1',
        kind,
        metadata: { name, namespace, finalizers },
        spec: { username: 'svc', device: { hostname: 'w2016', ip: '10.66.33.15' } },
      },
    });
  }

  function change(name: string, patch: object): Promise<unknown> {
    return admin.request({
      method: 'PATCH',
      path: resourcePath(kind, namespace, name),
      contentType: 'application/merge-patch+json',
      body: patch,
    });
  }

  async function finalizersOf(name: string): Promise<unknown> {
    const { status, body } = await admin.request({
      method: 'GET',
      path: resourcePath(kind, namespace, name),
      expected: [404],
    });
    return status === 404
      ? 'gone'
      : ((body as { metadata: { finalizers?: unknown } }).metadata.finalizers ?? []);
  }

  const list = () => listFinalizerHolders(client, { kind, namespace }, OURS, stop.signal);
  async function holder(): Promise<FinalizerHolder> {
    const [first] = await list();
    if (first === undefined) throw new Error('nobody holds a finalizer');
    return first;
  }
  const remove = (of: FinalizerHolder) => removeFinalizers(client, of, OURS, stop.signal);
  const patch = { method: 'PATCH' };

  it('lists who holds one of ours, all pages of it', async () => {
    await Promise.all(
      Array.from({ length: 510 }, (_, at) => create(`many-${at}`, at % 2 === 0 ? [...OURS] : [THEIRS])),
    );
    expect(await list()).toHaveLength(255);
    expect(proxy.calls.filter(({ query }) => query.has('continue'))).toHaveLength(1);
    expect(proxy.calls.every(({ query }) => query.get('limit') === '500')).toBe(true);
  });

  it('an unknown kind has no holders', async () => {
    proxy.add({ match: {}, answer: { status: 404, body: statusBody(404, 'NotFound') } });
    expect(await list()).toEqual([]);
  });

  it('takes ours and leaves what others set', async () => {
    await create('one', [THEIRS, ...OURS]);
    expect(await remove(await holder())).toEqual({ count: 1 });
    expect(await finalizersOf('one')).toEqual([THEIRS]);
  });

  it('keeps a finalizer that somebody set after the list', async () => {
    await create('one', [...OURS]);
    const listed = await holder();
    await change('one', { metadata: { finalizers: [...OURS, THEIRS] } });
    expect(await remove(listed)).toEqual({ count: 1 });
    expect(await finalizersOf('one')).toEqual([THEIRS]);
  });

  it('goes on after conflicts, of which one does not end it', async () => {
    await create('one', [...OURS]);
    proxy.add({ match: patch, times: 3, answer: { status: 409, body: statusBody(409, 'Conflict') } });
    expect(await remove(await holder())).toEqual({ count: 1 });
    expect(await finalizersOf('one')).toEqual([]);
  });

  it('gives up on a resource that never keeps still', async () => {
    await create('one', [...OURS]);
    proxy.add({ match: patch, answer: { status: 409, body: statusBody(409, 'Conflict') } });
    expect(await remove(await holder())).toEqual({ fault: 'conflict' });
  });

  it.each([
    {
      because: 'the answer got lost after the write was done',
      rule: { loseAnswer: true },
      want: { count: 0 },
    },
    { because: 'the connection broke before', rule: { reset: true }, want: { count: 1 } },
    { because: 'the API server was busy', rule: { answer: { status: 500 } }, want: { count: 1 } },
  ])('tries again: $because', async ({ rule, want }) => {
    await create('one', [...OURS]);
    proxy.add({ match: patch, times: 1, ...rule });
    expect(await remove(await holder())).toEqual(want);
    expect(await finalizersOf('one')).toEqual([]);
  });

  it('what is refused is asked for once', async () => {
    await create('one', [...OURS]);
    const before = proxy.count(patch);
    proxy.add({ match: patch, answer: { status: 403, body: statusBody(403, 'Forbidden') } });
    expect(await remove(await holder())).toMatchObject({ fault: { status: 403, verb: 'patch' } });
    expect(proxy.count(patch) - before).toBe(1);
  });

  it('lets a deletion that waits go through, and does not mind one that was faster', async () => {
    await create('one', [...OURS]);
    await admin.request({ method: 'DELETE', path: resourcePath(kind, namespace, 'one') });
    const listed = await holder();
    expect(await remove(listed)).toEqual({ count: 1 });
    expect(await finalizersOf('one')).toBe('gone');
    expect(await remove(listed)).toEqual({ count: 0 });
  });

  it('stops where it is asked to', async () => {
    await create('one', [...OURS]);
    const listed = await holder();
    stop.abort();
    expect(await remove(listed)).toMatchObject({ fault: { signal: 'aborted' } });
    expect(await finalizersOf('one')).toEqual([...OURS]);
  });
});
