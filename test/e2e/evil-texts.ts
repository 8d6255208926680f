import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A field of a schema: names, `*` for the items of a list, `?` for any key of a map. */
export type Path = readonly string[];
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

/** What somebody writes into a text to reach something else: another path, namespace, operation or letter. */
export const EVIL_TEXTS = [
  '../../../../api/v1/namespaces/kube-system/secrets/x',
  '..%2f..%2fpam%2fcredential%2f1',
  'root@vault',
  '1/../2?x=1#y',
  'team-b/stolen',
  'ｔｅａｍ－ｂ',
  'tеam-b',
  'TEAM-B',
  '%00',
  "x'], operations: [Adopt], usernames: ['*",
];

/** The schema of a kind's spec, from its definition: a new field cannot be forgotten. */
export function specSchema(plural: string): Schema {
  const file = new URL(`../../crds/pam-operator.io_${plural}.yaml`, import.meta.url);
  const crd = parse(readFileSync(fileURLToPath(file), 'utf8')) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  return crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
}

/** Every place that takes a text. */
export function textFields(schema: Schema, path: Path = []): Path[] {
  if (schema.type === 'string') return [path];
  if (schema.items !== undefined) return textFields(schema.items, [...path, '*']);
  const ofKeys = schema.additionalProperties;
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) => textFields(each, [...path, name])),
    ...(ofKeys === undefined ? [] : textFields(ofKeys, [...path, '?'])),
  ];
}

/** The object with this text in that place. */
export function withText(target: unknown, [step, ...rest]: Path, text: string): unknown {
  if (step === undefined) return text;
  if (step === '*') {
    const [first, ...others] = Array.isArray(target) ? target : [];
    return [withText(first, rest, text), ...others];
  }
  const object = (target ?? {}) as Record<string, unknown>;
  const key = step === '?' ? (Object.keys(object)[0] ?? 'key') : step;
  return { ...object, [key]: withText(object[key], rest, text) };
}
