import { describe, expect, it } from 'vitest';
import { textTable } from '../../../scripts/demo/text-table.ts';
import { wrapText } from '../../../scripts/demo/wrap-text.ts';

describe('wrapping a text', () => {
  it.each([
    { because: 'it fits', text: 'a b', lines: ['a b'] },
    { because: 'it fits to the last column', text: 'abcd efghi', lines: ['abcd efghi'] },
    { because: 'it is one too long', text: 'abcd efghij', lines: ['abcd', 'efghij'] },
    {
      because: 'a word longer than the line stays whole',
      text: 'a abcdefghijkl b',
      lines: ['a', 'abcdefghijkl', 'b'],
    },
    { because: 'line breaks are spaces', text: 'a\n b', lines: ['a b'] },
    { because: 'nothing is no line', text: ' ', lines: [] },
  ])('$because', ({ text, lines }) => {
    expect(wrapText(text, 10)).toEqual(lines);
  });
});

it('a table has the columns of kubectl, without spaces at the ends of lines', () => {
  expect(
    textTable(
      ['ID', 'NAME'],
      [
        ['1', 'longer'],
        ['100', ''],
      ],
    ),
  ).toBe('ID    NAME\n1     longer\n100');
});
