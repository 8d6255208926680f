import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/api/reason.ts';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { problem, sentence } from '../../src/core/failure.ts';

describe('the catalogue', () => {
  it('has an entry for every reason and no other', () => {
    expect(Object.keys(CATALOGUE).sort()).toEqual([...REASONS].sort());
  });

  it.each(REASONS.map((reason) => ({ reason })))('explains $reason and says what to do', ({ reason }) => {
    const { explanation, remedy, retry, waitSeconds } = CATALOGUE[reason];
    expect(explanation).toMatch(/^[a-zA-Z`].*[^.\s]$/);
    expect(remedy).toMatch(/^[A-Z].*[^.\s]$/);
    expect(waitSeconds !== undefined).toBe(retry === 'wait');
    const { message } = problem(reason, explanation);
    expect(message).toBe(`${sentence(explanation)} ${remedy}.`);
  });

  it('names each reason so that its lower case is an anchor of its own', () => {
    const anchors = REASONS.map((reason) => reason.toLowerCase());
    expect(new Set(anchors).size).toBe(REASONS.length);
    for (const reason of REASONS) expect(reason).toMatch(/^[A-Z][A-Za-z]{2,39}$/);
  });
});

describe('a sentence', () => {
  it.each([
    { text: 'a thing', expected: 'A thing.' },
    { text: '`spec.a` is wrong', expected: '`spec.a` is wrong.' },
    { text: 'Already one.', expected: 'Already one.' },
    { text: 'what now?', expected: 'What now?' },
  ])('"$text" becomes "$expected"', ({ text, expected }) => {
    expect(sentence(text)).toBe(expected);
  });
});
