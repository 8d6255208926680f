import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ObjectIdentity } from '../../src/kube/object-identity.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import type { WatchRelay } from '../support/kube-proxy/watch-relay.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

const WATCH = { isWatch: true };
const LIST = { isWatch: false };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

/** The watch that is open now. */
function openWatch(): WatchRelay {
  const watch = bench.proxy.watches.at(-1);
  if (watch === undefined) throw new Error('no watch is open');
  return watch;
}

function onlyIdentity(): ObjectIdentity {
  const [object] = bench.store.list();
  if (object === undefined) throw new Error('the store is empty');
  return object.metadata;
}

function errorEvent(code: number): string {
  return JSON.stringify({ type: 'ERROR', object: statusBody(code, 'Injected') });
}

interface Row {
  readonly because: string;
  /** Done while one object `known` is in the cache and the watch is open. */
  readonly disturb: () => void;
  /** Lists after the first one. */
  readonly relists: number;
  /** Watches after the first one. */
  readonly rewatches: number;
}

describe('a watch that is disturbed goes on', () => {
  const rows: Row[] = [
    {
      because: 'a reset resumes where it was, without a list',
      disturb: () => openWatch().cut(),
      relists: 0,
      rewatches: 1,
    },
    {
      because: 'a cut inside a line is no corrupt line: the event comes again',
      disturb: () => {
        openWatch().injectBytes('{"type":"MODIFIED","object":{"metadata":{"na');
        openWatch().cut();
      },
      relists: 0,
      rewatches: 1,
    },
    {
      because: 'a clean close re-watches',
      disturb: () => openWatch().end(),
      relists: 0,
      rewatches: 1,
    },
    {
      because: '429 with Retry-After keeps the resume point',
      disturb: () => {
        const answer = {
          status: 429,
          headers: { 'retry-after': '1' },
          body: statusBody(429, 'TooManyRequests'),
        };
        bench.proxy.add({ match: WATCH, times: 1, answer });
        openWatch().end();
      },
      relists: 0,
      rewatches: 2,
    },
    {
      because: '500 on a watch keeps the resume point',
      disturb: () => {
        bench.proxy.add({
          match: WATCH,
          times: 2,
          answer: { status: 500, body: statusBody(500, 'InternalError') },
        });
        openWatch().end();
      },
      relists: 0,
      rewatches: 3,
    },
    {
      because: '403 on a watch (role removed for a while) is waited out',
      disturb: () => {
        bench.proxy.add({
          match: WATCH,
          times: 2,
          answer: { status: 403, body: statusBody(403, 'Forbidden') },
        });
        openWatch().end();
      },
      relists: 0,
      rewatches: 3,
    },
    {
      because: 'a watch that is refused five times lists again: the resume point may be at fault',
      disturb: () => {
        bench.proxy.add({
          match: WATCH,
          times: 5,
          answer: { status: 504, body: statusBody(504, 'Timeout') },
        });
        openWatch().end();
      },
      relists: 1,
      rewatches: 6,
    },
    {
      because: '404 on a watch lists again: the definition was replaced',
      disturb: () => {
        bench.proxy.add({
          match: WATCH,
          times: 1,
          answer: { status: 404, body: statusBody(404, 'NotFound') },
        });
        openWatch().end();
      },
      relists: 1,
      rewatches: 2,
    },
    {
      because: '410 as a status lists again',
      disturb: () => {
        bench.proxy.add({
          match: WATCH,
          times: 1,
          answer: { status: 410, body: statusBody(410, 'Expired') },
        });
        openWatch().end();
      },
      relists: 1,
      rewatches: 2,
    },
    {
      because: '410 as an ERROR event lists again',
      disturb: () => openWatch().inject(errorEvent(410)),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'another ERROR event lists again instead of being ignored',
      disturb: () => openWatch().inject(errorEvent(500)),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'a corrupt line lists again instead of being skipped',
      disturb: () => openWatch().inject('{"type":"MODIFIED","object":{'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'an event without an object is a corrupt line',
      disturb: () => openWatch().inject('{"type":"ADDED","object":null}'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'an unknown type of event is a corrupt line',
      disturb: () => openWatch().inject('{"type":"RENAMED","object":{}}'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'silence on an open connection (half-open) is noticed by the idle limit',
      disturb: () => openWatch().hold(),
      relists: 0,
      rewatches: 1,
    },
  ];

  it.each(rows)('$because', async ({ disturb, relists, rewatches }) => {
    await bench.configMaps.create('known');
    await bench.start({ idleLimitMs: 1500 }).synced;
    await eventually(() => bench.proxy.watches.length === 1);
    disturb();
    await bench.configMaps.create('after');
    await eventually(() => bench.store.size === 2 && bench.watches() === 1 + rewatches);
    expect(bench.contents()).toEqual(['after=first', 'known=first']);
    expect(bench.log.lines).toEqual(['add after=first']);
    expect({ lists: bench.lists() - 1, watches: bench.watches() - 1 }).toEqual({
      lists: relists,
      watches: rewatches,
    });
  });
});

describe('nothing is lost or doubled', () => {
  it('what a corrupt line said is found by the list that follows', async () => {
    bench.proxy.add({ match: WATCH, times: 1, watch: { drop: (line) => line.includes('"lost"') } });
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    await bench.configMaps.create('lost');
    openWatch().inject('�not json');
    await eventually(() => bench.store.size === 1);
    expect(bench.log.lines).toEqual(['add lost=first']);
  });

  it('deleted and created again in a gap: delete, then add', async () => {
    await bench.configMaps.create('known', 'old');
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    openWatch().hold();
    await bench.configMaps.delete('known');
    await bench.configMaps.create('known', 'new');
    bench.proxy.add({ match: WATCH, times: 1, answer: { status: 410, body: statusBody(410, 'Expired') } });
    openWatch().cut();
    await eventually(() => bench.contents()[0] === 'known=new');
    expect(bench.log.lines).toEqual(['delete known', 'add known=new']);
  });

  it('an object that vanished in a gap is reported with its last known state', async () => {
    await bench.configMaps.create('known');
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    openWatch().hold();
    await bench.configMaps.delete('known');
    bench.proxy.add({ match: WATCH, times: 1, answer: { status: 410, body: statusBody(410, 'Expired') } });
    openWatch().cut();
    await eventually(() => bench.store.size === 0);
    expect(bench.log.lines).toEqual(['delete known']);
  });

  it('an event that was delivered already, or is older than one that was, changes nothing', async () => {
    await bench.configMaps.create('known', 'one');
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    const metadata = onlyIdentity();
    await bench.configMaps.change('known', 'two');
    await eventually(() => bench.log.lines.length === 1);
    for (const resourceVersion of [onlyIdentity().resourceVersion, metadata.resourceVersion, '1']) {
      const stale = { metadata: { ...metadata, resourceVersion }, data: { value: 'stale' } };
      openWatch().inject(JSON.stringify({ type: 'MODIFIED', object: stale }));
      openWatch().inject(JSON.stringify({ type: 'DELETED', object: stale }));
    }
    await bench.configMaps.create('after');
    await eventually(() => bench.store.size === 2);
    expect(bench.log.lines).toEqual(['update known=two', 'add after=first']);
  });

  it('a bookmark moves the resume point', async () => {
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    await bench.configMaps.create('elsewhere');
    await eventually(() => bench.store.size === 1);
    const metadata = onlyIdentity();
    const resourceVersion = String(BigInt(metadata.resourceVersion) + 1n);
    openWatch().inject(JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } }));
    openWatch().end();
    await eventually(() => bench.watches() === 2);
    expect(bench.proxy.calls.at(-1)?.query.get('resourceVersion')).toBe(resourceVersion);
  });

  it('a handler that throws or rejects is counted and the next one is called', async () => {
    let calls = 0;
    const reflector = bench.start(
      {},
      {
        onAdd: () => {
          calls += 1;
          if (calls === 1) throw new Error('handler');
          return Promise.reject(new Error('handler')) as unknown as undefined;
        },
        onUpdate: () => {},
        onDelete: () => {},
      },
    );
    await reflector.synced;
    await bench.configMaps.create('a');
    await bench.configMaps.create('b');
    await eventually(() => reflector.stats.handlerFailures === 2);
    expect(bench.store.size).toBe(2);
  });

  it('every change arrives while the watch is closed again and again', async () => {
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    for (let at = 0; at < 30; at += 1) {
      await bench.configMaps.create(`object-${at}`);
      if (at % 5 === 4) {
        for (const watch of [...bench.proxy.watches]) watch.end();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }
    await eventually(() => bench.store.size === 30);
    expect(bench.log.lines.length).toBe(30);
    expect(bench.lists()).toBe(1);
  });
});

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
    await bench.start().synced;
    expect(bench.contents()).toEqual(['known=first']);
    expect(bench.lists()).toBe(3);
  });

  it('an expired continue token begins again in one piece', async () => {
    for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
    const answer = { status: 410, body: statusBody(410, 'Expired') };
    bench.proxy.add({ match: { isContinued: true }, times: 1, answer });
    await bench.start({ pageSize: 2 }).synced;
    expect(bench.store.size).toBe(3);
    expect(
      bench.proxy.calls.filter(({ isWatch }) => !isWatch).map(({ query }) => query.get('limit')),
    ).toEqual(['2', '2', null]);
  });

  it('a list from the past does not empty the cache', async () => {
    await bench.configMaps.create('known');
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    const past = { kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [] };
    bench.proxy.add({ match: LIST, times: 1, answer: { status: 200, body: past } });
    openWatch().inject(errorEvent(410));
    await eventually(() => bench.lists() === 3 && bench.proxy.watches.length === 1);
    expect(bench.log.lines).toEqual([]);
  });

  it('a past that stays (etcd restored from a backup) is believed at the third list', async () => {
    await bench.configMaps.create('known');
    await bench.start().synced;
    await eventually(() => bench.proxy.watches.length === 1);
    const past = { kind: 'ConfigMapList', metadata: { resourceVersion: '1' }, items: [] };
    bench.proxy.add({ match: LIST, times: 3, answer: { status: 200, body: past } });
    openWatch().inject(errorEvent(410));
    await eventually(() => bench.log.lines.includes('delete known'));
    expect(bench.lists()).toBe(4);
  });
});

