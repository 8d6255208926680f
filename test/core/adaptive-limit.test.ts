import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdaptiveLimit, fullLimit, type LoadSign, nextLimit } from '../../src/core/adaptive-limit.ts';

const MAX = 8;

function limitAfter(signs: readonly LoadSign[], from: AdaptiveLimit = fullLimit(MAX)): number {
  let current = from;
  for (const [at, sign] of signs.entries())
    current = nextLimit(current, { sign, sentAtMs: at + 1 }, MAX, at + 1);
  return current.limit;
}

const answers = (count: number): LoadSign[] => Array.from({ length: count }, () => 'answer');

describe('how many calls may be in flight', () => {
  it.each<{ because: string; signs: readonly LoadSign[]; limit: number }>([
    { because: 'all at first', signs: [], limit: 8 },
    { because: 'never more than the maximum', signs: answers(100), limit: 8 },
    { because: 'half after overload', signs: ['overload'], limit: 4 },
    { because: 'half of that after more', signs: ['overload', 'overload'], limit: 2 },
    {
      because: 'one is the least',
      signs: ['overload', 'overload', 'overload', 'overload', 'overload'],
      limit: 1,
    },
    { because: '19 answers are not 20', signs: ['overload', ...answers(19)], limit: 4 },
    { because: 'one more after 20', signs: ['overload', ...answers(20)], limit: 5 },
    { because: 'back at the maximum', signs: ['overload', ...answers(80)], limit: 8 },
    {
      because: 'counted anew after overload',
      signs: ['overload', ...answers(19), 'overload', ...answers(19)],
      limit: 2,
    },
    {
      because: 'what tells nothing counts for nothing',
      signs: ['overload', ...answers(19), 'none'],
      limit: 4,
    },
  ])('$limit: $because', ({ signs, limit }) => {
    expect(limitAfter(signs)).toBe(limit);
  });

  it('takes eight timeouts of one moment for one overload', () => {
    let current = fullLimit(MAX);
    for (let call = 0; call < 8; call++)
      current = nextLimit(current, { sign: 'overload', sentAtMs: 10 }, MAX, 20 + call);
    expect(current.limit).toBe(4);
    expect(nextLimit(current, { sign: 'overload', sentAtMs: 21 }, MAX, 40).limit).toBe(2);
  });

  it('stays between one and the maximum, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<LoadSign>('answer', 'overload', 'none'), { maxLength: 300 }),
        (signs) => {
          expect(limitAfter(signs)).toBeGreaterThanOrEqual(1);
          expect(limitAfter(signs)).toBeLessThanOrEqual(MAX);
          expect(
            limitAfter(['overload', ...answers(20)], { ...fullLimit(MAX), limit: limitAfter(signs) }),
          ).toBeLessThanOrEqual(MAX);
        },
      ),
    );
  });
});
