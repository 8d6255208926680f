import type { Schema, Validation } from './schema.ts';

/** One field of a custom kind, as the reference documentation shows it. */
export interface FieldRow {
  /** `device.connectivities[].port`, relative to the schema that was walked. */
  path: string;
  /** `string`, `integer`, `list of objects`, … */
  type: string;
  required: boolean;
  /** What a value must keep to, in words; one entry per bound or rule. */
  bounds: string[];
  description: string;
}

/** Patterns of Kubernetes itself, which its users know by name. */
const NAMED_PATTERNS: Readonly<Record<string, string>> = {
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$': 'a name of a Kubernetes object',
  '^[-._a-zA-Z0-9]+$': 'letters, digits, `-`, `_` and `.`',
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$':
    'a name of a condition',
  '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$': 'one word in CamelCase',
  '^[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]*[^\\p{C}\\p{Z}])?$':
    'no invisible characters, no white space at the ends',
};

/** Every field below a schema, depth first, in the order of the file. */
export function fieldRows(schema: Schema): FieldRow[] {
  const rows = below(schema, '');
  for (const { path, rule } of rulesBelow(schema, '')) {
    rows.find((row) => row.path === path)?.bounds.push(rule.message);
  }
  return rows;
}

/** Rules of a schema that speak of no single field. */
export function wholeRules(schema: Schema): string[] {
  return rulesBelow(schema, '').flatMap(({ path, rule }) => (path === '' ? [rule.message] : []));
}

function below(schema: Schema, prefix: string): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const row: FieldRow = {
      path,
      type: typeOf(field),
      required: schema.required?.includes(name) ?? false,
      bounds: [...bounds(field), ...(field.items === undefined ? [] : eachOf(field.items))],
      description: field.description ?? '',
    };
    return [row, ...(field.items === undefined ? below(field, path) : below(field.items, `${path}[]`))];
  });
}

/** Rules with the path they speak of; those of list items that are no objects belong to the list. */
function rulesBelow(schema: Schema, path: string): { path: string; rule: Validation }[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map((rule) => {
    return { path: `${path}${rule.fieldPath ?? ''}`.replace(/^\.|\[\]$/g, ''), rule };
  });
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    return rulesBelow(field, path === '' ? name : `${path}.${name}`);
  });
  const items = schema.items === undefined ? [] : rulesBelow(schema.items, `${path}[]`);
  return [...own, ...inside, ...items];
}

function typeOf({ type, format, items, enum: values, additionalProperties }: Schema): string {
  if (items !== undefined) {
    return `list of ${items.enum ? items.enum.map(code).join(', ') : `${items.type}s`}`;
  }
  if (values !== undefined) {
    return values.map(code).join(', ');
  }
  return additionalProperties ? 'map of strings' : format === 'date-time' ? 'time' : (type ?? '');
}

function bounds(field: Schema): string[] {
  const { enum: values, pattern, format, minLength = 0, maxLength, minItems = 0, maxItems } = field;
  const { minimum, maximum, maxProperties } = field;
  const text = values === undefined && format !== 'date-time' && maxLength !== undefined;
  return [
    ...(text ? [`${range(minLength, maxLength)} characters`] : []),
    ...(text && pattern !== undefined ? [NAMED_PATTERNS[pattern] ?? code(pattern)] : []),
    ...(minimum !== undefined && maximum !== undefined ? [`${minimum} to ${maximum}`] : []),
    ...(maxItems === undefined ? [] : [`${range(minItems, maxItems)} items`]),
    ...(maxProperties === undefined ? [] : [`${range(0, maxProperties)} entries`]),
  ];
}

function eachOf(items: Schema): string[] {
  const each = items.type === 'string' ? bounds(items) : [];
  return each.length === 0 ? [] : [`each ${each.join(', ')}`];
}

function range(minimum: number, maximum: number): string {
  return minimum === 0 ? `at most ${maximum}` : `${minimum} to ${maximum}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
