import type { CustomKind } from './custom-kind.ts';
import type { GeneratedFile } from './generated-file.ts';
import type { Schema } from './schema.ts';

interface JsonSchema {
  [keyword: string]: unknown;
}

const FOLDER = 'schemas/pam-operator.io/';
const DRAFT = 'http://json-schema.org/draft-07/schema#';

/**
 * JSON schemas of the kinds, for editors and for checks of manifests without a cluster. Unknown fields are errors, as
 * under `kubectl --validate=strict`; CEL rules only the API server can check. Named as kubeconform and the catalogues of
 * definitions look for them. `all.json` picks the schema by kind, for files with several documents.
 */
export function jsonSchemas(kinds: readonly CustomKind[]): GeneratedFile[] {
  return [...kinds.map(ofKind), all(kinds)];
}

const fileOf = ({ kind, crd }: CustomKind) =>
  `${kind.toLowerCase()}_${crd.spec.versions[0]?.name ?? ''}.json`;
const apiVersionOf = ({ crd }: CustomKind) => `${crd.spec.group}/${crd.spec.versions[0]?.name ?? ''}`;

function ofKind(custom: CustomKind): GeneratedFile {
  const object = strict(custom.schema) as { properties: JsonSchema };
  const schema = {
    $schema: DRAFT,
    title: custom.kind,
    ...object,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      ...object.properties,
      apiVersion: { const: apiVersionOf(custom) },
      kind: { const: custom.kind },
      metadata: { type: 'object' },
    },
  };
  return file(fileOf(custom), schema);
}

function all(kinds: readonly CustomKind[]): GeneratedFile {
  return file('all.json', {
    $schema: DRAFT,
    title: 'Kinds of pam-operator.io; other kinds are let through',
    allOf: kinds.map((custom) => ({
      if: { required: ['kind'], properties: { kind: { const: custom.kind } } },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON schema.
      then: { $ref: fileOf(custom) },
    })),
  });
}

/** Without what only the API server knows, and closed against unknown fields. */
function strict(schema: Schema): JsonSchema {
  const { properties, items, additionalProperties, ...rest } = schema;
  const plain = Object.entries(rest).filter(([keyword]) => !keyword.startsWith('x-'));
  return {
    ...Object.fromEntries(plain),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, strict(field)]),
      ),
      additionalProperties: false,
    }),
    ...(items !== undefined && { items: strict(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: strict(additionalProperties) }),
  };
}

function file(name: string, schema: JsonSchema): GeneratedFile {
  return { path: `${FOLDER}${name}`, content: `${JSON.stringify(schema, undefined, 2)}\n` };
}
