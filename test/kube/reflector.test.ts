import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startReflector } from '../../src/kube/reflector.ts';
import { adminClient } from './cluster-fixture.ts';
import { projectConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { FAST, openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

describe('reflector on a real API server', () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await openReflectorBench(inject('kubeconfigPath'));
  });
  afterEach(() => bench.stop());

  it('lists in pages, tells initial objects as such, then follows changes', async () => {
    const { configMaps, log, proxy } = bench;
    for (const name of ['a', 'b', 'c', 'd', 'e']) await configMaps.create(name);
    const reflector = bench.start({ pageSize: 2, streamingLists: false });
    await reflector.synced;
    expect(log.initial.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(proxy.count({ isWatch: false })).toBe(3);
    expect(proxy.count({ isContinued: true })).toBe(2);

    await configMaps.create('f');
    await configMaps.change('a', 'second');
    await configMaps.delete('b');
    await eventually(() => log.lines.length === 3);
    expect(log.lines).toEqual(['add f=first', 'update a=second', 'delete b']);
    expect(bench.contents()).toEqual(['a=second', 'c=first', 'd=first', 'e=first', 'f=first']);
  });

  it('asks for bookmarks, a time limit and a resume point, and never for a stale read', async () => {
    const reflector = bench.start();
    await reflector.synced;
    await eventually(() => bench.watches() === 1);
    const [watch] = bench.proxy.calls.filter(
      ({ query }) => query.has('watch') && !query.has('sendInitialEvents'),
    );
    expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
    expect(Number(watch?.query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(290);
    expect(Number(watch?.query.get('timeoutSeconds'))).toBeLessThanOrEqual(590);
    expect(Number(watch?.query.get('resourceVersion'))).toBeGreaterThan(0);
    for (const { query, isWatch } of bench.proxy.calls) {
      if (!isWatch || query.has('sendInitialEvents')) expect(query.has('resourceVersion')).toBe(false);
    }
  });

  it('keeps no raw object: the store holds what the projection returned', async () => {
    await bench.configMaps.create('a');
    await bench.start().synced;
    const [object] = bench.store.list();
    expect(Object.keys(object ?? {}).sort()).toEqual(['metadata', 'value']);
    expect(Object.keys(object?.metadata ?? {}).sort()).toEqual([
      'name',
      'namespace',
      'resourceVersion',
      'uid',
    ]);
  });

  it('an object that the projection cannot read affects itself only', async () => {
    const { configMaps } = bench;
    for (const name of ['good', 'poison']) await configMaps.create(name);
    const reflector = startReflector({
      client: bench.client,
      path: configMaps.path,
      resource: 'configmaps',
      project: (raw) => {
        const { metadata } = raw as { metadata: { name: string; uid: string; resourceVersion: string } };
        if (metadata.name === 'poison') throw new TypeError('poison');
        return { metadata: { ...metadata, namespace: '' }, value: undefined };
      },
      store: bench.store,
      handler: bench.log,
    });
    await reflector.synced;
    expect(bench.log.initial).toEqual(['good']);
    expect(reflector.stats.unreadableObjects).toBe(1);
    await reflector.stop();
  });

  it('a definition that is deleted and made again: its objects go, and new ones come', async () => {
    const admin = adminClient();
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const group = `g${Date.now().toString(36)}.example.com`;
    const path = `/apis/${group}/v1/things`;
    const definition = {
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { plural: 'things', singular: 'thing', kind: 'Thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    const define = () => admin.request({ method: 'POST', path: definitions, body: definition });
    const create = (name: string) =>
      eventually(async () => {
        const body = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name } };
        return (await admin.request({ method: 'POST', path, body })).status === 201;
      });
    await define();
    await create('old');
    const reflector = startReflector({
      client: bench.client,
      path,
      resource: 'things',
      project: projectConfigMap,
      store: bench.store,
      handler: bench.log,
      options: FAST,
    });
    await reflector.synced;
    expect(bench.log.initial).toEqual(['old']);
    // With the watch open the deletions are told; else the list tells them, when the definition is back.
    await eventually(() => bench.watches() === 1);
    await admin.request({ method: 'DELETE', path: `${definitions}/things.${group}` });
    await eventually(() => bench.log.lines.includes('delete old'));
    await eventually(async () => {
      const request = { method: 'GET', path: `${definitions}/things.${group}`, expected: [404] } as const;
      return (await admin.request(request)).status === 404;
    });
    await define();
    await create('new');
    await eventually(() => bench.store.size === 1);
    expect(bench.log.lines).toEqual(['delete old', 'add new=undefined']);
    await reflector.stop();
    await admin.close();
  });
});
