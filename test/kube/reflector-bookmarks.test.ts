import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

function bookmark(resourceVersion: bigint): string {
  return JSON.stringify({
    type: 'BOOKMARK',
    object: { metadata: { resourceVersion: String(resourceVersion) } },
  });
}

function resumePoint(): string | null | undefined {
  return bench.proxy.calls.findLast(({ isWatch }) => isWatch)?.query.get('resourceVersion');
}

describe('bookmarks', () => {
  it('one moves the resume point', async () => {
    await bench.follow();
    const at = BigInt(resumePoint() ?? 0) + 1n;
    bench.openWatch().inject(bookmark(at));
    bench.openWatch().end();
    await eventually(() => bench.watches() === 2);
    expect(resumePoint()).toBe(String(at));
  });

  it('one from the past does not move it back', async () => {
    await bench.follow();
    const at = resumePoint();
    bench.openWatch().inject(bookmark(1n));
    bench.openWatch().end();
    await eventually(() => bench.watches() === 2);
    expect(resumePoint()).toBe(at);
  });

  it('a watch that carries nothing else is alive: it is neither given up nor news', async () => {
    const reflector = await bench.follow({ idleLimitMs: 3000 });
    const from = BigInt(resumePoint() ?? 0);
    for (let at = 1; at <= 40; at += 1) {
      bench.openWatch().inject(bookmark(from + BigInt(at)));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect({ watches: bench.watches(), lists: bench.lists() }).toEqual({ watches: 1, lists: 1 });
    expect(performance.now() - reflector.lastActivityMs).toBeLessThan(3000);
    expect(bench.log.lines).toEqual([]);
    bench.openWatch().end();
    await eventually(() => bench.watches() === 2);
    expect(resumePoint()).toBe(String(from + 40n));
  });

  it('a server that sends a newer one and closes, again and again, is no hot loop', async () => {
    for (let at = 1; at <= 50; at += 1) {
      const lines = [bookmark(BigInt(10 ** 9 + at))];
      bench.proxy.add({
        match: { isWatch: true, isStreamedList: false },
        times: 1,
        answer: { status: 200, lines },
      });
    }
    await bench.start().synced;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(bench.watches()).toBeLessThanOrEqual(6);
  });
});
