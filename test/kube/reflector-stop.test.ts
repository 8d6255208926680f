import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { KubeError } from '../../src/core/kube-error.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
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
      prepare: () => bench.proxy.add({ match: { isWatch: true }, hang: true }),
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
          match: { isWatch: true },
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

  it('synced rejects, and ends nothing where nobody waits for it', async () => {
    bench.proxy.add({ match: {}, hang: true });
    const reflector = bench.start();
    await reflector.stop();
    await expect(reflector.synced).rejects.toThrow(KubeError);
    await reflector.stop();
  });
});
