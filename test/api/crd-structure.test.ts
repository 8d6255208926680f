import { describe, expect, it } from 'vitest';
import { type CustomKind, readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import type { Schema } from '../../scripts/generate/schema.ts';

interface Place {
  path: string;
  schema: Schema;
}

/** Where a text is the API server's own or a time, no rule of ours says what it holds. */
const FREE_TEXTS = ['spec.caBundle'];

describe.each(readCustomKinds(new URL('../../', import.meta.url)))('$file', (kind) => {
  const all = walk(kind);
  const spec = all.filter(({ path }) => path.startsWith('spec'));

  it('stays far below what client-side apply can carry', () => {
    expect(Buffer.byteLength(kind.source)).toBeLessThan(60_000);
  });

  it('is named as the design says', () => {
    const { group, names, scope, versions } = kind.crd.spec;
    const names1 = { kind: kind.kind, plural: `${kind.kind.toLowerCase()}s`, categories: ['pam'] };
    expect({ group, version: versions.map(({ name }) => name) }).toEqual({
      group: 'pam-operator.io',
      version: ['v1alpha1'],
    });
    expect(names).toMatchObject(names1);
    expect(scope).toBe(kind.kind === 'PamConnection' ? 'Cluster' : 'Namespaced');
    expect(kind.crd.metadata.name).toBe(`${names.plural}.${group}`);
  });

  it('has no default in spec, since defaults in a CRD are drift in the eyes of Argo CD', () => {
    expect(places(spec, ({ default: given }) => given !== undefined)).toEqual([]);
  });

  it('has one default: a status that kstatus does not take for ready', () => {
    expect(places(all, ({ default: given }) => given !== undefined)).toEqual(['status']);
    expect(kind.status.default).toEqual({ observedGeneration: -1 });
  });

  it('bounds every string', () => {
    expect(places(all, ({ type, maxLength }) => type === 'string' && maxLength === undefined)).toEqual([]);
  });

  it('bounds every list and map', () => {
    expect(places(all, ({ type, maxItems }) => type === 'array' && maxItems === undefined)).toEqual([]);
    expect(
      places(
        all,
        ({ additionalProperties, maxProperties }) => !!additionalProperties && maxProperties === undefined,
      ),
    ).toEqual([]);
  });

  it('bounds every number within what JSON numbers hold exactly', () => {
    const unsafe = ({ type, minimum, maximum }: Schema) =>
      type === 'integer' && !(Number.isSafeInteger(minimum) && Number.isSafeInteger(maximum));
    expect(places(all, unsafe)).toEqual([]);
  });

  it('says of every list how it is merged', () => {
    expect(places(all, (schema) => schema.type === 'array' && !schema['x-kubernetes-list-type'])).toEqual([]);
  });

  it('says of every string in spec which characters it may hold', () => {
    const free = ({ type, enum: values, pattern, 'x-kubernetes-validations': rules = [] }: Schema) =>
      type === 'string' && !values && !pattern && !rules.some(({ rule }) => rule.includes('self.matches('));
    const labels = 'spec.grants[].namespaces.selector.';
    expect(
      places(spec, free).filter((path) => !FREE_TEXTS.includes(path) && !path.startsWith(labels)),
    ).toEqual([]);
  });

  it('describes every field, in sentences', () => {
    const wordless = all.filter(
      ({ path, schema }) =>
        !path.endsWith('[]') && !path.endsWith('{}') && !/[.…]$/.test(schema.description ?? ''),
    );
    expect(wordless.map(({ path }) => path).filter((path) => path !== '')).toEqual([]);
  });

  it('explains every rule with a message that says what must be', () => {
    const messages = all
      .flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? [])
      .map(({ message }) => message);
    expect(messages.filter((message) => !/\bmust (not )?\w+/.test(message))).toEqual([]);
  });

  it('selects by at most 8 fields, all of them scalars of the schema', () => {
    const selectable = kind.crd.spec.versions.flatMap(({ selectableFields }) =>
      selectableFields.map(({ jsonPath }) => jsonPath.slice(1)),
    );
    const scalars = new Set(places(all, ({ type }) => type !== 'object' && type !== 'array'));
    expect(selectable.length).toBeLessThanOrEqual(8);
    expect(selectable.filter((path) => !scalars.has(path))).toEqual([]);
  });

  it('shows only fields that exist in columns', () => {
    const paths = new Set([...all.map(({ path }) => path), 'metadata.creationTimestamp']);
    const columns = kind.crd.spec.versions.flatMap(
      ({ additionalPrinterColumns }) => additionalPrinterColumns,
    );
    const shown = columns.map(({ jsonPath }) => jsonPath.slice(1).replace(/\[\?\(.*\)\]/, '[]'));
    expect(shown.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('has no reference with a namespace field', () => {
    expect(spec.map(({ path }) => path).filter((path) => path.endsWith('.namespace'))).toEqual([]);
  });
});

function places(all: readonly Place[], is: (schema: Schema) => boolean): string[] {
  return all.filter(({ schema }) => is(schema)).map(({ path }) => path);
}

function walk({ spec, status }: CustomKind): Place[] {
  return [...below('spec', spec), ...below('status', status)];
}

function below(path: string, schema: Schema): Place[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    { path, schema },
    ...Object.entries(properties).flatMap(([name, field]) => below(`${path}.${name}`, field)),
    ...(items === undefined ? [] : below(`${path}[]`, items)),
    ...(additionalProperties === undefined ? [] : below(`${path}{}`, additionalProperties)),
  ];
}
