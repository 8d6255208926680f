import { compile } from 'json-schema-to-typescript';
import type { CustomKind } from './custom-kind.ts';
import type { GeneratedFile } from './generated-file.ts';
import type { Schema } from './schema.ts';
import { SHARED_TYPES, sharedTypeAt } from './shared-type.ts';

/** What json-schema-to-typescript reads beyond a CRD's schema. */
type TypedSchema = Omit<Schema, 'properties' | 'items' | 'additionalProperties'> & {
  title?: string;
  tsType?: string;
  properties?: Record<string, TypedSchema>;
  items?: TypedSchema;
  additionalProperties?: TypedSchema | false;
};

/** Names of types in one generated file. */
interface Names {
  /** The file's main type, with which all others begin. */
  owner: string;
  given: Set<string>;
  /** Shared types that the file must import. */
  imported: Set<string>;
}

/** TypeScript types of every kind, and of the blocks that several kinds share. */
export async function apiTypes(kinds: readonly CustomKind[]): Promise<GeneratedFile[]> {
  const shared = SHARED_TYPES.map(({ name, stem, find }) => typesFile(stem, name, find(kinds), 'crds/'));
  const own = kinds.map((kind) => typesFile(kind.stem, kind.kind, withIdentity(kind), `crds/${kind.file}`));
  return Promise.all([...shared, ...own]);
}

/** `apiVersion`, `kind` and `metadata` are the operator's own projection, not the API server's. */
function withIdentity({ kind, crd, schema, spec, status }: CustomKind): TypedSchema {
  const version = `${crd.spec.group}/${crd.spec.versions[0]?.name}`;
  return {
    ...(schema.description === undefined ? {} : { description: schema.description }),
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { type: 'string', enum: [version] },
      kind: { type: 'string', enum: [kind] },
      metadata: { tsType: 'ResourceMetadata' },
      spec,
      status,
    },
  };
}

async function typesFile(
  stem: string,
  name: string,
  schema: TypedSchema,
  source: string,
): Promise<GeneratedFile> {
  const names: Names = { owner: name, given: new Set(), imported: new Set() };
  const typed = { ...annotate(schema, [], names), title: name };
  const imports = [...names.imported]
    .sort()
    .map((type) => `import type { ${type} } from '${moduleOf(type)}';`);
  const banner = `// Generated from ${source} by "npm run generate". Do not edit.\n${imports.join('\n')}`;
  const content = await compile(typed as Parameters<typeof compile>[0], name, {
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unknownAny: true,
    style: { singleQuote: true, bracketSpacing: true, printWidth: 110 },
  });
  return { path: `src/api/${stem}.gen.ts`, content };
}

function moduleOf(type: string): string {
  const stem = SHARED_TYPES.find(({ name }) => name === type)?.stem;
  return stem === undefined ? './resource-metadata.ts' : `./${stem}.gen.ts`;
}

/** Keeps what a type can say, names every object after its path, and refers to shared types by name. */
function annotate(schema: TypedSchema, path: string[], names: Names): TypedSchema {
  const { description, type, required, properties, items, additionalProperties, tsType } = schema;
  const said = description === undefined ? {} : { description };
  const shared = tsType ?? sharedTypeAt(path);
  if (shared !== undefined) {
    names.imported.add(shared);
    return { ...said, tsType: shared };
  }
  if (type === 'array' && items !== undefined) {
    return { ...said, type, items: annotate(items, [...path, '[]'], names) };
  }
  if (type !== 'object') {
    return { ...said, ...(type && { type }), ...(schema.enum && { enum: schema.enum }) };
  }
  if (additionalProperties) {
    return { ...said, type, additionalProperties: annotate(additionalProperties, path, names) };
  }
  const title = typeName(path, names);
  const annotated = Object.entries(properties ?? {}).map(
    ([key, value]) => [key, annotate(value, [...path, key], names)] as const,
  );
  return {
    ...said,
    title,
    type,
    ...(required && { required }),
    properties: Object.fromEntries(annotated),
    additionalProperties: false,
  };
}

/**
 * `PamCredential` + `spec.sessionSettings.macros[]` → `PamCredentialSessionSettingsMacro`. What is inside
 * `spec` does not repeat that word. Where `device` stands beside `devices[]`, the second is a `…DevicesItem`.
 */
function typeName(path: readonly string[], { owner, given }: Names): string {
  const inside = path[0] === 'spec' && path.length > 1 ? path.slice(1) : path;
  const name = inside.reduce((before, key) => {
    return key === '[]' ? singular(before) : before + capitalised([key]);
  }, owner);
  const unique = given.has(name) ? `${owner}${capitalised(inside)}Item` : name;
  given.add(unique);
  return unique;
}

function capitalised(keys: readonly string[]): string {
  return keys.map((key) => (key === '[]' ? '' : key.charAt(0).toUpperCase() + key.slice(1))).join('');
}

function singular(plural: string): string {
  return plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, '');
}
