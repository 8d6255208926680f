import { describe, expect, it, vi } from 'vitest';
import { type ControllerObserver, startController } from '../../src/controller/controller.ts';
import type { Park } from '../../src/controller/park.ts';
import type { PassResult } from '../../src/controller/pass-result.ts';
import { type Claim, PRIORITY, Workqueue } from '../../src/controller/workqueue.ts';
import { KubeError } from '../../src/core/kube-error.ts';
import type { Log, LogFields } from '../../src/core/log.ts';
import { PamError } from '../../src/core/pam-fault.ts';
import { isSettled, useVirtualTime, virtualClock } from './virtual-time.ts';

const quiet = () => {};

/** A controller whose passes end as the test says. */
function start(
  reconcile: (claim: Claim<string>, deadline: AbortSignal, park: Park) => Promise<PassResult>,
  { workers = 1, gate = { open: true } }: { workers?: number; gate?: { open: boolean } } = {},
) {
  const queue = new Workqueue<string>(virtualClock, () => '');
  const told: string[] = [];
  const errors: (LogFields | undefined)[] = [];
  const attempts: number[] = [];
  const log: Log = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (_, fields) => errors.push(fields),
    with: () => log,
  };
  const observer: ControllerObserver = {
    started: (_, count) => told.push(`started ${count}`),
    reconciled: ({ result, terminal }) => told.push(terminal === true ? `${result} (terminal)` : result),
    panicked: () => told.push('panicked'),
    timedOut: () => told.push('timedOut'),
    activeWorkers: quiet,
  };
  const controller = startController<string>({
    name: 'pamcredential',
    queue,
    workers,
    mayWork: async () => {
      while (!gate.open) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    isAllowed: () => gate.open,
    reconcile,
    clock: virtualClock,
    log,
    observer,
    crashDelayMs: (_, attempt) => {
      attempts.push(attempt);
      return 1000;
    },
  });
  return { controller, queue, told, errors, attempts };
}

const success: PassResult = { result: 'success' };

