import { asObject } from './json-fields.ts';
import { identityOf, type ObjectIdentity } from './object-identity.ts';

/** A namespace as grants with selectors need it. */
export interface NamespaceLabels {
  readonly metadata: ObjectIdentity;
  readonly labels: Readonly<Record<string, string>>;
}

/** Projection for the namespace reflector. */
export function projectNamespaceLabels(raw: unknown): NamespaceLabels | undefined {
  const metadata = identityOf(raw);
  if (metadata === undefined) return undefined;
  const all = Object.entries(asObject(asObject(asObject(raw)?.metadata)?.labels) ?? {});
  const labels = all.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { metadata, labels: Object.fromEntries(labels) };
}