describe('no fault makes a hot loop', () => {
  const rows = [
    { because: '410 to every watch', answer: { status: 410, body: statusBody(410, 'Expired') } },
    { because: '410 as an event in every watch', answer: { status: 200, lines: [errorEvent(410)] } },
    { because: 'every watch ends at once', answer: { status: 200, lines: [] } },
    { because: 'every watch is corrupt', answer: { status: 200, lines: ['corrupt'] } },
    { because: 'every watch is refused', answer: { status: 500, body: statusBody(500, 'InternalError') } },
  ];

  it.each(rows)('$because: waits grow', async ({ answer }) => {
    bench.proxy.add({ match: WATCH, answer });
    await bench.start().synced;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // At a tenth of the real times: 80, 160, 320, 640, 1280 ms, each stretched by up to its own length.
    expect(bench.watches()).toBeLessThanOrEqual(6);
    expect(bench.lists()).toBeLessThanOrEqual(6);
    bench.proxy.clear();
    await bench.configMaps.create('after');
    await eventually(() => bench.store.size === 1);
  });
});

it('a server that sends a newer bookmark and closes, again and again, is no hot loop', async () => {
  for (let at = 1; at <= 50; at += 1) {
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(10 ** 9 + at) } } };
    bench.proxy.add({ match: WATCH, times: 1, answer: { status: 200, lines: [JSON.stringify(bookmark)] } });
  }
  await bench.start().synced;
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(bench.watches()).toBeLessThanOrEqual(6);
});

