import type { SecretKeyRef } from '../api/secret-key-ref.gen.ts';
import type { ManagedResource } from './managed-resource.ts';

/** A field of a spec whose value comes from a Secret. */
export interface SecretSource {
  /** As digests and the status name it. */
  readonly field: string;
  /** Path in the spec, for messages. */
  readonly path: string;
  readonly ref: SecretKeyRef;
  /** Sent with the content of the record, or with the block `additionalSettings`. */
  readonly group: 'content' | 'additional';
}

/** The field of a credential or key whose version and digest stand in `status.content` itself. */
export const MAIN_FIELD = { credential: 'content', key: 'privateKey' } as const;

/** Every Secret that a resource refers to, in its own namespace: no reference has a namespace field. */
export function secretSources(resource: ManagedResource): readonly SecretSource[] {
  return resource.kind === 'credential' ? credentialSources(resource.spec) : keySources(resource.spec);
}

/** Names of those Secrets, each once: the index from Secret to resources is made of them. */
export function secretNames(resource: ManagedResource): readonly string[] {
  return [...new Set(secretSources(resource).map(({ ref }) => ref.name))];
}

/** The name under which the value of one additional authentication field is recorded. */
function authenticationField(shortName: string): string {
  return `authenticationFields.${shortName}`;
}

function credentialSources(spec: Extract<ManagedResource, { kind: 'credential' }>['spec']): SecretSource[] {
  const sources: SecretSource[] = [];
  if (spec.content !== undefined) {
    sources.push({ field: 'content', path: 'spec.content', ref: spec.content.secretRef, group: 'content' });
  }
  const totp = spec.additionalSettings?.totpSecretRef;
  if (totp !== undefined) {
    sources.push({
      field: 'totp',
      path: 'spec.additionalSettings.totpSecretRef',
      ref: totp,
      group: 'additional',
    });
  }
  spec.additionalSettings?.authenticationFields?.forEach(({ shortName, valueFrom }, position) => {
    if (valueFrom === undefined) return;
    sources.push({
      field: authenticationField(shortName),
      path: `spec.additionalSettings.authenticationFields[${position}]`,
      ref: valueFrom.secretRef,
      group: 'additional',
    });
  });
  return sources;
}

function keySources(spec: Extract<ManagedResource, { kind: 'key' }>['spec']): SecretSource[] {
  const { privateKey, publicKey, passphrase } = spec;
  const sources: SecretSource[] = [];
  const add = (field: string, ref: SecretKeyRef | undefined) => {
    if (ref !== undefined) sources.push({ field, path: `spec.${field}`, ref, group: 'content' });
  };
  add('privateKey', privateKey?.secretRef);
  add('publicKey', publicKey?.secretRef);
  add('passphrase', passphrase?.secretRef);
  return sources;
}
