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

describe('a list that is always refused', () => {
  const rows = [
    { because: '403', status: 403, headers: {} },
    { because: '404', status: 404, headers: {} },
    { because: '410', status: 410, headers: {} },
    { because: '500', status: 500, headers: {} },
    { because: '429 without Retry-After', status: 429, headers: {} },
    { because: '429 with Retry-After: 0', status: 429, headers: { 'retry-after': '0' } },
  ];

  it.each(rows)('$because: waits', async ({ status, headers }) => {
    bench.proxy.add({ match: {}, answer: { status, headers, body: statusBody(status, 'Injected') } });
    bench.start();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // Six tries; each asks for a stream, then for pages.
    expect(bench.lists()).toBeLessThanOrEqual(12);
    expect(bench.watches()).toBe(0);
  });
});