describe('startController', () => {
  useVirtualTime();

  it('while every worker waits for a slow PAM, as many more take disables, and nothing else', async () => {
    const seen: string[] = [];
    const ends: (() => void)[] = [];
    const { controller, queue } = start(
      async ({ key }) => {
        seen.push(key);
        await new Promise<void>((resolve) => ends.push(resolve));
        return success;
      },
      { workers: 2 },
    );
    for (const key of ['1', '2', '3']) queue.add(key);
    await vi.advanceTimersByTimeAsync(0);
    queue.add('deletion', { priority: PRIORITY.deletion });
    queue.add('disable', { priority: PRIORITY.disable });
    queue.add('disable too', { priority: PRIORITY.disable });
    queue.add('third disable', { priority: PRIORITY.disable });
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['1', '2', 'disable', 'disable too']);
    ends.pop()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.slice(4)).toEqual(['third disable']);
    ends.pop()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toHaveLength(5);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.slice(5)).toEqual(['deletion', '3']);
    for (const end of ends) end();
    await controller.stop();
  });

  it('a pass that is parked holds no worker, and in the end there are as many workers as before', async () => {
    const seen: string[] = [];
    const list = Promise.withResolvers<void>();
    const ends: (() => void)[] = [];
    const { controller, queue } = start(
      async ({ key }, _, park) => {
        seen.push(key);
        if (key.startsWith('parked')) await park.wait(list.promise);
        else await new Promise<void>((resolve) => ends.push(resolve));
        return success;
      },
      { workers: 2 },
    );
    const parked = ['parked 1', 'parked 2', 'parked 3', 'parked 4'];
    for (const key of parked) queue.add(key);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(parked);
    for (const key of ['1', '2', '3', '4', '5', '6']) queue.add(key);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.slice(4), 'two workers besides those that wait').toEqual(['1', '2']);
    list.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.slice(6)).toEqual([]);
    ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.slice(6), 'one has ended, so one begins').toEqual(['3']);
    for (let ended = 0; ended < 5; ended++) {
      ends.shift()?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    await controller.stop();
  });

  it('keeps a limit: each parked pass holds what it has gathered', async () => {
    const list = Promise.withResolvers<void>();
    let begun = 0;
    const { controller, queue, told } = start(async (_, __, park) => {
      begun += 1;
      await park.wait(list.promise);
      return success;
    });
    for (let key = 0; key < 20; key++) queue.add(String(key));
    await vi.advanceTimersByTimeAsync(0);
    expect(begun, 'four parked, and one that holds the worker').toBe(5);
    list.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(told.filter((what) => what === 'success')).toHaveLength(20);
    await controller.stop();
  });

  it('passes that wait for nothing leave the event loop its turns: a Lease, a probe and a disable do not wait for all', async () => {
    let passes = 0;
    const { controller, queue } = start(
      async () => {
        passes += 1;
        vi.setSystemTime(Date.now() + 1);
        return success;
      },
      { workers: 3 },
    );
    for (let key = 0; key < 1000; key++) queue.add(String(key));
    const inOneTurn: number[] = [];
    for (let before = 0; before < 1000; before = passes) {
      await new Promise((resolve) => setImmediate(resolve));
      inOneTurn.push(passes - before);
    }
    expect(Math.max(...inOneTurn)).toBeLessThan(20);
    await controller.stop();
  });

  it('a pass that throws affects that key only, is tried again, and counts from 1 after a success', async () => {
    const seen: string[] = [];
    const crashing = [true, true, false, true, false];
    const { controller, queue, told, attempts } = start(async ({ key }) => {
      seen.push(key);
      if (key === 'bad' && crashing.shift() === true) throw new Error('broken');
      return success;
    });
    for (const key of ['bad', 'good', 'better']) queue.add(key);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['bad', 'good', 'better']);
    await vi.advanceTimersByTimeAsync(2000);
    expect(seen.slice(3)).toEqual(['bad', 'bad']);
    queue.add('bad');
    await vi.advanceTimersByTimeAsync(1000);
    expect(attempts).toEqual([1, 2, 1]);
    expect(told.filter((what) => what === 'panicked')).toHaveLength(3);
    await controller.stop();
  });

  it.each([
    { because: 'a bug is a panic', error: new TypeError('x is not a function'), panics: 1 },
    {
      because: 'an API server that is away is an error',
      error: new KubeError({ verb: 'get', signal: 'unreachable' }),
      panics: 0,
    },
    {
      because: 'so is a PAM Core that is away',
      error: new PamError({ operation: 'List', signal: 'unreachable' }),
      panics: 0,
    },
  ])('counts what a pass throws: $because', async ({ error, panics }) => {
    const { controller, queue, told } = start(() => Promise.reject(error));
    queue.add('shop/orders');
    await vi.advanceTimersByTimeAsync(0);
    expect(told.filter((what) => what === 'panicked')).toHaveLength(panics);
    expect(told.filter((what) => what === 'error')).toHaveLength(1);
    await controller.stop();
  });

  it('a pass that waits too long is told so, once, and counted; one that ends in time is not', async () => {
    const waits = [59_000, 61_000];
    const { controller, queue, told } = start(async (_, deadline) => {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, waits.shift());
        deadline.addEventListener('abort', () => resolve());
      });
      return { result: deadline.aborted ? 'requeue' : 'success' };
    });
    queue.add('shop/quick');
    await vi.advanceTimersByTimeAsync(59_000);
    queue.add('shop/slow');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(told.slice(1)).toEqual(['success', 'timedOut', 'requeue']);
    await controller.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    {
      because: 'a text of unknown origin may hold anything',
      error: new Error('password=hunter2'),
      detail: undefined,
    },
    { because: 'it is no error at all', error: 'password=hunter2', detail: undefined },
    {
      because: 'the facts of an adapter are safe',
      error: new KubeError({ verb: 'get', resource: 'secrets', signal: 'timeout' }),
      detail: 'get secrets: timeout',
    },
  ])('logs only safe texts of an error: $because', async ({ error, detail }) => {
    const { controller, queue, errors } = start(() => Promise.reject(error));
    queue.add('shop/orders');
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toMatchObject([{ controller: 'pamcredential', resource: 'shop/orders' }]);
    expect(errors[0]?.detail).toBe(detail);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
    await controller.stop();
  });

  it.each([
    { because: 'a disable that met a fault stays one', priority: PRIORITY.disable, next: PRIORITY.disable },
    { because: 'a deletion too', priority: PRIORITY.deletion, next: PRIORITY.deletion },
    { because: 'a change goes behind the others', priority: PRIORITY.change, next: PRIORITY.retry },
  ])('after a pass that threw, $because', async ({ priority, next }) => {
    const priorities: number[] = [];
    const { controller, queue } = start(async (claim) => {
      priorities.push(claim.priority);
      if (priorities.length === 1) throw new Error('broken');
      return success;
    });
    queue.add('key', { priority });
    await vi.advanceTimersByTimeAsync(1000);
    expect(priorities).toEqual([priority, next]);
    await controller.stop();
  });

  it.each([
    {
      because: 'the pass says one',
      next: { afterMs: 5, priority: PRIORITY.retry },
      priority: PRIORITY.retry,
    },
    { because: 'else it stays what it was', next: { afterMs: 5 }, priority: PRIORITY.disable },
  ])('comes back with a priority: $because', async ({ next, priority }) => {
    const priorities: number[] = [];
    const { controller, queue } = start(async (claim) => {
      priorities.push(claim.priority);
      return priorities.length === 1 ? { result: 'requeue_after', next } : success;
    });
    queue.add('key', { priority: PRIORITY.disable });
    await vi.advanceTimersByTimeAsync(5);
    expect(priorities).toEqual([PRIORITY.disable, priority]);
    await controller.stop();
  });

  it('tells how passes end in the words of controller-runtime', async () => {
    const results: PassResult['result'][] = ['success', 'error', 'requeue', 'requeue_after', 'terminal'];
    const { controller, queue, told } = start(async ({ key }) => ({
      result: results[Number(key)] ?? 'error',
    }));
    for (const key of ['0', '1', '2', '3', '4']) queue.add(key);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['started 1', 'success', 'error', 'requeue', 'requeue_after', 'error (terminal)']);
    await controller.stop();
  });

  it('works on as many keys at a time as it has workers, and never on one key twice', async () => {
    let running = 0;
    let most = 0;
    const { controller, queue } = start(
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 100));
        running--;
        return success;
      },
      { workers: 4 },
    );
    for (let count = 0; count < 20; count++) queue.add(String(count));
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.active).toBe(4);
    await vi.advanceTimersByTimeAsync(1000);
    expect([most, running]).toEqual([4, 0]);
    for (let count = 0; count < 20; count++) queue.add('same');
    await vi.advanceTimersByTimeAsync(0);
    expect(controller.active).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await controller.stop();
  });

  it('waits at its end for the passes that run, and starts none', async () => {
    const release = Promise.withResolvers<PassResult>();
    const seen: string[] = [];
    const { controller, queue } = start(({ key }) => {
      seen.push(key);
      return release.promise;
    });
    queue.add('running');
    queue.add('queued');
    await vi.advanceTimersByTimeAsync(0);
    const stopped = controller.stop();
    expect(await isSettled(stopped)).toBe(false);
    release.resolve({ result: 'error', next: { afterMs: 0 } });
    await stopped;
    expect(seen).toEqual(['running']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('starts no pass for a key that arrived in the moment of the stop', async () => {
    const seen: string[] = [];
    const { controller, queue } = start(async ({ key }) => {
      seen.push(key);
      return success;
    });
    await vi.advanceTimersByTimeAsync(0);
    queue.add('late');
    await controller.stop();
    expect(seen).toEqual([]);
    expect(queue.processingSeconds()).toEqual([]);
  });

  it('does nothing while this replica does not lead, and begins when it does', async () => {
    const seen: string[] = [];
    const gate = { open: false };
    const { controller, queue } = start(
      async ({ key }) => {
        seen.push(key);
        return success;
      },
      { gate, workers: 2 },
    );
    queue.add('key');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual([]);
    gate.open = true;
    await vi.advanceTimersByTimeAsync(10);
    expect(seen).toEqual(['key']);
    await controller.stop();
  });

  it('hands a key back that arrives after the lead was lost, and takes it up with the next term', async () => {
    const seen: Claim<string>[] = [];
    const gate = { open: true };
    const { controller, queue } = start(
      async (claim) => {
        seen.push(claim);
        return success;
      },
      { gate },
    );
    await vi.advanceTimersByTimeAsync(0);
    gate.open = false;
    const arrivedAtMs = Date.now();
    queue.add('key', { priority: PRIORITY.disable });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual([]);
    expect(queue.processingSeconds()).toEqual([]);
    gate.open = true;
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toMatchObject([{ key: 'key', priority: PRIORITY.disable, seenAtMs: arrivedAtMs }]);
    await controller.stop();
  });

  it('ends quietly where it may never work', async () => {
    const queue = new Workqueue<string>(virtualClock, () => '');
    const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet, with: () => log };
    const controller = startController<string>({
      name: 'pamcredential',
      queue,
      workers: 3,
      mayWork: () => Promise.reject(new Error('the first list never came')),
      isAllowed: () => false,
      reconcile: async () => success,
      clock: virtualClock,
      log,
      observer: { started: quiet, reconciled: quiet, panicked: quiet, timedOut: quiet, activeWorkers: quiet },
      crashDelayMs: () => 1000,
    });
    await vi.advanceTimersByTimeAsync(0);
    await controller.stop();
  });

  it('counts progress from the start of work: an idle night is none that lacks', async () => {
    const release = Promise.withResolvers<PassResult>();
    const { controller, queue } = start(() => release.promise);
    await vi.advanceTimersByTimeAsync(8 * 3600_000);
    expect(Date.now() - controller.lastProgressMs).toBe(0);
    queue.add('key');
    await vi.advanceTimersByTimeAsync(3000);
    expect(Date.now() - controller.lastProgressMs).toBe(3000);
    release.resolve(success);
    await vi.advanceTimersByTimeAsync(0);
    expect(Date.now() - controller.lastProgressMs).toBe(0);
    await controller.stop();
  });
});
