import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KubeError } from '../../src/core/kube-error.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { connectionFor } from './cluster-fixture.ts';
import { projectConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

describe('stop leaves nothing behind', () => {
  let bench: ReflectorBench;
  beforeEach(async () => {
    bench = await openReflectorBench(inject('kubeconfigPath'));
  });
  afterEach(() => bench.stop());

  const rows = [
    {
      because: 'while the list waits for its answer',
      prepare: () => bench.proxy.add({ match: { isWatch: false }, hang: true }),
      isReached: () => bench.lists() === 1,
    },
    {
      because: 'between two pages',
      prepare: () => bench.proxy.add({ match: { isContinued: true }, hang: true }),
      isReached: () => bench.proxy.count({ isContinued: true }) === 1,
    },
    {
      because: 'in the back-off after a failed list',
      prepare: () =>
        bench.proxy.add({
          match: { isWatch: false },
          answer: { status: 500, body: statusBody(500, 'InternalError') },
        }),
      isReached: () => bench.lists() === 3,
    },
    {
      because: 'while the server asks to come back later',
      prepare: () =>
        bench.proxy.add({
          match: { isWatch: false },
          answer: { status: 429, headers: { 'retry-after': '5' }, body: statusBody(429, 'TooManyRequests') },
        }),
      isReached: () => bench.lists() === 1,
    },
    {
      because: 'while the watch is being opened',
      prepare: () => bench.proxy.add({ match: { isWatch: true, isStreamedList: false }, hang: true }),
      isReached: () => bench.watches() === 1,
    },
    {
      because: 'while the watch is open',
      prepare: () => {},
      isReached: () => bench.proxy.watches.length === 1,
    },
    {
      because: 'in the back-off of the watch',
      prepare: () =>
        bench.proxy.add({
          match: { isWatch: true, isStreamedList: false },
          answer: { status: 500, body: statusBody(500, 'InternalError') },
        }),
      isReached: () => bench.watches() === 3,
    },
  ];

  it.each(rows)('$because', async ({ prepare, isReached }) => {
    for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
    prepare();
    const reflector = bench.start({
      pageSize: 2,
      streamingLists: false,
      backoff: { firstMs: 100, maxMs: 100, resetAfterMs: 60_000 },
    });
    await eventually(isReached);
    await reflector.stop();
    const calls = bench.proxy.calls.length;
    await bench.configMaps.create('after');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(bench.proxy.calls.length).toBe(calls);
    expect(bench.log.lines).toEqual([]);
    await bench.client.close();
    await eventually(async () => (await bench.proxy.connections()) === 0);
  });

  it('an open watch gives its socket back without closing the client', async () => {
    const reflector = bench.start();
    await reflector.synced;
    await eventually(() => bench.proxy.watches.length === 1);
    await reflector.stop();
    await eventually(() => bench.proxy.watches.length === 0);
  });

  it('while it connects: the server takes the connection and says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket.on('error', () => {}).resume());
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    // The first byte of TLS never comes.
    const kubeconfig = bench.proxy.kubeconfig.replace(bench.proxy.url, `https://127.0.0.1:${port}`);
    const client = createKubeClient({ connection: connectionFor(kubeconfig) });
    const reflector = startReflector({
      client,
      path: bench.configMaps.path,
      resource: 'configmaps',
      project: projectConfigMap,
      store: bench.store,
      handler: bench.log,
    });
    await eventually(() => sockets.size === 1);
    const stoppedMs = performance.now();
    await reflector.stop();
    await client.close();
    await eventually(() => sockets.size === 0);
    // A connection has 10 s of its own, and would hold the process for as long.
    expect(performance.now() - stoppedMs).toBeLessThan(5000);
    silent.close();
  });

  it('while a list is being told: no handler is called after it', async () => {
    for (let at = 0; at < 1200; at += 100) {
      const names = Array.from({ length: 100 }, (_, next) => `object-${at + next}`);
      await Promise.all(names.map((name) => bench.configMaps.create(name)));
    }
    let calls = 0;
    let stopping: Promise<void> | undefined;
    const reflector = bench.start(
      {},
      {
        onAdd: () => {
          calls += 1;
          // Before the turn that the reflector gives to others after 500 calls.
          if (calls === 100) stopping = reflector.stop();
        },
        onUpdate: () => {},
        onDelete: () => {},
      },
    );
    await eventually(() => stopping !== undefined);
    await stopping;
    const toldAtStop = calls;
    expect(toldAtStop).toBeLessThan(1200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(calls).toBe(toldAtStop);
    expect(bench.watches()).toBe(0);
  });

  it('synced rejects, and ends nothing where nobody waits for it', async () => {
    bench.proxy.add({ match: {}, hang: true });
    const reflector = bench.start();
    await reflector.stop();
    await expect(reflector.synced).rejects.toThrow(KubeError);
    await reflector.stop();
  });
});
