import { beforeEach, describe, expect, it } from 'vitest';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import { CircuitWorld, DOWN, resource, WAITS } from './circuit-world.ts';
import { useVirtualTime } from './virtual-time.ts';

let world: CircuitWorld;

describe('while calls are held back', () => {
  useVirtualTime();
  beforeEach(() => {
    world = new CircuitWorld();
    world.connect();
  });

  describe('a pending disable', () => {
    beforeEach(async () => {
      await world.visitOf('d', { enabled: true });
      world.kubernetes.apply(resource('gone', { deletionPolicy: 'Disable' }));
      await world.visitOf('gone');
      world.breakPam(DOWN, ['Upsert', 'Disable', 'Enable']);
      await world.visitEach('abcef');
      world.edit('d', { enabled: false });
      world.takeCosts();
    });

    it('goes out while calls are held back, and its success is the end of that', async () => {
      await world.visitEach('g');
      world.heal();
      await world.visitOf('d');
      expect(world.takeCosts().pam).toEqual(['Disable 101']);
      expect(world.status('d').enabled).toBe(false);
      expect(world.transitions).toEqual(['Open', 'Closed']);
      expect(world.takeWoken()).toEqual(['g']);
    });

    it('comes back soon and before all others where PAM does not take it', async () => {
      const nexts = [await world.visitOf('d'), await world.visitOf('d'), await world.visitOf('d')].map(
        ({ next }) => next,
      );
      expect(nexts).toEqual([1000, 2000, 4000].map((afterMs) => ({ afterMs, priority: PRIORITY.disable })));
      expect(world.takeCosts().pam).toEqual(['Disable 101', 'Disable 101', 'Disable 101']);
      expect(world.transitions).toEqual(['Open']);
    });

    it('may ask for the list that it needs', async () => {
      world.pam.store({ identifier: 'test_shop_first', username: 'first' });
      await world.wait(15_000);
      world.heal();
      await world.visitOf('first', { enabled: false });
      expect(world.takeCosts().pam).toEqual(['List', 'Disable 103', 'Upsert', 'Disable 103']);
      expect(world.ready('first')).toBe('True Synced');
    });

    it('is not a disable by deletion: that waits, and the brake does not count it', async () => {
      world.edit('gone', { deletionPolicy: 'Disable' }, { deletionTimestamp: '2026-03-01T10:01:00Z' });
      expect(await world.visitOf('gone')).toEqual(WAITS);
      expect(world.ready('gone')).toBe('False DeletionBlocked');
      expect(await world.visitOf('gone')).toEqual(WAITS);
      expect(world.takeCosts()).toEqual({ pam: [], writes: ['status'] });
      await world.wait(30_100);
      expect(world.takeWoken()).toEqual(['gone']);
      world.heal();
      await world.visitOf('gone');
      expect(world.takeCosts()).toEqual({ pam: ['Disable 102'], writes: ['finalizers'] });
    });
  });

  describe('Retry-After', () => {
    it.each([
      { seconds: 60, ready: 'False CircuitOpen', writes: ['status', 'status'], transitions: 2 },
      { seconds: 5, ready: 'undefined undefined', writes: ['status'], transitions: 0 },
    ])(
      'of $seconds s holds for the whole connection: $ready',
      async ({ seconds, ready, writes, transitions }) => {
        await world.visitOf('d', { enabled: true });
        world.edit('d', { enabled: false });
        world.takeCosts();
        world.pam.faults.push({
          operation: 'Upsert',
          fault: { signal: 'httpStatus', httpStatus: 429, retryAfterMs: seconds * 1000 },
        });
        await world.visitOf('a');
        expect(await world.visitOf('b')).toEqual(WAITS);
        expect([world.ready('a'), world.ready('b')]).toEqual(['False PamRateLimited', ready]);
        expect(world.takeCosts()).toEqual({ pam: ['Upsert'], writes });
        await world.visitOf('d');
        expect(world.takeCosts().pam).toEqual(['Disable 101']);
        await world.wait(seconds * 1000 - 500);
        expect(world.takeWoken()).toEqual([]);
        await world.wait(600);
        expect(world.takeWoken()).toEqual(['b']);
        await world.visitOf('b');
        expect(world.ready('b')).toBe('True Synced');
        // The connection says so where it is worth it, and that it is over.
        expect(world.transitions).toEqual(Array.from({ length: transitions }, () => 'Closed'));
      },
    );
  });

  it('tells the end of a pause, although the last answer prolonged it by a moment only', async () => {
    const limited = (retryAfterMs: number) =>
      ({ signal: 'httpStatus', httpStatus: 429, retryAfterMs }) as const;
    await world.visitOf('d', { enabled: true });
    world.edit('d', { enabled: false });
    world.pam.faults.push({ operation: 'Upsert', fault: limited(12_000) });
    await world.visitOf('a');
    await world.wait(11_000);
    world.pam.faults.push({ operation: 'Disable', fault: limited(5000) });
    await world.visitOf('d');
    await world.visitOf('b');
    expect(world.transitions).toHaveLength(1);
    await world.wait(4900);
    expect([world.takeWoken(), world.transitions.length]).toEqual([[], 1]);
    await world.wait(200);
    expect([world.takeWoken(), world.transitions.length]).toEqual([['b'], 2]);
  });

  it('wakes nobody by the end of a pause while one call finds out', async () => {
    await world.visitOf('z', { enabled: true });
    world.edit('z', { enabled: false });
    world.breakPam(DOWN);
    await world.visitEach('abcdefg');
    await world.wait(30_100);
    expect(world.takeWoken()).toEqual(['f']);
    world.breakPam({ ...DOWN, retryAfterMs: 15_000 }, ['Disable']);
    await world.visitOf('z');
    await world.wait(16_000);
    expect([world.takeWoken(), world.circuit?.breaker]).toEqual([[], 'Probing']);
  });
});
