import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, matchesGlob } from '../../src/core/glob.ts';

/** The same by a regular expression, which may take for ever. */
function reference(pattern: string, text: string): boolean {
  const source = [...fold(pattern)]
    .map((character) => {
      if (character === '*') return '[^]*';
      return character === '?' ? '[^]' : character.replace(/[\\^$.|+()[\]{}/]/, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`, 'u').test(fold(text));
}

describe('a glob', () => {
  it.each([
    { pattern: '*', text: '', expected: true },
    { pattern: '*', text: 'anything', expected: true },
    { pattern: '', text: '', expected: true },
    { pattern: '', text: 'a', expected: false },
    { pattern: 'svc-*', text: 'svc-orders', expected: true },
    { pattern: 'svc-*', text: 'xsvc-orders', expected: false },
    { pattern: '*.db.example.com', text: 'a.b.db.example.com', expected: true },
    { pattern: '*.db.example.com', text: 'db.example.com', expected: false },
    { pattern: 'a?c', text: 'abc', expected: true },
    { pattern: 'a?c', text: 'ac', expected: false },
    { pattern: 'a?c', text: 'a😀c', expected: true },
    { pattern: 'a**b', text: 'ab', expected: true },
    { pattern: '*a*b', text: 'xaxbxab', expected: true },
    { pattern: 'ROOT', text: 'root', expected: true },
    { pattern: 'root', text: 'ｒｏｏｔ', expected: true },
    { pattern: 'café', text: 'café', expected: true },
    { pattern: 'a.c', text: 'abc', expected: false },
    { pattern: 'a', text: 'a\n', expected: false },
    { pattern: 'a*', text: 'a\nb', expected: true },
    { pattern: '[ab]', text: 'a', expected: false },
  ])('$pattern and "$text": $expected', ({ pattern, text, expected }) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  it('is what a regular expression says', () => {
    const piece = fc.constantFrom('a', 'b', 'A', '*', '?', '.', '😀', 'é', '\n', '-');
    const word = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(word, word, (pattern, text) => {
        expect(matchesGlob(pattern, text)).toBe(reference(pattern, text));
      }),
      { numRuns: 2000 },
    );
  });

  it('covers any text by its own pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => matchesGlob(text, text) && matchesGlob('*', text)),
    );
  });

  it('does not explode: a pattern that takes a backtracking matcher ages', () => {
    const started = performance.now();
    expect(matchesGlob(`${'a*'.repeat(100)}b`, 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
