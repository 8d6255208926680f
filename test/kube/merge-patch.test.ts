import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from '../../src/kube/merge-patch.ts';

/** RFC 7396 section 2, for the check that patches do what they say. */
function applied(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  const result = new Map<string, unknown>(Object.entries(base));
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) result.delete(field);
    else result.set(field, applied(result.get(field), value));
  }
  return Object.fromEntries(result);
}

describe('merge patch', () => {
  const rows = [
    {
      because: 'nothing differs',
      from: { a: 1, b: { c: [1] } },
      to: { b: { c: [1] }, a: 1 },
      patch: undefined,
    },
    { because: 'a field is new', from: {}, to: { a: 1 }, patch: { a: 1 } },
    { because: 'there is no status yet', from: undefined, to: { a: 1 }, patch: { a: 1 } },
    { because: 'a field is removed', from: { a: 1, b: 2 }, to: { b: 2 }, patch: { a: null } },
    { because: 'a field is undefined', from: { a: 1 }, to: { a: undefined }, patch: { a: null } },
    {
      because: 'an inner field is removed',
      from: { a: { b: 1, c: 2 } },
      to: { a: { c: 2 } },
      patch: { a: { b: null } },
    },
    { because: 'a list is replaced whole', from: { a: [1, 2] }, to: { a: [2] }, patch: { a: [2] } },
    {
      because: 'a list of objects is compared deeply',
      from: { a: [{ b: 1 }] },
      to: { a: [{ b: 1 }] },
      patch: undefined,
    },
    { because: 'an object becomes a text', from: { a: { b: 1 } }, to: { a: 'x' }, patch: { a: 'x' } },
    {
      because: 'false, 0 and the empty text are values',
      from: {},
      to: { a: false, b: 0, c: '' },
      patch: { a: false, b: 0, c: '' },
    },
  ];
  it.each(rows)('$because', ({ from, to, patch }) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });

  it('applied to the one state it gives the other', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer()));
    const { state } = fc.letrec<{ state: object; value: unknown }>((tie) => ({
      state: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
      value: fc.oneof({ depthSize: 'small' }, leaf, tie('state')),
    }));
    fc.assert(
      fc.property(state, state, (from, to) => {
        const patch = mergePatch(from, to);
        expect(patch === undefined ? from : applied(from, patch)).toEqual({ ...to });
      }),
    );
  });
});
