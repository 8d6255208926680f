import { describe, expect, it } from 'vitest';
import { createRequestPace } from '../../src/kube/request-pace.ts';

/** How many of `asked` requests at time zero go out at once; the others wait. */
async function atOnce(options: { qps: number; burst: number }, asked: number): Promise<number> {
  const pace = createRequestPace(options, () => 0);
  const abort = new AbortController();
  let passed = 0;
  const waiting = Array.from({ length: asked }, () => pace(abort.signal).then(() => passed++));
  await new Promise((resolve) => setImmediate(resolve));
  const now = passed;
  abort.abort();
  await Promise.all(waiting);
  return now;
}

describe('the pace of requests', () => {
  it.each([
    {
      because: '0 means that the API server decides',
      options: { qps: 0, burst: 0 },
      asked: 50,
      expected: 50,
    },
    { because: 'a burst goes out at once', options: { qps: 1, burst: 10 }, asked: 10, expected: 10 },
    { because: 'what exceeds the burst waits', options: { qps: 1, burst: 10 }, asked: 15, expected: 10 },
  ])('$because', async ({ options, asked, expected }) => {
    expect(await atOnce(options, asked)).toBe(expected);
  });

  it('fills up again as time passes, up to the burst and no further', async () => {
    let now = 0;
    const pace = createRequestPace({ qps: 10, burst: 2 }, () => now);
    const abort = new AbortController();
    const passes = async () => {
      let passed = false;
      const waiting = pace(abort.signal).then(() => {
        passed = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      return { passed, waiting };
    };
    expect((await passes()).passed).toBe(true);
    expect((await passes()).passed).toBe(true);
    now = 1_000_000;
    expect((await passes()).passed).toBe(true);
    expect((await passes()).passed).toBe(true);
    const third = await passes();
    expect(third.passed).toBe(false);
    abort.abort();
    await third.waiting;
  });
});
