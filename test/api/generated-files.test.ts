import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiTypes } from '../../scripts/generate/api-types.ts';
import { bringUpToDate } from '../../scripts/generate/bring-up-to-date.ts';
import { type CustomKind, readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import { fieldRows } from '../../scripts/generate/field-row.ts';
import { kindReferences } from '../../scripts/generate/kind-reference.ts';
import type { Schema } from '../../scripts/generate/schema.ts';

const root = new URL('../../', import.meta.url);
const kinds = readCustomKinds(root);

it('types and reference pages in the repository are those of the CRDs', async () => {
  const files = [...(await apiTypes(kinds)), ...kindReferences(kinds)];
  expect(bringUpToDate(files, root, true)).toEqual([]);
});

describe('bringing files up to date', () => {
  const files = [{ path: 'docs/a.md', content: 'new' }];
  let folder: string;
  let there: URL;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generated-'));
    there = pathToFileURL(`${folder}/`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a check names what differs and writes nothing', () => {
    expect(bringUpToDate(files, there, true)).toEqual(['docs/a.md']);
    expect(() => readFileSync(new URL('docs/a.md', there))).toThrow('ENOENT');
  });

  it('without a check it is written, with its folder', () => {
    expect(bringUpToDate(files, there, false)).toEqual(['docs/a.md']);
    expect(readFileSync(new URL('docs/a.md', there), 'utf8')).toBe('new');
    expect(bringUpToDate(files, there, true)).toEqual([]);
  });
});

it('a shared block that differs between two kinds has no type', async () => {
  const odd = structuredClone(kinds) as [CustomKind, ...CustomKind[]];
  delete odd[0].schema.properties?.status?.properties?.lastError?.properties?.since;
  await expect(apiTypes(odd)).rejects.toThrow(
    'LastError: PamCredential status.lastError differs from PamConnection',
  );
});

it.each<{ because: string; schema: Schema; row: Partial<ReturnType<typeof fieldRows>[number]> }>([
  {
    because: 'a text has a length',
    schema: { type: 'string', minLength: 1, maxLength: 64, pattern: '^a|b$' },
    row: { type: 'string', bounds: ['1 to 64 characters', '`^a|b$`'] },
  },
  {
    because: 'a choice is its own bound',
    schema: { type: 'string', maxLength: 3, enum: ['A', 'B'] },
    row: { type: '`A`, `B`', bounds: [] },
  },
  {
    because: 'a number has ends',
    schema: { type: 'integer', minimum: 0, maximum: 9 },
    row: { type: 'integer', bounds: ['0 to 9'] },
  },
  {
    because: 'rules of items belong to their list',
    schema: {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'string',
        maxLength: 5,
        'x-kubernetes-validations': [{ rule: 'x', message: 'must be x' }],
      },
    },
    row: { type: 'list of strings', bounds: ['at most 3 items', 'each at most 5 characters', 'must be x'] },
  },
])('the reference says: $because', ({ schema, row }) => {
  expect(fieldRows({ type: 'object', properties: { field: schema } })).toMatchObject([
    { path: 'field', ...row },
  ]);
});
