import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import { connectionFor } from './cluster-fixture.ts';
import { HandlerLog, projectConfigMap, type StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { startLoopbackApi } from './loopback-api.ts';
import { FAST } from './reflector-bench.ts';

// No etcd counts that far in a test, so a server on loopback speaks the versions.

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function configMap(name: string, resourceVersion: string, value: string): object {
  return { metadata: { name, namespace: 'n', uid: `uid-${name}`, resourceVersion }, data: { value } };
}

it('versions beyond 2^53 are told apart, and the resume point is exact', async () => {
  const watches: ServerResponse[] = [];
  const resumedAt: (string | null)[] = [];
  const api = await startLoopbackApi((request, response) => {
    const query = new URL(request.url ?? '', 'http://api').searchParams;
    response.writeHead(200, { 'content-type': 'application/json' });
    if (query.has('watch')) {
      resumedAt.push(query.get('resourceVersion'));
      response.flushHeaders();
      watches.push(response);
      return;
    }
    const items = [configMap('a', '9007199254740992', 'listed')];
    response.end(JSON.stringify({ metadata: { resourceVersion: '9007199254740993' }, items }));
  });
  const client = createKubeClient({ connection: connectionFor(api.kubeconfig()) });
  const store = new Store<StoredConfigMap>();
  const log = new HandlerLog();
  const reflector = startReflector({
    client,
    path: '/api/v1/namespaces/n/configmaps',
    resource: 'configmaps',
    project: projectConfigMap,
    store,
    handler: log,
    options: { ...FAST, streamingLists: false },
  });
  endings.push(
    () => api.stop(),
    () => client.close(),
    () => reflector.stop(),
  );
  const send = (type: string, object: object) =>
    watches.at(-1)?.write(`${JSON.stringify({ type, object })}\n`);

  await eventually(() => watches.length === 1);
  send('MODIFIED', configMap('a', '9007199254740994', 'newer'));
  // As numbers these two would equal the one before.
  send('MODIFIED', configMap('a', '9007199254740993', 'older'));
  send('MODIFIED', configMap('a', '9007199254740995', 'newest'));
  // More digits, though it comes first as text.
  send('ADDED', configMap('b', '10000000000000000001', 'first'));
  await eventually(() => store.size === 2);
  expect(log.initial).toEqual(['a']);
  expect(log.lines).toEqual(['update a=newer', 'update a=newest', 'add b=first']);
  watches.at(-1)?.end();
  await eventually(() => watches.length === 2);
  expect(resumedAt).toEqual(['9007199254740993', '10000000000000000001']);
});
