import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SEEDED_BUGS } from '../seeded-bugs/seeded-bugs.ts';

const page = readFileSync('docs/data-safety.md', 'utf8');
const rows = page.split('\n').flatMap((line) => {
  const [, id, , prevents = '', , test = ''] = /^\| (D\d+) \|/.test(line) ? line.split(/ ?\| ?/) : [];
  return id === undefined ? [] : [{ id, prevents, path: /\]\(\.\.\/(\S+)\)/.exec(test)?.[1] }];
});
const titlesOf = (path: string) => readFileSync(path, 'utf8').match(/'D\d+: [^\n]+/g) ?? [];

it('has every row once, in order', () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 22 }, (_, at) => `D${at + 1}`));
});

describe('names a test for each row that applies', () => {
  it.each(rows)('$id', ({ id, path, prevents }) => {
    if (path === undefined) return expect(prevents).toMatch(/^Does not apply:/);
    expect(
      titlesOf(path).some((title) => title.startsWith(`'${id}: `)),
      path,
    ).toBe(true);
  });
});

describe('takes the guard of each row out, to see its test fail', () => {
  // D3 and D16 have no guard. D17 is the API server's own rule, which its test asks there.
  const guarded = rows.filter(({ id }) => !['D3', 'D16', 'D17'].includes(id));
  it.each(guarded)('$id', ({ id, path }) => {
    const bugs = SEEDED_BUGS.filter(({ row }) => row === id);
    expect(bugs.map(({ tests }) => tests)).toContainEqual([path]);
  });
});
