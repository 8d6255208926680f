import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { EventRecord } from '../../src/kube/event-correlator.ts';
import { createEventRecorder, type EventRecorder } from '../../src/kube/event-recorder.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';

function about(namespace: string, name: string, note = 'Created the record'): EventRecord {
  const regarding = {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamCredential',
    namespace,
    name,
    uid: `uid-${name}`,
  };
  return { regarding, type: 'Normal', reason: 'Created', action: 'Create', note };
}

interface Written {
  readonly metadata: { readonly name: string };
  readonly note: string;
  readonly eventTime: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

describe('events on a real API server', () => {
  let admin: KubeClient;
  let proxy: KubeProxy;
  let client: KubeClient;
  let recorder: EventRecorder;
  let namespace: string;
  beforeAll(async () => {
    admin = adminClient();
    proxy = await startKubeProxy(inject('kubeconfigPath'));
    client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
  });
  beforeEach(async () => {
    namespace = await newNamespace(admin);
    recorder = createEventRecorder({ client, instance: 'pod-0' });
  });
  afterEach(async () => {
    await recorder.stop();
    proxy.clear();
  });
  afterAll(async () => {
    await client?.close();
    await proxy?.stop();
    await admin?.close();
  });

  async function events(from = namespace): Promise<readonly Written[]> {
    const { body } = await admin.request({
      method: 'GET',
      path: `/apis/events.k8s.io/v1/namespaces/${from}/events`,
    });
    return (body as { items: Written[] }).items;
  }

  it('an event says what happened to what', async () => {
    recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 1);
    expect(await events()).toMatchObject([
      {
        regarding: { kind: 'PamCredential', namespace, name: 'a', uid: 'uid-a' },
        type: 'Normal',
        reason: 'Created',
        action: 'Create',
        note: 'Created the record',
        reportingController: 'pam-operator',
        reportingInstance: 'pod-0',
      },
    ]);
  });

  it('an equal event raises the count of the first', async () => {
    for (let at = 0; at < 3; at += 1) recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 3);
    expect((await events()).map(({ series }) => series?.count)).toEqual([3]);
  });

  it('an event that has expired meanwhile is created anew', async () => {
    recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 1);
    const [first] = await events();
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${first?.metadata.name}`;
    await admin.request({ method: 'DELETE', path });
    recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 2);
    const [again, ...others] = await events();
    expect(others).toEqual([]);
    // It is the same story: how often, and since when.
    expect(again?.series?.count).toBe(2);
    expect(again?.eventTime).toBe(first?.eventTime);
    expect(again?.metadata.name).not.toBe(first?.metadata.name);
  });

  it('a series whose beginning could not be written is written with its count', async () => {
    proxy.add({
      match: { method: 'POST' },
      times: 2,
      answer: { status: 403, body: statusBody(403, 'Forbidden') },
    });
    for (let at = 0; at < 3; at += 1) recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 1);
    expect((await events()).map(({ series }) => series?.count)).toEqual([3]);
  });

  it('what an object has above its allowance is not sent', async () => {
    for (let at = 0; at < 40; at += 1) recorder.record(about(namespace, 'a'));
    await eventually(() => recorder.stats.written === 25);
    expect(recorder.stats).toEqual({ written: 25, failed: 0, dropped: 15 });
    expect((await events()).map(({ series }) => series?.count)).toEqual([25]);
    expect(proxy.count({ method: 'PATCH', path: new RegExp(`/${namespace}/events/`) })).toBe(24);
  });

  it('from the tenth different note on, similar events share one', async () => {
    for (let at = 0; at < 15; at += 1) recorder.record(about(namespace, 'a', `note ${at}`));
    await eventually(() => recorder.stats.written === 15);
    const written = await events();
    expect(written.length).toBe(10);
    const combined = written.find(({ note }) => note.startsWith('(combined from similar events)'));
    expect(combined?.series?.count).toBe(6);
    expect(combined?.note).toBe('(combined from similar events): note 9');
  });

  it('an event of a cluster-scoped object lives in the namespace default', async () => {
    const name = `connection-${namespace}`;
    recorder.record(about('', name));
    await eventually(() => recorder.stats.written === 1);
    const found = (await events('default')).filter(({ metadata }) => metadata.name.startsWith(name));
    expect(found.length).toBe(1);
  });

  it('long names and notes are cut to what the API server takes', async () => {
    recorder.record(about(namespace, `${'a'.repeat(235)}.${'b'.repeat(17)}`, 'é'.repeat(2000)));
    await eventually(() => recorder.stats.written === 1);
    const [event] = await events();
    expect(event?.note).toBe('é'.repeat(512));
  });

  const failures = [
    { because: '403', rule: { answer: { status: 403, body: statusBody(403, 'Forbidden') } } },
    { because: '429', rule: { answer: { status: 429, body: statusBody(429, 'TooManyRequests') } } },
    { because: 'a reset', rule: { reset: true } },
  ];
  it.each(failures)('$because is counted, not thrown, and the next event is sent', async ({ rule }) => {
    proxy.add({ match: { method: 'POST' }, times: 1, ...rule });
    recorder.record(about(namespace, 'a'));
    recorder.record(about(namespace, 'b'));
    await eventually(() => recorder.stats.written === 1);
    expect(recorder.stats).toEqual({ written: 1, failed: 1, dropped: 0 });
  });

  it('a name that is none is counted as a failure', async () => {
    recorder.record(about('../x', 'a'));
    await eventually(() => recorder.stats.failed === 1);
  });

  it('an API server that hangs fills the queue to its limit and no further; stop does not wait for it', async () => {
    proxy.add({ match: { method: 'POST' }, hang: true });
    for (let at = 0; at < 1100; at += 1) recorder.record(about(namespace, `object-${at}`));
    expect(recorder.stats.dropped).toBe(99);
    await recorder.stop(100);
    expect(recorder.stats.written).toBe(0);
  });

  it('stop sends what is queued', async () => {
    for (const name of ['a', 'b', 'c']) recorder.record(about(namespace, name));
    await recorder.stop();
    expect((await events()).length).toBe(3);
  });
});
