import { describe, expect, it } from 'vitest';
import type { KubeFault } from '../../src/core/kube-error.ts';
import { Backoff, REFLECTOR_BACKOFF } from '../../src/kube/backoff.ts';
import { faultWaitMs } from '../../src/kube/fault-wait.ts';

function http(status: number, retryAfterMs?: number): KubeFault {
  return { verb: 'list', signal: 'http', status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

interface Row {
  readonly because: string;
  readonly fault: KubeFault | undefined;
  /** After that many failures of another kind. */
  readonly failures: number;
  readonly random: number;
  readonly waitMs: number;
}

describe('how long to wait before the API server is asked again', () => {
  const rows: Row[] = [
    { because: 'a first failure', fault: http(500), failures: 0, random: 0, waitMs: 800 },
    { because: 'many failures', fault: http(500), failures: 9, random: 0, waitMs: 30_000 },
    { because: 'the longest wait', fault: http(500), failures: 9, random: 1, waitMs: 60_000 },
    { because: 'no fault: a list from the past', fault: undefined, failures: 1, random: 0, waitMs: 1600 },
    {
      because: 'a storage that is starting up, after many failures: what the server asks',
      fault: http(429, 1000),
      failures: 9,
      random: 0,
      waitMs: 1000,
    },
    {
      because: 'the same, stretched so that clients part',
      fault: http(429, 1000),
      failures: 9,
      random: 1,
      waitMs: 1500,
    },
    {
      because: 'a server that ends',
      fault: http(503, 5000),
      failures: 9,
      random: 0,
      waitMs: 5000,
    },
    { because: 'Retry-After: 0', fault: http(429, 0), failures: 0, random: 0, waitMs: 800 },
    { because: '429 that asks for nothing', fault: http(429), failures: 9, random: 0, waitMs: 30_000 },
    {
      because: 'another status that asks for more',
      fault: http(500, 9000),
      failures: 0,
      random: 0,
      waitMs: 9000,
    },
    {
      because: 'another status that asks for less',
      fault: http(500, 1),
      failures: 9,
      random: 0,
      waitMs: 30_000,
    },
    { because: 'no definition yet, first', fault: http(404), failures: 0, random: 0, waitMs: 800 },
    { because: 'no definition for a long time', fault: http(404), failures: 9, random: 1, waitMs: 5000 },
    {
      because: 'no connection',
      fault: { verb: 'list', signal: 'unreachable' },
      failures: 2,
      random: 0,
      waitMs: 3200,
    },
  ];

  it.each(rows)('$because', ({ fault, failures, random, waitMs }) => {
    const backoff = new Backoff(REFLECTOR_BACKOFF, () => random);
    for (let at = 0; at < failures; at += 1) backoff.next(0);
    expect(faultWaitMs(fault, backoff, 0, () => random)).toBe(waitMs);
  });

  it('what the server asks for does not make later waits longer', () => {
    const backoff = new Backoff(REFLECTOR_BACKOFF, () => 0);
    for (let at = 0; at < 20; at += 1) faultWaitMs(http(429, 1000), backoff, 0, () => 0);
    expect(faultWaitMs(http(500), backoff, 0, () => 0)).toBe(800);
  });
});