describe('safety relist', () => {
  it('counts what the watch had missed and repairs it', async () => {
    await bench.configMaps.create('kept');
    await bench.configMaps.create('gone');
    const drop = (line: string) => /"name":"(lost|gone)"/.test(line);
    bench.proxy.add({ match: WATCH, watch: { drop } });
    const reflector = bench.start({ relistMs: 1500 });
    await reflector.synced;
    await eventually(() => bench.proxy.watches.length === 1);
    await bench.configMaps.create('lost');
    await bench.configMaps.delete('gone');
    await eventually(() => reflector.stats.relists.periodic === 1 && bench.store.size === 2);
    // The watch resumes before the list and must show that it has come past it.
    await bench.configMaps.create('after');
    await eventually(() => reflector.stats.missed === 2);
    expect(bench.contents()).toEqual(['after=first', 'kept=first', 'lost=first']);
  });

  it('counts nothing where the watch delivered all, also what happened around the relist', async () => {
    const reflector = bench.start({ relistMs: 700 });
    await reflector.synced;
    const kept = new Set<string>();
    for (let at = 0; (reflector.stats.relists.periodic ?? 0) < 3; at += 1) {
      await bench.configMaps.create(`object-${at}`);
      kept.add(`object-${at}=first`);
      if (at % 3 !== 2) continue;
      await bench.configMaps.delete(`object-${at - 1}`);
      kept.delete(`object-${at - 1}=first`);
    }
    await bench.configMaps.create('after');
    await eventually(() => bench.log.lines.includes('add after=first'));
    expect(reflector.stats.missed).toBe(0);
    expect(bench.contents()).toEqual([...kept, 'after=first'].sort());
    // An object that came and went between the end of the watch and the list may be told of never, but not twice.
    expect(new Set(bench.log.lines).size).toBe(bench.log.lines.length);
  });
});
