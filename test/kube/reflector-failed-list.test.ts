import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { errorEvent, statusBody } from '../support/kube-proxy/fault-rule.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

// Only pages: what becomes of a stream that fails is told in reflector-streaming.test.ts.
const PAGES = { streamingLists: false };
const LIST = { isWatch: false };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

describe('lists that fail', () => {
  const rows = [
    { because: 'HTTP 500', rule: { answer: { status: 500, body: statusBody(500, 'InternalError') } } },
    { because: 'HTTP 403', rule: { answer: { status: 403, body: statusBody(403, 'Forbidden') } } },
    {
      because: 'HTTP 429 with Retry-After',
      rule: {
        answer: { status: 429, headers: { 'retry-after': '1' }, body: statusBody(429, 'TooManyRequests') },
      },
    },
    { because: 'a connection that is reset', rule: { reset: true } },
    { because: 'an answer that is no list', rule: { answer: { status: 200, body: { kind: 'Nonsense' } } } },
    { because: 'a login page', rule: { answer: { status: 200, lines: ['<html>'] } } },
  ];

  it.each(rows)('$because is tried again until the cache is in sync', async ({ rule }) => {
    await bench.configMaps.create('known');
    bench.proxy.add({ match: LIST, times: 2, ...rule });
    await bench.start(PAGES).synced;
    expect(bench.contents()).toEqual(['known=first']);
    expect(bench.lists()).toBe(3);
  });

  it('an expired continue token begins again in one piece', async () => {
    for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
    const answer = { status: 410, body: statusBody(410, 'Expired') };
    bench.proxy.add({ match: { isContinued: true }, times: 1, answer });
    await bench.start({ ...PAGES, pageSize: 2 }).synced;
    expect(bench.store.size).toBe(3);
    expect(
      bench.proxy.calls.filter(({ isWatch }) => !isWatch).map(({ query }) => query.get('limit')),
    ).toEqual(['2', '2', null]);
  });

  it('a list from the past does not empty the cache', async () => {
    await bench.configMaps.create('known');
    await bench.follow(PAGES);
    const past = { kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [] };
    bench.proxy.add({ match: LIST, times: 1, answer: { status: 200, body: past } });
    bench.openWatch().inject(errorEvent(410));
    await eventually(() => bench.lists() === 3 && bench.proxy.watches.length === 1);
    expect(bench.log.lines).toEqual([]);
  });

  it('a past that stays (etcd restored from a backup) is believed at the third list', async () => {
    await bench.configMaps.create('known');
    await bench.follow(PAGES);
    const past = { kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [] };
    bench.proxy.add({ match: LIST, times: 3, answer: { status: 200, body: past } });
    bench.openWatch().inject(errorEvent(410));
    await eventually(() => bench.log.lines.includes('delete known'));
    expect(bench.lists()).toBe(4);
  });
});
