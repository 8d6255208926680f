import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRows } from '../../src/pam/json-rows.ts';

/** What comes out when envelope and rows are parsed on their own, `undefined` where one of them is malformed. */
async function reassembled(body: Uint8Array): Promise<unknown> {
  const cut = await cutRows(body, 'rows');
  try {
    if (cut === undefined) return JSON.parse(Buffer.from(body).toString());
    const rows = cut.rows.map((row) => JSON.parse(Buffer.from(row).toString()));
    return { ...JSON.parse(Buffer.from(cut.envelope).toString()), rows };
  } catch {
    return undefined;
  }
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
    expect(cut?.rows.map((row) => Buffer.from(row).toString())).toEqual(items);
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
