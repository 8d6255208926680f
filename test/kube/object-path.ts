/** What tells one object from all others. */
export interface NamedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Path of any object whose kind makes its plural as English does; names are taken as they are. */
export function objectPath({ apiVersion, kind, metadata: { name, namespace } }: NamedObject): string {
  const api = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${api}${scope}/${plural(kind.toLowerCase())}/${encodeURIComponent(name)}`;
}

function plural(kind: string): string {
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
