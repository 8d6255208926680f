import { appliedDigest, secretSettingsText } from './applied-spec.ts';
import { digest, type InstallKey } from './digest.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { MaterialField, UsableMaterial } from './material.ts';
import { MAIN_FIELD, type SecretSource, secretSources } from './secret-source.ts';

/**
 * The fields of a group with their digests, the main one first; the block around secret settings counts as one more
 * field, since it may change while its Secrets do not.
 */
export function groupFields(
  resource: ManagedResource,
  key: InstallKey,
  material: UsableMaterial,
  group: SecretSource['group'],
): MaterialField[] {
  const names = new Set(
    secretSources(resource)
      .filter((source) => source.group === group)
      .map(({ field }) => field),
  );
  const fields = material.fields.filter(({ field }) => names.has(field));
  const main = MAIN_FIELD[resource.kind];
  fields.sort((left, right) => Number(right.field === main) - Number(left.field === main));
  const block = group === 'additional' ? settingsBlock(resource, key) : undefined;
  const [first] = fields;
  return block === undefined || first === undefined
    ? fields
    : [{ ...block, version: first.version }, ...fields];
}

/** The block around secret settings, as a field of its own; absent where the spec has none. */
export function settingsBlock(
  resource: ManagedResource,
  key: InstallKey,
): Pick<MaterialField, 'field' | 'digest'> | undefined {
  const text = secretSettingsText(resource);
  if (text === undefined) return undefined;
  const { namespace, name } = resource.metadata;
  const field = 'additionalSettings';
  return { field, digest: digest(key, { kind: resource.resourceKind, namespace, name, field }, text) };
}

/**
 * Digest of everything that one push sends, for `status.pending`: an intent covers exactly these values. A single
 * field stands for itself; empty where nothing secret is sent. A key goes with every edit, so its pushes differ in what
 * else the spec says too.
 */
export function intentDigest(
  resource: ManagedResource,
  key: InstallKey,
  fields: readonly MaterialField[],
): string {
  const [single] = fields;
  if (single === undefined) return '';
  if (fields.length === 1 && resource.kind === 'credential') return single.digest;
  const { namespace, name } = resource.metadata;
  const values = fields.map(({ field, digest: value }) => `${field}=${value}`);
  const text = [...values, ...(resource.kind === 'key' ? [appliedDigest(resource, key)] : [])].join('\n');
  return digest(key, { kind: resource.resourceKind, namespace, name, field: 'intent' }, text);
}
