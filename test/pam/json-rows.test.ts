import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRows, type Rows } from '../../src/pam/json-rows.ts';

const textsOf = ({ bytes, rows }: Rows<unknown>) =>
  rows.map(({ start, end }) => bytes.toString('utf8', start, end));

/** What comes out when envelope and rows are parsed on their own, `undefined` where one of them is malformed. */
async function reassembled(body: Uint8Array, last?: Rows<unknown>): Promise<unknown> {
  const cut = await cutRows(body, 'rows', last);
  try {
    if (cut === undefined) return JSON.parse(Buffer.from(body).toString());
    const { rows } = readRows(cut);
    return { ...JSON.parse(Buffer.from(cut.envelope).toString()), rows: rows.map(({ value }) => value) };
  } catch {
    return undefined;
  }
}

/** As who asks for a list does: what was recognised is taken on trust, the rest is parsed. */
function readRows({ bytes, rows }: Rows<unknown>): Rows<unknown> {
  const read = rows.map((row) =>
    row.value === undefined ? { ...row, value: JSON.parse(bytes.toString('utf8', row.start, row.end)) } : row,
  );
  return { bytes, rows: read };
}

function whole(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

describe('the array is cut into its items', () => {
  const rows: { because: string; text: string; items: string[] | undefined }[] = [
    {
      because: 'two items',
      text: '{"a":1,"rows":[{"x":[1,2]},{"y":"],"}],"b":2}',
      items: ['{"x":[1,2]}', '{"y":"],"}'],
    },
    { because: 'none', text: '{"rows":[]}', items: [] },
    { because: 'none, with white space', text: '{"rows":[ \n\t]}', items: [] },
    { because: 'white space around', text: '{ "rows" : [ 1 , 2 ] }', items: [' 1 ', ' 2 '] },
    {
      because: 'escaped quotes',
      text: '{"rows":["\\"],\\\\","\\\\\\""]}',
      items: ['"\\"],\\\\"', '"\\\\\\""'],
    },
    { because: 'a member of that name further down', text: '{"a":{"rows":[1]}}', items: undefined },
    { because: 'a text of that name', text: '{"a":"rows","b":[1]}', items: undefined },
    { because: 'a member of that name that is no array', text: '{"rows":{"0":[1]}}', items: undefined },
    { because: 'a name in escapes is left to JSON.parse', text: '{"\\u0072ows":[1]}', items: undefined },
    { because: 'a member of that name before another array', text: '{"rows":1,"x":[1]}', items: undefined },
    { because: 'two members of that name', text: '{"rows":[1],"rows":[2]}', items: undefined },
    { because: 'no such member', text: '{"a":1}', items: undefined },
    { because: 'the end is missing', text: '{"rows":[1,2', items: undefined },
    { because: 'the end of a text is missing', text: '{"rows":["a', items: undefined },
    { because: 'nothing', text: '', items: undefined },
  ];
  it.each(rows)('$because', async ({ text, items }) => {
    const cut = await cutRows(Buffer.from(text), 'rows');
    expect(cut && textsOf(cut)).toEqual(items);
  });
});

describe('malformed texts stay malformed', () => {
  it.each([
    '{"rows":[1,]}',
    '{"rows":[,1]}',
    '{"rows":[1 2]}',
    '{"rows":[1,,2]}',
    '{"rows":[1}',
    '{"rows":[1]',
    '{"rows":[{]}]}',
    '{"rows":[\uFEFF1]}',
    '{"rows":[1]]}',
    '{"rows":[1]}}',
    '["rows":[1]]',
    '{"rows" [1]}',
    '{"rows":[1],}',
    '{"rows":[tru]}',
  ])('%s', async (text) => {
    expect(whole(Buffer.from(text))).toBeUndefined();
    expect(await reassembled(Buffer.from(text))).toBeUndefined();
  });
});

const documents = fc
  .tuple(
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('rows', 'a"', '\\')), fc.jsonValue()),
    fc.array(fc.jsonValue()),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(([others, rows, indent]) => JSON.stringify({ ...others, rows }, null, indent));

it('says what JSON.parse says, for all documents', async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (text) => {
      expect(await reassembled(Buffer.from(text))).toEqual(whole(Buffer.from(text)));
    }),
    { numRuns: 500 },
  );
});

it('says what JSON.parse says, for all damaged documents', async () => {
  const damage = fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\ x0'), fc.boolean());
  await fc.assert(
    fc.asyncProperty(documents, fc.array(damage, { minLength: 1, maxLength: 3 }), async (text, damages) => {
      let damaged = text;
      for (const [place, character, isInserted] of damages) {
        const at = place % (damaged.length + 1);
        damaged = damaged.slice(0, at) + character + damaged.slice(isInserted ? at : at + 1);
      }
      expect(await reassembled(Buffer.from(damaged))).toEqual(whole(Buffer.from(damaged)));
    }),
    { numRuns: 3_000 },
  );
});

