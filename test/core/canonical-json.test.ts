import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';

describe('canonical JSON', () => {
  it.each([
    {
      because: 'keys are sorted, at every depth',
      value: { b: 1, a: { d: 2, c: 3 } },
      text: '{"a":{"c":3,"d":2},"b":1}',
    },
    {
      because: 'by their UTF-16 units, numbers too',
      value: { 9: 'x', 10: 'y', ä: 1, Z: 2 },
      text: '{"10":"y","9":"x","Z":2,"ä":1}',
    },
    { because: 'what is absent is left out', value: { a: undefined, b: null }, text: '{"b":null}' },
    { because: 'lists keep their order', value: [2, 1, { b: 1, a: [] }], text: '[2,1,{"a":[],"b":1}]' },
    { because: 'what is absent in a list keeps its place', value: [undefined, 1], text: '[null,1]' },
    {
      because: 'a name of an object of JavaScript is a name',
      value: JSON.parse('{"__proto__":{"a":1}}'),
      text: '{"__proto__":{"a":1}}',
    },
    { because: 'nothing at all is null', value: undefined, text: 'null' },
  ])('$because', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text);
  });
});
