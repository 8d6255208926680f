import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairLanes } from '../../src/controller/fair-lanes.ts';

const namespaceOf = (key: string) => key.charAt(0);
const key = fc.constantFrom('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
const priority = fc.constantFrom(-100, -10, 0, 50, 100);
const step = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('add' as const), key, priority }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('take' as const) }), weight: 2 },
  {
    arbitrary: fc.record({ do: fc.constant('age' as const), afterMs: fc.integer({ min: 1, max: 40 }) }),
    weight: 1,
  },
  {
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 }) }),
    weight: 1,
  },
);

/** Lists that are searched each time: by priority, the namespaces in order of their turns, each with its keys. */
class NaiveLanes {
  readonly lanes = new Map<number, [namespace: string, keys: string[]][]>();
  readonly since = new Map<string, number>();

  place(wanted: string): number | undefined {
    for (const [at, lane] of this.lanes) if (lane.some(([, keys]) => keys.includes(wanted))) return at;
    return undefined;
  }

  add(added: string, at: number, nowMs: number): void {
    const present = this.place(added);
    if (present !== undefined && present >= at) return;
    if (present !== undefined) this.remove(added, present);
    if (!this.since.has(added)) this.since.set(added, nowMs);
    const lane = this.lanes.get(at) ?? [];
    this.lanes.set(at, lane);
    const turn = lane.find(([namespace]) => namespace === namespaceOf(added));
    if (turn === undefined) lane.push([namespaceOf(added), [added]]);
    else turn[1].push(added);
  }

  remove(removed: string, at: number): void {
    const lane = (this.lanes.get(at) ?? [])
      .map(([namespace, keys]): [string, string[]] => [namespace, keys.filter((other) => other !== removed)])
      .filter(([, keys]) => keys.length > 0);
    if (lane.length > 0) this.lanes.set(at, lane);
    else this.lanes.delete(at);
  }

  take(nowMs: number): { key: string; priority: number; waitedMs: number } | undefined {
    const best = Math.max(...this.lanes.keys());
    const turn = this.lanes.get(best)?.[0];
    const taken = turn?.[1][0];
    if (turn === undefined || taken === undefined) return undefined;
    this.remove(taken, best);
    const lane = this.lanes.get(best);
    if (lane?.[0]?.[0] === turn[0]) lane.push(...lane.splice(0, 1));
    const waitedMs = nowMs - (this.since.get(taken) ?? nowMs);
    this.since.delete(taken);
    return { key: taken, priority: best, waitedMs };
  }

  age(nowMs: number, afterMs: number): void {
    const old = [...this.since].filter(([name, ms]) => nowMs - ms >= afterMs && (this.place(name) ?? 0) < 0);
    for (const [name] of old.sort(([, left], [, right]) => left - right)) this.add(name, 0, nowMs);
  }
}

describe('FairLanes', () => {
  it('does what lists that are searched each time do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lanes = new FairLanes<string>(namespaceOf);
        const naive = new NaiveLanes();
        let nowMs = 0;
        for (const action of steps) {
          if (action.do === 'wait') nowMs += action.ms;
          else if (action.do === 'add') {
            lanes.add(action.key, action.priority, nowMs);
            naive.add(action.key, action.priority, nowMs);
          } else if (action.do === 'age') {
            lanes.age(nowMs, action.afterMs);
            naive.age(nowMs, action.afterMs);
          } else expect(lanes.take(nowMs)).toEqual(naive.take(nowMs));
          expect(lanes.size).toBe(naive.since.size);
          const depths = [...naive.lanes].map(([at, lane]) => [at, lane.flatMap(([, keys]) => keys).length]);
          expect(lanes.depths()).toEqual(new Map(depths as [number, number][]));
          for (const name of ['a1', 'b2']) expect(lanes.priorityOf(name)).toBe(naive.place(name));
        }
      }),
    );
  });

  it('lets a namespace with one key wait for one turn of each other one, however many keys they have', () => {
    const lanes = new FairLanes<string>(namespaceOf);
    for (let count = 0; count < 5000; count++) lanes.add(`a${count}`, 0, 0);
    for (let count = 0; count < 5000; count++) lanes.add(`b${count}`, 0, 0);
    lanes.add('c0', 0, 0);
    expect([1, 2, 3, 4, 5].map(() => lanes.take(0)?.key)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1']);
  });
});
