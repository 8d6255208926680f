import { expect, it } from 'vitest';
import { nextSkewSeconds } from '../../src/core/clock-skew.ts';

it.each([
  { because: 'no answer yet', recorded: undefined, measuredMs: undefined, becomes: undefined },
  { because: 'no answer yet in this process', recorded: 90, measuredMs: undefined, becomes: 90 },
  { because: 'half a minute harms nothing', recorded: undefined, measuredMs: 30_000, becomes: undefined },
  { because: 'more may', recorded: undefined, measuredMs: 31_000, becomes: 31 },
  { because: 'PAM may be behind', recorded: undefined, measuredMs: -90_400, becomes: -90 },
  { because: 'it moves by seconds, which is no news', recorded: 90, measuredMs: 119_000, becomes: 90 },
  { because: 'it moves by more', recorded: 90, measuredMs: 121_000, becomes: 121 },
  { because: 'it was set right', recorded: 90, measuredMs: 2000, becomes: undefined },
  { because: 'a day and more is a broken date', recorded: 90, measuredMs: 86_401_000, becomes: 90 },
  {
    because: 'a day is the most that is told',
    recorded: undefined,
    measuredMs: -86_400_000,
    becomes: -86_400,
  },
])('$becomes, since $because', ({ recorded, measuredMs, becomes }) => {
  expect(nextSkewSeconds(recorded, measuredMs)).toBe(becomes);
});
