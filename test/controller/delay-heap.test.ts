import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DelayHeap } from '../../src/controller/delay-heap.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key, atMs: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('takeReady' as const), nowMs: fc.integer({ min: 0, max: 50 }) }),
);

describe('DelayHeap', () => {
  it('does what a map that is searched each time does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const heap = new DelayHeap<string>();
        const naive = new Map<string, number>();
        for (const action of steps) {
          if (action.do === 'add') {
            heap.add(action.key, action.atMs);
            naive.set(action.key, Math.min(action.atMs, naive.get(action.key) ?? action.atMs));
          } else if (action.do === 'delete') {
            heap.delete(action.key);
            naive.delete(action.key);
          } else {
            const first = Math.min(...naive.values());
            const taken = heap.takeReady(action.nowMs);
            if (first > action.nowMs) expect(taken).toBeUndefined();
            else {
              expect(naive.get(taken ?? '')).toBe(first);
              naive.delete(taken ?? '');
            }
          }
          expect(heap.size).toBe(naive.size);
          expect(heap.nextAtMs()).toBe(naive.size === 0 ? undefined : Math.min(...naive.values()));
          for (const name of ['a', 'f']) expect(heap.has(name)).toBe(naive.has(name));
        }
      }),
    );
  });

  it('does not grow where a key is woken and delayed again for a long time', () => {
    const heap = new DelayHeap<string>();
    for (let second = 0; second < 10_000; second++) {
      heap.add('busy', (second + 3600) * 1000);
      heap.delete('busy');
    }
    heap.add('busy', 1);
    expect(heap.heldEntries).toBeLessThan(200);
    expect(heap.takeReady(1)).toBe('busy');
    expect(heap.takeReady(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });
});
