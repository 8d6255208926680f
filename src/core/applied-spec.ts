import { canonicalJson } from './canonical-json.ts';
import { compareDigest, digest, type InstallKey } from './digest.ts';
import type { ManagedResource } from './managed-resource.ts';
import { secretSources } from './secret-source.ts';

/**
 * What an upsert without secret parts sends, as one text: its digest is `status.applied`, and a difference is the
 * reason for an upsert. Left out is what the POST does not carry (`enabled`, `suspend`, the policies, where the
 * record is looked up) and what has digests of its own (the content; `additionalSettings` with secret parts).
 */
function appliedText(resource: ManagedResource): string {
  if (resource.kind === 'credential') {
    const {
      connection,
      identifier,
      content,
      parentRef,
      enabled,
      deletionPolicy,
      adoptionPolicy,
      suspend,
      ...sent
    } = resource.spec;
    const { additionalSettings, ...rest } = sent;
    // The id it resolves to counts too: a child of a parent that was created anew would keep an id of nothing.
    const parent = parentRef === undefined ? undefined : resource.parent?.id;
    const settings = hasSecretSettings(resource) ? undefined : additionalSettings;
    return canonicalJson({ ...rest, parentRef, parent, additionalSettings: settings });
  }
  const { connection, identifier, id, privateKey, passphrase, push, enabled, ...rest } = resource.spec;
  const { deletionPolicy, adoptionPolicy, suspend, publicKey, ...sent } = rest;
  return canonicalJson({ ...sent, publicKey: publicKey?.value });
}

/** The block `additionalSettings` where it has secret parts; absent where it travels with every upsert. */
export function secretSettingsText(resource: ManagedResource): string | undefined {
  if (resource.kind === 'key' || !hasSecretSettings(resource)) return undefined;
  return canonicalJson(resource.spec.additionalSettings);
}

function hasSecretSettings(resource: ManagedResource): boolean {
  return secretSources(resource).some(({ group }) => group === 'additional');
}

/** The digest that `status.applied` gets after an upsert. */
export function appliedDigest(resource: ManagedResource, key: InstallKey): string {
  const { namespace, name } = resource.metadata;
  return digest(
    key,
    { kind: resource.resourceKind, namespace, name, field: 'applied' },
    appliedText(resource),
  );
}

/** Whether the spec is the one that was upserted last. `unknown`: its digest was made with another install key. */
export function compareApplied(resource: ManagedResource, key: InstallKey): 'same' | 'different' | 'unknown' {
  const recorded = resource.status.applied;
  return recorded === undefined ? 'different' : compareDigest(key, recorded, appliedDigest(resource, key));
}
