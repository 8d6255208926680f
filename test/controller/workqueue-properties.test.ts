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
/** A worker for everything, or one of those that are kept for what is urgent. */
const atLeast = fc.constantFrom(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 50, 100);
const step = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('add' as const), key, priority, afterMs }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('requeue' as const), key, priority, afterMs }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('take' as const), atLeast }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat() }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constant(5 * 60_000)),
    }),
    weight: 2,
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Worker {
  readonly atLeast: number;
}

/** A queue and its model, kept in step. */
class Pair {
  readonly queue = new Workqueue<string>(virtualClock, (name) => name.slice(0, name.indexOf('/')));
  readonly model = new WorkqueueModel(Date.now());
  readonly #claims: { readonly claim: Claim<string> | undefined; readonly worker: Worker }[] = [];
  readonly #waiting = new Set<Worker>();
  /** Workers that were told that there is nothing any more. */
  sentAway = 0;

  /** Keys that are ready. */
  get depth(): number {
    return [...this.queue.depths().values()].reduce((sum, count) => sum + count, 0);
  }

  get waitingWorkers(): number {
    return this.#waiting.size;
  }

  async take(least = Number.NEGATIVE_INFINITY): Promise<void> {
    const worker = { atLeast: least };
    this.#waiting.add(worker);
    void this.queue.take(least).then((claim) => this.#claims.push({ claim, worker }));
    await this.agree();
  }

  /** What workers were given, or that they were sent away. */
  async collect(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
    for (const { claim, worker } of this.#claims.splice(0)) {
      this.#waiting.delete(worker);
      if (claim === undefined) this.sentAway++;
      else this.#expectInModel(claim, worker);
    }
  }

  #expectInModel(claim: Claim<string>, { atLeast: least }: Worker): void {
    expect(this.model.candidates(least)).toContain(claim.key);
    expect(this.model.processing.has(claim.key)).toBe(false);
    expect(claim).toEqual({ key: claim.key, ...this.model.take(claim.key) });
  }

  /** Every claim that the queue gave away is one that the model would give away, and none is missing. */
  async agree(): Promise<void> {
    this.model.promote();
    await this.collect();
    for (const worker of this.#waiting) expect(this.model.candidates(worker.atLeast)).toEqual([]);
    expect(this.depth).toBe(this.model.readySinceMs.size);
  }

  async do(action: Step): Promise<void> {
    const { queue, model } = this;
    if (action.do === 'add') {
      queue.add(action.key, action);
      model.add(action.key, action.priority, action.afterMs);
    } else if (action.do === 'requeue') {
      queue.requeue(action.key, action);
      model.requeue(action.key, action.priority, action.afterMs);
    } else if (action.do === 'take') await this.take(action.atLeast);
    else if (action.do === 'wait') await this.wait(action.ms);
    else {
      const held = [...model.processing.keys()];
      const finished = held[action.which % Math.max(1, held.length)];
      if (finished === undefined) return;
      queue.done(finished);
      model.done(finished);
    }
    await this.agree();
    expect(queue.processingSeconds()).toHaveLength(model.processing.size);
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
        for (const action of steps) await pair.do(action);
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

  it('when it stops, whoever waits is sent away, what is under way may end, and nothing begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(step, { maxLength: 20 }),
        async (before, after) => {
          const pair = new Pair();
          const { queue } = pair;
          for (const action of before) await pair.do(action);
          const held = [...pair.model.processing.keys()];
          const { waitingWorkers: waiting, depth } = pair;
          queue.stop();
          expect(vi.getTimerCount()).toBe(0);
          await vi.advanceTimersByTimeAsync(0);
          const taken: unknown[] = [];
          for (const action of after) {
            if (action.do === 'add') queue.add(action.key, action);
            else if (action.do === 'requeue') queue.requeue(action.key, action);
            else if (action.do === 'take') taken.push(await queue.take(action.atLeast));
            else if (action.do === 'wait') await vi.advanceTimersByTimeAsync(action.ms);
            else {
              const finished = held.pop();
              if (finished !== undefined) queue.done(finished);
            }
            expect(queue.processingSeconds()).toHaveLength(held.length);
          }
          for (const key of held) queue.done(key);
          expect(queue.processingSeconds()).toEqual([]);
          expect(taken.filter((claim) => claim !== undefined)).toEqual([]);
          expect(vi.getTimerCount()).toBe(0);
          await pair.collect();
          expect(pair.sentAway).toBe(waiting);
          expect(pair.depth).toBe(depth);
        },
      ),
      { numRuns: 100 },
    );
  });
});
