import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaimIndex } from '../../src/controller/claim-index.ts';

describe('the index of claims', () => {
  it('wakes whoever claims under a new name or an old one, and nobody for what did not change', () => {
    const index = new ClaimIndex<string>();
    expect(index.set('a', ['x']), 'alone').toEqual(new Set());
    expect(index.set('b', ['x', 'y']), 'a has to decide anew').toEqual(new Set(['a']));
    expect(index.set('b', ['x', 'y']), 'nothing changed').toEqual(new Set());
    expect(index.set('c', ['y'])).toEqual(new Set(['b']));
    expect(index.set('b', ['x']), 'c may win what b gave up, and a is still concerned').toEqual(
      new Set(['a', 'c']),
    );
    expect(index.delete('b'), 'a may win now').toEqual(new Set(['a']));
    expect(index.rivals('a')).toEqual(new Set());
  });

  it('knows nothing of a key that was never told', () => {
    const index = new ClaimIndex<string>();
    expect(index.rivals('a')).toEqual(new Set());
    expect(index.delete('a')).toEqual(new Set());
  });

  it('tells a resource that is created anew under its name', () => {
    const index = new ClaimIndex<string>();
    index.set('a', ['x']);
    index.set('b', ['x']);
    index.delete('a');
    expect(index.set('a', ['x'])).toEqual(new Set(['b']));
  });

  it('has the rivals that comparing everybody with everybody finds, after any history', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      names: fc.option(fc.uniqueArray(fc.constantFrom('1', '2', '3'), { maxLength: 3 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const index = new ClaimIndex<string>();
        const model = new Map<string, readonly string[]>();
        const meets = (left: readonly string[], right: readonly string[]) =>
          left.some((name) => right.includes(name));
        for (const { key, names } of steps) {
          const before = model.get(key) ?? [];
          const woken = names === null ? index.delete(key) : index.set(key, names);
          if (names === null) model.delete(key);
          else model.set(key, names);
          const changed = JSON.stringify(before) !== JSON.stringify(names ?? []);
          for (const [other, claimed] of model) {
            if (other === key) continue;
            const concerned = changed && (meets(claimed, before) || meets(claimed, names ?? []));
            expect(woken.has(other)).toBe(concerned);
          }
        }
        for (const [key, names] of model) {
          const rivals = [...model].filter(([other, claimed]) => other !== key && meets(claimed, names));
          expect([...index.rivals(key)].sort()).toEqual(rivals.map(([other]) => other).sort());
        }
      }),
    );
  });
});
