import type { CustomKind } from './custom-kind.ts';
import { type FieldRow, fieldRows, wholeRules } from './field-row.ts';
import type { GeneratedFile } from './generated-file.ts';
import type { Schema } from './schema.ts';

/** `docs/reference/<kind>.md`: every field of a kind with its type, bounds and meaning. */
export function kindReferences(kinds: readonly CustomKind[]): GeneratedFile[] {
  return kinds.map((kind) => ({
    path: `docs/reference/${kind.kind.toLowerCase()}.md`,
    content: page(kind),
  }));
}

function page({ file, kind, crd, schema, spec, status }: CustomKind): string {
  const { group, names, scope, versions } = crd.spec;
  const [version] = versions;
  const columns = (version?.additionalPrinterColumns ?? []).map(({ name, priority = 0 }) => {
    return priority === 0 ? name : `${name} (with \`-o wide\`)`;
  });
  const selectable = (version?.selectableFields ?? []).map(({ jsonPath }) => `\`${jsonPath.slice(1)}\``);
  return [
    `<!-- Generated from crds/${file} by "npm run generate". Do not edit. -->`,
    `# ${kind}`,
    schema.description ?? '',
    [
      `- API version: \`${group}/${version?.name}\``,
      `- Scope: ${scope === 'Cluster' ? 'the whole cluster' : 'a namespace'}`,
      `- With kubectl: \`${names.plural}\`, \`${names.shortNames.join('`, `')}\`; in the category \`${names.categories.join('`, `')}\``,
      `- Columns of \`kubectl get\`: ${columns.join(', ')}`,
      `- Fields for \`--field-selector\`: ${selectable.join(', ')}`,
    ].join('\n'),
    'A field that is not required may be left out; its default is then applied by the operator and never written into the resource.',
    section('spec', spec),
    section('status', status),
    '',
  ].join('\n\n');
}

function section(name: string, schema: Schema): string {
  const rules = wholeRules(schema).map((rule) => `- ${rule}`);
  return [
    `## ${name}`,
    schema.description ?? '',
    ...(rules.length === 0 ? [] : [rules.join('\n')]),
    table(fieldRows(schema)),
  ].join('\n\n');
}

function table(rows: readonly FieldRow[]): string {
  const lines = rows.map(({ path, type, required, bounds, description }) => {
    const cells = [`\`${path}\``, type, required ? 'yes' : '', bounds.join('; '), description];
    return `| ${cells.map(escaped).join(' | ')} |`;
  });
  return ['| Field | Type | Required | Bounds | Meaning |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** A bar ends a cell even within code. */
function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
