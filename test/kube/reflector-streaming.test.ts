import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { errorEvent, type FaultRule, statusBody } from '../support/kube-proxy/fault-rule.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

const STREAM = { isStreamedList: true };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

function pages(): number {
  return bench.proxy.count({ isWatch: false });
}

describe('lists as a stream, from a real API server', () => {
  it('everything comes in one call, is told as initial, and the watch goes on from there', async () => {
    for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
    await bench.follow();
    expect(bench.log.initial.sort()).toEqual(['a', 'b', 'c']);
    const [stream] = bench.proxy.calls;
    expect(Object.fromEntries(stream?.query ?? [])).toMatchObject({
      watch: '1',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    // Unset is the consistent read; 0 may be stale.
    expect(stream?.query.has('resourceVersion')).toBe(false);
    await bench.configMaps.create('d');
    await eventually(() => bench.store.size === 4);
    expect(bench.log.lines).toEqual(['add d=first']);
    expect({ pages: pages(), streams: bench.proxy.count(STREAM) }).toEqual({ pages: 0, streams: 1 });
  });

  it('an empty collection is complete too', async () => {
    const reflector = bench.start();
    await reflector.synced;
    expect(bench.store.size).toBe(0);
    expect(pages()).toBe(0);
  });

  it('what changes and goes while the stream runs ends as it is', async () => {
    for (let at = 0; at < 300; at += 1) await bench.configMaps.create(`object-${at}`);
    let isChanging = true;
    const changing = (async () => {
      for (let at = 0; isChanging; at = (at + 1) % 100)
        await bench.configMaps.change(`object-${at}`, `${at}`);
    })();
    const reflector = bench.start({ relistMs: 300 });
    for (let at = 200; at < 300; at += 1) await bench.configMaps.delete(`object-${at}`);
    await eventually(() => (reflector.stats.relists.periodic ?? 0) >= 2);
    isChanging = false;
    await changing;
    await bench.configMaps.create('last');
    await eventually(() => bench.store.size === 201);
    expect(reflector.stats.missed).toBe(0);
    expect(pages()).toBe(0);
  });

  it('what vanished in a gap is deleted by the stream that follows', async () => {
    await bench.configMaps.create('known');
    await bench.follow();
    bench.openWatch().hold();
    await bench.configMaps.delete('known');
    bench.openWatch().injectBytes(`${errorEvent(410)}\n`);
    await eventually(() => bench.store.size === 0);
    expect(bench.log.lines).toEqual(['delete known']);
    expect({ pages: pages(), streams: bench.proxy.count(STREAM) }).toEqual({ pages: 0, streams: 2 });
  });
});

describe('a stream that does not come to its end', () => {
  const marked = (line: string) => line.includes('k8s.io/initial-events-end');
  const rows: { readonly because: string; readonly rule: Omit<FaultRule, 'match' | 'times'> }[] = [
    {
      because: 'an API server that does not know it says so',
      rule: { answer: { status: 422, body: statusBody(422, 'Invalid') } },
    },
    { because: '400', rule: { answer: { status: 400, body: statusBody(400, 'BadRequest') } } },
    { because: 'no right to watch', rule: { answer: { status: 403, body: statusBody(403, 'Forbidden') } } },
    { because: '500', rule: { answer: { status: 500, body: statusBody(500, 'InternalError') } } },
    { because: 'it is reset before its answer', rule: { reset: true } },
    { because: 'it is cut in its middle', rule: { watch: { cutAfterBytes: 500 } } },
    { because: 'it ends without its mark', rule: { answer: { status: 200, lines: [] } } },
    { because: 'its mark never comes: silence', rule: { watch: { drop: marked } } },
    { because: 'it holds a corrupt line', rule: { answer: { status: 200, lines: ['corrupt'] } } },
    { because: 'it holds an ERROR event', rule: { answer: { status: 200, lines: [errorEvent(410)] } } },
    { because: 'an intermediary never lets it through', rule: { hang: true } },
  ];

  it.each(rows)('$because: pages follow at once', async ({ rule }) => {
    for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
    bench.proxy.add({ match: STREAM, ...rule });
    await bench.start({ pageSize: 2, idleLimitMs: 1000 }).synced;
    expect(bench.log.initial.sort()).toEqual(['a', 'b', 'c']);
    expect({ pages: pages(), streams: bench.proxy.count(STREAM) }).toEqual({ pages: 2, streams: 1 });
  });

  it('429 is no reason to ask in another way: it waits', async () => {
    await bench.configMaps.create('a');
    const busy = {
      status: 429,
      headers: { 'retry-after': '1' },
      body: statusBody(429, 'TooManyRequests'),
    };
    bench.proxy.add({ match: STREAM, times: 2, answer: busy });
    await bench.start().synced;
    expect({ pages: pages(), streams: bench.proxy.count(STREAM) }).toEqual({ pages: 0, streams: 3 });
  });

  it('stop ends it and leaves no socket', async () => {
    await bench.configMaps.create('a');
    bench.proxy.add({ match: STREAM, watch: { drop: () => true } });
    const reflector = bench.start();
    await eventually(() => bench.proxy.watches.length === 1);
    await reflector.stop();
    expect(bench.log.initial).toEqual([]);
    await eventually(() => bench.proxy.watches.length === 0);
    expect({ pages: pages(), watches: bench.watches() }).toEqual({ pages: 0, watches: 0 });
  });
});
