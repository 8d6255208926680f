import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../src/pam/inventory-reader.ts';
import { asObject } from '../../src/pam/json-value.ts';

const row = {
  id: '2',
  identifier: 'prod_a_b',
  username: 'root',
  hostname: 'w2016',
  management_ip: '10.66.33.15',
  expiration: null,
  change: '2024-05-03 16:19:53',
  view: null,
  type: 'Local User',
  type_code: '1',
  automatic_change: false,
};
const entry = {
  id: '2',
  identifier: 'prod_a_b',
  username: 'root',
  hostname: 'w2016',
  ip: '10.66.33.15',
  isKey: false,
  change: '2024-05-03 16:19:53',
  automaticChange: false,
};
const found = (message: string, credentials: unknown) => ({
  response: { status: 200, message, error: false },
  credentials,
});

describe('one row', () => {
  const rows: { because: string; row: object; entry: object | undefined }[] = [
    { because: 'as 4.0 prints it', row, entry },
    { because: 'id as number', row: { ...row, id: 2 }, entry },
    { because: 'tag of 3.32', row: { ...row, identifier: undefined, tag: 'prod_a_b' }, entry },
    {
      because: 'tag null: no identifier',
      row: { ...row, identifier: undefined, tag: null },
      entry: { ...entry, identifier: undefined },
    },
    {
      because: 'an empty identifier is none',
      row: { ...row, identifier: '' },
      entry: { ...entry, identifier: undefined },
    },
    { because: 'identifier wins over tag', row: { ...row, tag: 'x' }, entry },
    {
      because: 'an SSH key, told by type and not by type_code',
      row: { ...row, type: 'SSH Key' },
      entry: { ...entry, isKey: true },
    },
    {
      because: 'rotated by PAM',
      row: { ...row, automatic_change: true },
      entry: { ...entry, automaticChange: true },
    },
    {
      because: 'rotated by PAM, in 3.32',
      row: { ...row, automatic_change: '1' },
      entry: { ...entry, automaticChange: true },
    },
    { because: 'not rotated by PAM, in 3.32', row: { ...row, automatic_change: '0' }, entry },
    { because: 'no time of change', row: { ...row, change: null }, entry: { ...entry, change: undefined } },
    {
      because: 'a null hostname matches nothing but hides nothing',
      row: { ...row, hostname: null },
      entry: { ...entry, hostname: '' },
    },
    { because: 'no id', row: { ...row, id: undefined }, entry: undefined },
    { because: 'an id with a letter', row: { ...row, id: '12a' }, entry: undefined },
    { because: 'an id of 19 digits', row: { ...row, id: '1234567890123456789' }, entry: undefined },
    {
      because: 'a number above 2^53 names another record already',
      row: { ...row, id: 2 ** 53 + 2 },
      entry: undefined,
    },
    { because: 'a fraction', row: { ...row, id: 1.5 }, entry: undefined },
    { because: 'a username that is an object', row: { ...row, username: {} }, entry: undefined },
    { because: 'null', row: null as unknown as object, entry: undefined },
    { because: 'an array', row: [], entry: undefined },
  ];
  it.each(rows)('$because', async ({ row: one, entry: expected }) => {
    const inventory = await readInventory(found('1 credentials found', [one]));
    expect(inventory).toEqual({
      entries: expected === undefined ? [] : [expected],
      skipped: expected === undefined ? 1 : 0,
      complete: expected !== undefined,
    });
  });
});

describe('the whole list', () => {
  const rows: { because: string; json: object; complete?: boolean; count?: number }[] = [
    {
      because: 'the number in the message is the length',
      json: found('2 credentials found', [row, row]),
      complete: true,
      count: 2,
    },
    {
      because: 'fewer rows than the message says',
      json: found('3 credentials found', [row, row]),
      complete: false,
      count: 2,
    },
    {
      because: 'more rows than the message says',
      json: found('1 credentials found', [row, row]),
      complete: false,
      count: 2,
    },
    {
      because: 'a message without a number',
      json: found('Credentials found', [row]),
      complete: true,
      count: 1,
    },
    { because: 'no message', json: { response: {}, credentials: [row] }, complete: true, count: 1 },
    {
      because: 'mensagem of the short form',
      json: { response: { mensagem: '2 credentials found' }, credentials: [row] },
      complete: false,
      count: 1,
    },
    {
      because: 'a malformed row, counted by PAM',
      json: found('2 credentials found', [row, { id: 'x' }]),
      complete: false,
      count: 1,
    },
    { because: 'empty', json: found('0 credentials found', []), complete: true, count: 0 },
    {
      because: 'empty, without a list',
      json: found('0 credentials found', undefined),
      complete: true,
      count: 0,
    },
    { because: 'empty, with null', json: found('0 credentials found', null), complete: true, count: 0 },
    { because: 'no list and no zero', json: found('2 credentials found', undefined) },
    { because: 'no list and no number', json: { response: {} } },
    { because: 'an object instead of a list', json: found('1 credentials found', { 0: row }) },
    { because: 'nothing at all', json: {} },
  ];
  it.each(rows)('$because', async ({ json, complete, count }) => {
    const inventory = await readInventory(json as Record<string, unknown>);
    expect(inventory?.complete).toBe(complete);
    expect(inventory?.entries.length).toBe(count);
  });
});

it('rows that were cut out are read, and a malformed one makes the whole answer unreadable', async () => {
  const json = found('2 credentials found', []);
  const text = JSON.stringify(row);
  const bytes = Buffer.from(`${text}{"id":`);
  const good = { start: 0, end: text.length };
  const inventory = await readInventory(json, { bytes, rows: [good, good] });
  expect(inventory).toMatchObject({ entries: [entry, entry], skipped: 0, complete: true });
  const malformed = { start: text.length, end: bytes.length };
  expect(await readInventory(json, { bytes, rows: [good, malformed] })).toBeUndefined();
});

it('what the last list was read as is taken over, also that a row is of no use', async () => {
  const json = found('3 credentials found', []);
  const text = JSON.stringify(row);
  const bytes = Buffer.from(`${text}{}`);
  const cut = {
    bytes,
    rows: [
      { start: 0, end: text.length },
      { start: text.length, end: bytes.length },
    ],
  };
  const first = await readInventory(json, cut);
  expect(first?.read?.rows.map(({ value }) => value)).toEqual([entry, null]);
  const added = { start: 0, end: text.length };
  const second = await readInventory(json, { bytes, rows: [...(first?.read?.rows ?? []), added] });
  expect(second).toMatchObject({ entries: [entry, entry], skipped: 1, complete: false });
  expect(second?.entries[0]).toBe(first?.entries[0]);
});

it('never throws, and every entry has an id that may stand in a path', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(fc.jsonValue(), fc.record({ id: fc.oneof(fc.nat(), fc.string()), username: fc.string() })),
      ),
      async (rows) => {
        const inventory = await readInventory(asObject(JSON.parse(JSON.stringify(found('x', rows)))) ?? {});
        for (const { id } of inventory?.entries ?? []) expect(id).toMatch(/^\d{1,18}$/);
        expect((inventory?.entries.length ?? 0) + (inventory?.skipped ?? 0)).toBe(rows.length);
      },
    ),
  );
});
