import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { errorEvent, statusBody } from '../support/kube-proxy/fault-rule.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

const WATCH = { isWatch: true, isStreamedList: false };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

interface Row {
  readonly because: string;
  /** Done while one object `known` is in the cache and the watch is open. */
  readonly disturb: () => void;
  /** Lists after the first one. */
  readonly relists: number;
  /** Watches after the first one. */
  readonly rewatches: number;
  readonly idleLimitMs?: number;
}

describe('a watch that is disturbed goes on', () => {
  const rows: Row[] = [
    {
      because: 'a reset resumes where it was, without a list',
      disturb: () => bench.openWatch().cut(),
      relists: 0,
      rewatches: 1,
    },
    {
      because: 'a cut inside a line is no corrupt line: the event comes again',
      disturb: () => {
        bench.openWatch().injectBytes('{"type":"MODIFIED","object":{"metadata":{"na');
        bench.openWatch().cut();
      },
      relists: 0,
      rewatches: 1,
    },
    {
      because: 'a clean close re-watches',
      disturb: () => bench.openWatch().end(),
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
        bench.openWatch().end();
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
        bench.openWatch().end();
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
        bench.openWatch().end();
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
        bench.openWatch().end();
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
        bench.openWatch().end();
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
        bench.openWatch().end();
      },
      relists: 1,
      rewatches: 2,
    },
    {
      because: '410 as an ERROR event lists again',
      disturb: () => bench.openWatch().inject(errorEvent(410)),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'another ERROR event lists again instead of being ignored',
      disturb: () => bench.openWatch().inject(errorEvent(500)),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'a corrupt line lists again instead of being skipped',
      disturb: () => bench.openWatch().inject('{"type":"MODIFIED","object":{'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'an event without an object is a corrupt line',
      disturb: () => bench.openWatch().inject('{"type":"ADDED","object":null}'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'an unknown type of event is a corrupt line',
      disturb: () => bench.openWatch().inject('{"type":"RENAMED","object":{}}'),
      relists: 1,
      rewatches: 1,
    },
    {
      because: 'silence on an open connection (half-open) is noticed by the idle limit',
      disturb: () => bench.openWatch().hold(),
      relists: 0,
      rewatches: 1,
      idleLimitMs: 1500,
    },
  ];

  const lists = [
    { how: 'lists as a stream', streamingLists: true },
    { how: 'lists in pages', streamingLists: false },
  ];
  const both = rows.flatMap((row) => lists.map((list) => ({ idleLimitMs: 70_000, ...row, ...list })));

  it.each(both)('$because ($how)', async ({ disturb, relists, rewatches, idleLimitMs, streamingLists }) => {
    await bench.configMaps.create('known');
    await bench.follow({ idleLimitMs, streamingLists });
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
