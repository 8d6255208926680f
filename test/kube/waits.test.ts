import { describe, expect, it } from 'vitest';
import { Backoff, REFLECTOR_BACKOFF } from '../../src/kube/backoff.ts';
import { readLeaseRecord } from '../../src/kube/lease-record.ts';
import { pause } from '../../src/kube/pause.ts';
import { readRetryAfter } from '../../src/kube/retry-after.ts';

describe('Retry-After', () => {
  const now = new Date('2026-11-24T00:00:00Z');
  const rows: { because: string; header: string | undefined; ms: number | undefined }[] = [
    { because: 'seconds', header: '7', ms: 7000 },
    { because: 'zero', header: '0', ms: 0 },
    { because: 'a day is cut to 15 minutes', header: '86400', ms: 900_000 },
    { because: 'a date', header: 'Tue, 24 Nov 2026 00:00:30 GMT', ms: 30_000 },
    { because: 'a date that has passed', header: 'Mon, 23 Nov 2026 00:00:30 GMT', ms: 0 },
    { because: 'a negative number', header: '-1', ms: undefined },
    { because: 'a fraction', header: '1.5', ms: undefined },
    { because: 'garbage', header: 'soon', ms: undefined },
    { because: 'nothing', header: '', ms: undefined },
    { because: 'absent', header: undefined, ms: undefined },
  ];
  it.each(rows)('$because', ({ header, ms }) => {
    expect(readRetryAfter(header, now)).toBe(ms);
  });
});

describe('back-off', () => {
  it('doubles to its limit and is stretched by up to its own length', () => {
    const least = new Backoff(REFLECTOR_BACKOFF, () => 0);
    expect(Array.from({ length: 8 }, () => least.next(0))).toEqual([
      800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000,
    ]);
    const most = new Backoff(REFLECTOR_BACKOFF, () => 0.999999);
    expect(most.next(0)).toBe(1600);
  });

  it('begins again after two minutes of health, not before', () => {
    const backoff = new Backoff(REFLECTOR_BACKOFF, () => 0);
    backoff.next(0);
    expect(backoff.next(120_000)).toBe(1600);
    expect(backoff.next(240_001)).toBe(800);
  });
});

describe('pause', () => {
  it('ends early with the signal and takes its listener away', async () => {
    const controller = new AbortController();
    const waiting = pause(60_000, controller.signal);
    controller.abort();
    expect(await waiting).toBe(false);
    expect(await pause(60_000, controller.signal)).toBe(false);
    expect(await pause(1)).toBe(true);
  });

  it('a wait of 30 days does not fire at once', async () => {
    const controller = new AbortController();
    const waiting = pause(30 * 86_400_000, controller.signal);
    expect(await Promise.race([waiting, pause(50).then(() => 'still waiting')])).toBe('still waiting');
    controller.abort();
    await waiting;
  });
});

describe('what a Lease says', () => {
  const metadata = { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '5' };
  const rows = [
    { because: 'no spec', spec: undefined, seen: { holder: '', durationMs: 0, transitions: 0 } },
    {
      because: 'an ordinary holder',
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 3 },
      seen: { holder: 'a', durationMs: 15_000, transitions: 3 },
    },
    {
      because: 'a claim for years is cut to ten minutes',
      spec: { holderIdentity: 'a', leaseDurationSeconds: 2 ** 31 - 1 },
      seen: { holder: 'a', durationMs: 600_000 },
    },
    {
      because: 'garbage',
      spec: { holderIdentity: 7, leaseDurationSeconds: 'x', leaseTransitions: -1 },
      seen: { holder: '', durationMs: 0, transitions: 0 },
    },
  ];
  it.each(rows)('$because', ({ spec, seen }) => {
    expect(readLeaseRecord({ metadata, spec })).toMatchObject(seen);
  });
});
