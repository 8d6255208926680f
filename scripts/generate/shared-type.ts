import { isDeepStrictEqual } from 'node:util';
import type { CustomKind } from './custom-kind.ts';
import type { Schema } from './schema.ts';

interface SharedType {
  name: string;
  /** `src/api/<stem>.gen.ts` */
  stem: string;
  /** Whether the block at this path of a kind is one. */
  at: (path: readonly string[]) => boolean;
  /** The block's schema; throws where two places differ. */
  find: (kinds: readonly CustomKind[]) => Schema;
}

const lastKeyIs = (...keys: string[]) => {
  return (path: readonly string[]) => path.length > 1 && keys.includes(path.at(-1) ?? '');
};

/** Blocks that stand at several places of the API with the same fields. */
export const SHARED_TYPES: readonly SharedType[] = [
  sharedType('Condition', 'condition', (path) => path.join('.') === 'status.conditions.[]'),
  sharedType('LastError', 'last-error', (path) => path.join('.') === 'status.lastError'),
  sharedType('SecretKeyRef', 'secret-key-ref', lastKeyIs('secretRef', 'totpSecretRef')),
  sharedType('CredentialRef', 'credential-ref', lastKeyIs('parent', 'authentication')),
];

/** Name of the shared type at a path such as `['spec', 'content', 'secretRef']`, if there is one. */
export function sharedTypeAt(path: readonly string[]): string | undefined {
  return SHARED_TYPES.find(({ at }) => at(path))?.name;
}

function sharedType(name: string, stem: string, at: SharedType['at']): SharedType {
  const find = (kinds: readonly CustomKind[]): Schema => {
    const places = kinds.flatMap(({ kind, schema }) => matching(schema, [], at, kind));
    const [first, ...others] = places;
    const odd = others.find(
      ({ schema }) => !isDeepStrictEqual(wordless(schema), wordless(first?.schema ?? {})),
    );
    if (first === undefined || odd !== undefined) {
      throw new Error(`${name}: ${odd?.place ?? 'no place'} differs from ${first?.place ?? 'the table'}`);
    }
    const { description: _, ...schema } = first.schema;
    return schema;
  };
  return { name, stem, at, find };
}

function matching(
  schema: Schema,
  path: string[],
  at: SharedType['at'],
  kind: string,
): { place: string; schema: Schema }[] {
  if (at(path)) {
    return [{ place: `${kind} ${path.join('.')}`, schema }];
  }
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    matching(value, [...path, key], at, kind),
  );
  return schema.items === undefined
    ? below
    : [...below, ...matching(schema.items, [...path, '[]'], at, kind)];
}

/** The schema without its descriptions, which may speak of the place. */
function wordless(schema: Schema): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => {
      return key === 'description' && typeof value === 'string' ? undefined : value;
    }),
  );
}