describe('items of the last array are recognised by their bytes', () => {
  const list = (...items: readonly string[]) =>
    Buffer.from(`{"rows":[${items.join(',')}],"n":${items.length}}`);
  const rows: { because: string; before: string[]; after: string[]; anew: string[] }[] = [
    { because: 'nothing changed', before: ['1', '{"a":","}'], after: ['1', '{"a":","}'], anew: [] },
    { because: 'one was replaced', before: ['1', '2', '3'], after: ['1', '4', '3'], anew: ['4'] },
    { because: 'some came at the end', before: ['1'], after: ['1', '2', '3'], anew: ['2', '3'] },
    {
      because: 'one came at the beginning',
      before: ['1', '2', '3'],
      after: ['0', '1', '2', '3'],
      anew: ['0'],
    },
    { because: 'one went', before: ['1', '2', '3', '4'], after: ['1', '3', '4'], anew: [] },
    { because: 'the last one went', before: ['1', '2'], after: ['1'], anew: [] },
    { because: 'all went', before: ['1', '2'], after: [], anew: [] },
    {
      because: 'many went, here and there',
      before: Array.from({ length: 40 }, (_, at) => String(at)),
      after: Array.from({ length: 20 }, (_, at) => String(2 * at)),
      anew: [],
    },
    { because: 'two changed places', before: ['1', '2', '3'], after: ['2', '1', '3'], anew: [] },
    { because: 'one grew at its end', before: ['1', '2'], after: ['12', '2'], anew: ['12'] },
    { because: 'one shrank', before: ['12', '2'], after: ['1', '2'], anew: ['1'] },
    { because: 'white space is part of it', before: ['1', ' 2'], after: ['1', '2'], anew: ['2'] },
    { because: 'a text holds what ends an item', before: ['"a"', '2'], after: ['"a,"'], anew: ['"a,"'] },
    { because: 'a value of nothing is a value', before: ['null', '0'], after: ['null', '0'], anew: [] },
  ];
  it.each(rows)('$because', async ({ before, after, anew }) => {
    const values = { bytes: list(...before), rows: [] as { start: number; end: number; value: unknown }[] };
    let start = '{"rows":['.length;
    for (const item of before) {
      values.rows.push({ start, end: start + item.length, value: item === 'null' ? null : `seen ${item}` });
      start += item.length + 1;
    }
    const cut = await cutRows(list(...after), 'rows', values);
    const unread = cut?.rows.filter(({ value }) => value === undefined) ?? [];
    expect(cut && textsOf({ ...cut, rows: unread })).toEqual(anew);
    for (const row of cut?.rows ?? []) {
      const [text = ''] = cut === undefined ? [] : textsOf({ ...cut, rows: [row] });
      if (row.value !== undefined) expect(row.value).toBe(text === 'null' ? null : `seen ${text}`);
    }
  });

  it('but those that were never read are not', async () => {
    const cut = await cutRows(list('1', '2'), 'rows');
    const again = await cutRows(list('1', '2'), 'rows', cut);
    expect(again?.rows.map(({ value }) => value)).toEqual([undefined, undefined]);
  });

  it('and what comes out is the same, whatever was read before', async () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\ x0'), fc.boolean());
    const item = fc.oneof(fc.jsonValue(), fc.constantFrom(1, 'a', [], { a: [1, ','] }));
    const step = fc.tuple(fc.nat(), fc.option(item), fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        fc.array(item),
        fc.array(step, { maxLength: 6 }),
        fc.array(damage, { maxLength: 2 }),
        async (first, steps, damages) => {
          const before = await cutRows(Buffer.from(JSON.stringify({ rows: first })), 'rows');
          const last = before === undefined ? undefined : readRows(before);
          const second = [...first];
          for (const [place, value, isInserted] of steps) {
            const added = value === null ? [] : [value];
            second.splice(place % (second.length + 1), isInserted ? 0 : 1, ...added);
          }
          let text = JSON.stringify({ rows: second, n: 1 });
          for (const [place, character, isInserted] of damages) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + character + text.slice(isInserted ? at : at + 1);
          }
          expect(await reassembled(Buffer.from(text), last)).toEqual(whole(Buffer.from(text)));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

it('lets others have their turn while it cuts', async () => {
  const rows = Array.from({ length: 60_000 }, (_, id) => ({ id, filler: 'x'.repeat(100) }));
  const body = Buffer.from(JSON.stringify({ rows }));
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const cut = await cutRows(body, 'rows');
  clearInterval(counting);
  expect(cut?.rows).toHaveLength(60_000);
  expect(turns).toBeGreaterThan(0);
});
