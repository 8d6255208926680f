import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultiMap } from '../../src/core/multi-map.ts';

describe('a map of several values', () => {
  it.each([
    { because: 'nothing was added', steps: [], expected: [] },
    { because: 'one value', steps: ['+a'], expected: ['a'] },
    { because: 'they stay in order', steps: ['+a', '+b', '+c'], expected: ['a', 'b', 'c'] },
    { because: 'one value counts once', steps: ['+a', '+b', '+a', '+b'], expected: ['a', 'b'] },
    { because: 'the first one goes, the next one follows', steps: ['+a', '+b', '-a'], expected: ['b'] },
    { because: 'a later one goes', steps: ['+a', '+b', '-b'], expected: ['a'] },
    { because: 'all of them go', steps: ['+a', '+b', '-b', '-a'], expected: [] },
    { because: 'one that is not there goes', steps: ['+a', '-b'], expected: ['a'] },
  ])('$because', ({ steps, expected }) => {
    const map = new MultiMap<string>();
    for (const [sign, value] of steps.map((step) => [step[0], step.slice(1)] as const))
      if (sign === '+') map.add('name', value);
      else map.delete('name', value);
    expect(map.get('name')).toEqual(expected);
    expect(map.get('other')).toEqual([]);
  });

  it('is a map of sets', () => {
    const step = fc.record({
      isAdd: fc.boolean(),
      name: fc.constantFrom('x', 'y'),
      value: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const map = new MultiMap<string>();
        const sets = new Map<string, Set<string>>([
          ['x', new Set()],
          ['y', new Set()],
        ]);
        for (const { isAdd, name, value } of steps) {
          if (isAdd) map.add(name, value);
          else map.delete(name, value);
          if (isAdd) sets.get(name)?.add(value);
          else sets.get(name)?.delete(value);
        }
        for (const [name, values] of sets) expect(new Set(map.get(name))).toEqual(values);
      }),
    );
  });
});
