import { expect, it } from 'vitest';
import { mustHold, until } from '../../../scripts/demo/until.ts';

it('gives the first value for which the check holds, after its cause has ended', async () => {
  let value = 0;
  let hasEnded = false;
  const cause = new Promise<void>((resolve) => {
    setTimeout(() => {
      hasEnded = true;
      resolve();
    }, 100);
  });
  const read = () => {
    value += 1;
    return value;
  };
  expect(await until('three', read, (number) => number === 3, cause)).toBe(3);
  expect(hasEnded).toBe(true);
});

it('ends at once when the cause of what is waited for fails', async () => {
  const cause = Promise.reject(new Error('kubectl patch failed'));
  const never = until(
    'never',
    () => 0,
    () => false,
    cause,
  );
  await expect(never).rejects.toThrow('kubectl patch failed');
});

it('says what does not hold', () => {
  expect(() => mustHold('one is two', false)).toThrow('Does not hold: one is two.');
  expect(() => mustHold('one is one', true)).not.toThrow();
});
