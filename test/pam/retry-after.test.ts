import { expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/pam/retry-after.ts';

const now = new Date('2026-03-01T12:00:00Z');

const rows: { because: string; value?: string; date?: string; ms: number | undefined }[] = [
  { because: 'absent', ms: undefined },
  { because: 'seconds', value: '120', ms: 120_000 },
  { because: 'zero', value: '0', ms: 0 },
  { because: 'white space around', value: ' 5 ', ms: 5_000 },
  { because: 'a day is capped at 15 minutes', value: '86400', ms: 900_000 },
  { because: 'ten digits are capped too', value: '9999999999', ms: 900_000 },
  { because: 'more digits are no time', value: '99999999999999999999', ms: undefined },
  { because: 'negative', value: '-1', ms: undefined },
  { because: 'a fraction, which Date would read as a day in 2001', value: '1.5', ms: undefined },
  { because: 'exponent', value: '1e3', ms: undefined },
  { because: 'garbage', value: 'soon', ms: undefined },
  { because: 'empty', value: '', ms: undefined },
  { because: 'a date', value: 'Sun, 01 Mar 2026 12:00:30 GMT', ms: 30_000 },
  { because: 'a date in the past', value: 'Sun, 01 Mar 2026 11:00:00 GMT', ms: 0 },
  { because: 'a date far ahead is capped', value: 'Sun, 01 Mar 2027 12:00:00 GMT', ms: 900_000 },
  { because: 'a date in another format', value: '2026-03-01T12:00:30Z', ms: undefined },
  {
    because: 'a date by a clock that is an hour ahead',
    value: 'Sun, 01 Mar 2026 13:00:10 GMT',
    date: 'Sun, 01 Mar 2026 13:00:00 GMT',
    ms: 10_000,
  },
];

it.each(rows)('$because', ({ value, date, ms }) => {
  expect(parseRetryAfter(value, date, now)).toBe(ms);
});
