import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PamError } from '../../src/core/pam-fault.ts';
import { context, limited } from './slow-client.ts';

/** Nothing was sent: the call never left its place in line. */
const aborted = { name: 'PamError', fault: { signal: 'aborted', unsent: true } };

describe('limitCalls', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes every operation on with its arguments and answer', async () => {
    const { slow, client } = limited({});
    const spec = { username: 'svc', device: { hostname: 'db1', ip: '10.0.0.1' } };
    const calls = [
      client.list(context()),
      client.upsertCredential({ identifier: 'x', spec }, context()),
      client.enable('credential', '7', context()),
      client.disable('key', '8', context()),
    ];
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toEqual(['list', 'upsert credential', 'enable 7', 'disable 8']);
    for (const _ of calls) await slow.end();
    expect(await Promise.all(calls)).toMatchObject([{ complete: true }, { id: '1' }, undefined, undefined]);
    client.close();
    expect(slow.isClosed).toBe(true);
  });

  it('never has more calls in flight than allowed, and each that ends lets the next in', async () => {
    const { slow, client } = limited({ maxInFlight: 4 });
    const calls = Array.from({ length: 10 }, (_, at) => client.enable('credential', String(at), context()));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(slow.begun).toHaveLength(3);
    for (let ended = 1; ended <= 10; ended++) {
      await slow.end();
      expect(slow.begun).toHaveLength(Math.min(10, 3 + ended));
    }
    await Promise.all(calls);
    expect(slow.most).toBe(3);
  });

  it('keeps one place for a disable, so that calls which hang do not delay it', async () => {
    const { slow, client } = limited({ maxInFlight: 3 });
    const calls = ['1', '2', '3'].map((id) => client.enable('credential', id, context()));
    const disable = (id: string) => calls.push(client.disable('credential', id, context({ priority: 100 })));
    disable('4');
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toEqual(['enable 1', 'enable 2', 'disable 4']);
    disable('5');
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toHaveLength(3);
    await slow.end();
    expect(slow.begun.slice(3)).toEqual(['disable 5']);
    await slow.end();
    expect(slow.begun.slice(4)).toEqual(['enable 3']);
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
    expect(slow.most).toBe(3);
    const later = ['6', '7', '8'].map((id) => client.enable('credential', id, context()));
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.running).toBe(2);
    for (const _ of later) await slow.end();
    await Promise.all(later);
  });

  it('keeps one token for a disable', async () => {
    const { slow, client } = limited({ requestsPerSecond: 1, burst: 3 });
    const calls = ['1', '2', '3'].map((id) => client.enable('credential', id, context()));
    calls.push(client.disable('credential', '4', context({ priority: 100 })));
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toEqual(['enable 1', 'enable 2', 'disable 4']);
    await vi.advanceTimersByTimeAsync(1999);
    expect(slow.begun).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.begun.slice(3)).toEqual(['enable 3']);
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
  });

  it.each([1, 2, 5])('lets everything through sooner or later with limits of %i', async (limit) => {
    const { slow, client } = limited({ maxInFlight: limit, requestsPerSecond: limit, burst: limit });
    const calls: Promise<unknown>[] = [];
    for (let count = 0; count < 20; count++) {
      calls.push(
        client.enable('credential', '1', context()),
        client.disable('key', '2', context()),
        client.list(context()),
      );
    }
    for (let step = 0; step < 100; step++) {
      await vi.advanceTimersByTimeAsync(1000);
      for (let ended = 0; ended < limit; ended++) await slow.end();
    }
    await Promise.all(calls);
    expect(slow.begun).toHaveLength(60);
    // Where only one call is allowed, the place of a disable comes on top.
    expect(slow.most).toBeLessThanOrEqual(Math.max(2, limit));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets a disable through although limits of 1 are used up, and the next one when it has ended', async () => {
    const { slow, client } = limited({ maxInFlight: 1, requestsPerSecond: 1, burst: 1 });
    const calls = [client.enable('credential', '1', context()), client.enable('credential', '2', context())];
    for (const id of ['3', '4']) calls.push(client.disable('credential', id, context({ priority: 100 })));
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toEqual(['enable 1', 'disable 3']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(slow.begun).toHaveLength(2);
    await slow.end();
    await slow.end();
    expect(slow.begun.slice(2)).toEqual(['disable 4']);
    await slow.end();
    // Neither the place nor the token of a disable is for it.
    expect(slow.begun).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(slow.begun.slice(3)).toEqual(['enable 2']);
    await slow.end();
    await Promise.all(calls);
  });

  it('ends the wait of a call that is superseded, but neither a call that has begun nor a disable', async () => {
    const { slow, client } = limited({ maxInFlight: 2 });
    const abort = new AbortController();
    const superseded = context({ superseded: abort.signal });
    const calls = [
      client.enable('credential', '1', superseded),
      client.disable('credential', '2', context({ superseded: abort.signal, priority: 100 })),
      client.disable('credential', '3', context({ superseded: abort.signal, priority: 100 })),
    ];
    const waiting = client.enable('credential', '4', superseded);
    await vi.advanceTimersByTimeAsync(0);
    const refused = expect(waiting).rejects.toMatchObject(aborted);
    abort.abort();
    await refused;
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
    expect(slow.begun).toEqual(['enable 1', 'disable 2', 'disable 3']);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    await expect(client.enable('credential', '5', superseded)).rejects.toMatchObject(aborted);
  });

  it('gives the place back when a call fails', async () => {
    const { slow, client } = limited({ maxInFlight: 1 });
    const first = client.enable('credential', '1', context());
    const second = client.enable('credential', '2', context());
    await vi.advanceTimersByTimeAsync(0);
    const failed = expect(first).rejects.toThrow('broken');
    await slow.end(new Error('broken'));
    await failed;
    expect(slow.begun).toEqual(['enable 1', 'enable 2']);
    await slow.end();
    await second;
  });

  it('lets a burst through at once, then the stated number per second, and saves up no more than the burst', async () => {
    const { slow, client } = limited({ requestsPerSecond: 10, burst: 6 });
    const calls: Promise<void>[] = [];
    const ask = (count: number) => {
      for (let at = 0; at < count; at++) calls.push(client.enable('credential', '1', context()));
    };
    ask(20);
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(99);
    expect(slow.begun).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.begun).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(1400);
    expect(slow.begun).toHaveLength(20);
    await vi.advanceTimersByTimeAsync(3600_000);
    ask(10);
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.begun).toHaveLength(25);
    await vi.advanceTimersByTimeAsync(500);
    expect(slow.begun).toHaveLength(30);
    expect(vi.getTimerCount()).toBe(0);
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
  });

  it('serves who waits by priority, then in order of arrival', async () => {
    const { slow, client } = limited({ maxInFlight: 1 });
    const calls = [client.enable('credential', 'first', context())];
    for (const [id, priority] of [
      ['resync', -100],
      ['change', undefined],
      ['retry', -10],
      ['change 2', 0],
      ['disable', 100],
      ['disable 2', 100],
      ['deletion', 50],
    ] as const) {
      calls.push(client.enable('credential', id, context(priority === undefined ? {} : { priority })));
    }
    await vi.advanceTimersByTimeAsync(0);
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
    expect(slow.begun.map((call) => call.slice('enable '.length))).toEqual([
      'first',
      'disable',
      'disable 2',
      'deletion',
      'change',
      'change 2',
      'retry',
      'resync',
    ]);
  });

  it('ends a call that waits as soon as its signal says so, and lets the others move up', async () => {
    const { slow, client } = limited({ maxInFlight: 1 });
    const abort = new AbortController();
    const first = client.enable('credential', '1', context());
    const second = client.enable('credential', '2', context({ signal: abort.signal }));
    const third = client.enable('credential', '3', context());
    await vi.advanceTimersByTimeAsync(0);
    const refused = expect(second).rejects.toMatchObject({ ...aborted, fault: { operation: 'Enable' } });
    abort.abort();
    await refused;
    await slow.end();
    await slow.end();
    await Promise.all([first, third]);
    expect(slow.begun).toEqual(['enable 1', 'enable 3']);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('does not begin a call whose signal has ended before', async () => {
    const { slow, client } = limited({});
    await expect(client.list(context({ signal: AbortSignal.abort() }))).rejects.toMatchObject(aborted);
    expect(slow.begun).toEqual([]);
  });

  it('asks once more before the call, after the wait, and gives the place back', async () => {
    const { slow, client } = limited({ maxInFlight: 1 });
    let leads = true;
    const first = client.disable('credential', '1', context());
    const second = client.disable('credential', '2', context({ mayStart: () => leads }));
    await vi.advanceTimersByTimeAsync(0);
    leads = false;
    const refused = expect(second).rejects.toMatchObject({ ...aborted, fault: { operation: 'Disable' } });
    await slow.end();
    await refused;
    await first;
    const third = client.disable('credential', '3', context({ mayStart: () => true }));
    await vi.advanceTimersByTimeAsync(0);
    await slow.end();
    await third;
    expect(slow.begun).toEqual(['disable 1', 'disable 3']);
  });

  it('leaves no timer where nobody waits for a token any more', async () => {
    const { slow, client } = limited({ requestsPerSecond: 1, burst: 1 });
    const abort = new AbortController();
    const first = client.enable('credential', '1', context());
    const second = client.enable('credential', '2', context({ signal: abort.signal }));
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    const refused = expect(second).rejects.toMatchObject(aborted);
    abort.abort();
    await refused;
    expect(vi.getTimerCount()).toBe(0);
    await slow.end();
    await first;
  });

  it('leaves no listener behind on a signal that outlives many calls', async () => {
    const { slow, client } = limited({ maxInFlight: 1 });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 50 }, () => client.list(context({ signal })));
    await vi.advanceTimersByTimeAsync(0);
    for (const _ of calls) await slow.end();
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([
    { because: 'PAM is overloaded', fault: { signal: 'httpStatus', httpStatus: 429 }, limits: [8, 4] },
    { because: 'PAM is overloaded', fault: { signal: 'httpStatus', httpStatus: 503 }, limits: [8, 4] },
    { because: 'PAM is too slow', fault: { signal: 'timeout' }, limits: [8, 4] },
    { because: 'PAM is too slow', fault: { signal: 'requestTimedOut', httpStatus: 200 }, limits: [8, 4] },
    {
      because: 'somebody on the way lost patience',
      fault: { signal: 'httpStatus', httpStatus: 408 },
      limits: [8, 4],
    },
    { because: 'a refusal is no load', fault: { signal: 'code', code: 1011, httpStatus: 400 }, limits: [8] },
    { because: 'nobody is there to be overloaded', fault: { signal: 'unreachable' }, limits: [8] },
    { because: 'we gave up ourselves', fault: { signal: 'aborted' }, limits: [8] },
  ] as const)('allows $limits in flight where $because ($fault)', async ({ fault, limits }) => {
    const heard: number[] = [];
    const { slow, client } = limited({ maxInFlight: 8 }, (limit) => heard.push(limit));
    const call = client.enable('credential', '1', context());
    await vi.advanceTimersByTimeAsync(0);
    const failed = expect(call).rejects.toThrow();
    await slow.end(new PamError({ operation: 'Enable', ...fault }));
    await failed;
    expect(heard).toEqual(limits);
  });

  it('has as many in flight as PAM has shown to bear, and a place for a disable always', async () => {
    const heard: number[] = [];
    const { slow, client } = limited({ maxInFlight: 4 }, (limit) => heard.push(limit));
    for (const _ of ['down to 2', 'down to 1']) {
      await vi.advanceTimersByTimeAsync(1);
      const call = client.enable('credential', '1', context());
      const failed = expect(call).rejects.toThrow();
      await vi.advanceTimersByTimeAsync(1);
      await slow.end(new PamError({ operation: 'Enable', signal: 'timeout' }));
      await failed;
    }
    expect(heard).toEqual([4, 2, 1]);
    const calls = Array.from({ length: 60 }, () => client.enable('credential', '2', context()));
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.running).toBe(1);
    const disable = client.disable('credential', '3', context({ priority: 100 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(slow.running).toBe(2);
    for (const _ of [...calls, disable]) await slow.end();
    await Promise.all([...calls, disable]);
    expect(heard).toEqual([4, 2, 1, 2, 3, 4]);
  });

  it("tells the skew of PAM's clock", () => {
    const { slow, client } = limited({});
    expect(client.clockSkewMs).toBe(slow.clockSkewMs);
  });

  it('fails whoever waits when it is closed, and whoever comes after, and leaves no timer', async () => {
    const { slow, client } = limited({ requestsPerSecond: 1, burst: 1 });
    const first = client.list(context());
    const second = client.list(context());
    await vi.advanceTimersByTimeAsync(0);
    const refused = expect(second).rejects.toMatchObject(aborted);
    client.close();
    await refused;
    await expect(client.list(context())).rejects.toMatchObject(aborted);
    await slow.end();
    await first;
    expect(vi.getTimerCount()).toBe(0);
    expect(slow.begun).toEqual(['list']);
  });
});
