import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Claim, Workqueue } from '../../src/controller/workqueue.ts';
import { useVirtualTime, virtualClock } from './virtual-time.ts';
import { WorkqueueModel } from './workqueue-model.ts';

const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c/1');
const priority = fc.constantFrom(-100, -10, 0, 50, 100);
const afterMs = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.integer({ min: 1, max: 2000 }), weight: 3 },
  { arbitrary: fc.integer({ min: 2 ** 31 - 2, max: 2 ** 32 }), weight: 1 },
);
const step = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('add' as const), key, priority, afterMs }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('requeue' as const), key, priority, afterMs }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('take' as const) }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat() }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(5 * 60_000)),
    }),
    weight: 2,
  },
);

/** A queue and its model, kept in step. */
class Pair {
  readonly queue = new Workqueue<string>(virtualClock, (name) => name.slice(0, name.indexOf('/')));
  readonly model = new WorkqueueModel(Date.now());
  readonly #claims: Claim<string>[] = [];
  #waitingWorkers = 0;

  async take(): Promise<void> {
    this.#waitingWorkers++;
    void this.queue.take().then((claim) => claim !== undefined && this.#claims.push(claim));
    await this.agree();
  }

  /** Every claim that the queue gave away is one that the model would give away, and none is missing. */
  async agree(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    this.model.promote();
    for (const claim of this.#claims.splice(0)) {
      expect(this.model.candidates()).toContain(claim.key);
      expect(this.model.processing.has(claim.key)).toBe(false);
      expect(claim).toEqual({ key: claim.key, ...this.model.take(claim.key) });
      this.#waitingWorkers--;
    }
    if (this.#waitingWorkers > 0) expect(this.model.readySinceMs.size).toBe(0);
  }

  async wait(ms: number): Promise<void> {
    const untilMs = this.model.nowMs + ms;
    for (;;) {
      const nextMs = Math.min(this.model.nextAtMs(), untilMs);
      await vi.advanceTimersByTimeAsync(nextMs - this.model.nowMs);
      this.model.nowMs = nextMs;
      await this.agree();
      if (nextMs === untilMs) return;
    }
  }
}

describe('Workqueue, against a model', () => {
  useVirtualTime();

  it('never loses a key, never gives one to two workers, and gives the most urgent one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const pair = new Pair();
        const { queue, model } = pair;
        for (const action of steps) {
          if (action.do === 'add') {
            queue.add(action.key, action);
            model.add(action.key, action.priority, action.afterMs);
          } else if (action.do === 'requeue') {
            queue.requeue(action.key, action);
            model.requeue(action.key, action.priority, action.afterMs);
          } else if (action.do === 'take') await pair.take();
          else if (action.do === 'wait') await pair.wait(action.ms);
          else {
            const held = [...model.processing.keys()];
            const finished = held[action.which % Math.max(1, held.length)];
            if (finished === undefined) continue;
            queue.done(finished);
            model.done(finished);
          }
          await pair.agree();
          expect(queue.processingSeconds()).toHaveLength(model.processing.size);
        }
        // Whatever is still queued comes out in the end.
        for (let round = 0; model.processing.size + model.waiting.size > 0 && round < 100; round++) {
          for (const held of [...model.processing.keys()]) {
            queue.done(held);
            model.done(held);
            await pair.agree();
          }
          await pair.take();
          if (Number.isFinite(model.nextAtMs())) await pair.wait(model.nextAtMs() - model.nowMs);
        }
        expect(model.processing.size + model.waiting.size).toBe(0);
        queue.stop();
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
