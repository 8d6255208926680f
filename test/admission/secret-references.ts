import type { CustomResource, Patch } from '../crds/custom-resource.ts';

/** A field that names a Secret in the namespace of its resource. */
export interface SecretField {
  readonly kind: CustomResource['kind'];
  /** As a message names it. */
  readonly field: string;
  /** The field as it stands in the CRD. */
  readonly schemaPath: string;
  /** Makes it name a Secret, as a merge patch of the spec. */
  readonly naming: (secret: string, key?: string) => Patch;
}

const FIELDS = 'spec.additionalSettings.authenticationFields';

/** An authentication field with a value from a Secret. */
export function authenticationField(shortName: string, name: string, key = 'value'): Patch {
  return { name: 'A field', shortName, valueFrom: { secretRef: { name, key } } };
}

export const SECRET_FIELDS: readonly SecretField[] = [
  {
    kind: 'PamCredential',
    field: 'spec.content.secretRef',
    schemaPath: 'spec.content.secretRef',
    naming: (name, key = 'value') => ({ content: { secretRef: { name, key } } }),
  },
  {
    kind: 'PamCredential',
    field: 'spec.additionalSettings.totpSecretRef',
    schemaPath: 'spec.additionalSettings.totpSecretRef',
    naming: (name, key = 'value') => ({ additionalSettings: { totpSecretRef: { name, key } } }),
  },
  {
    kind: 'PamCredential',
    field: `${FIELDS}[shortName=pin].valueFrom.secretRef`,
    schemaPath: `${FIELDS}[].valueFrom.secretRef`,
    naming: (name, key = 'value') => ({
      additionalSettings: { authenticationFields: [authenticationField('pin', name, key)] },
    }),
  },
  {
    kind: 'PamSshKey',
    field: 'spec.privateKey.secretRef',
    schemaPath: 'spec.privateKey.secretRef',
    naming: (name, key = 'value') => ({ privateKey: { secretRef: { name, key } } }),
  },
  {
    kind: 'PamSshKey',
    field: 'spec.publicKey.secretRef',
    schemaPath: 'spec.publicKey.secretRef',
    naming: (name, key = 'value') => ({ publicKey: { secretRef: { name, key } } }),
  },
  {
    kind: 'PamSshKey',
    field: 'spec.passphrase.secretRef',
    schemaPath: 'spec.passphrase.secretRef',
    naming: (name, key = 'value') => ({ passphrase: { secretRef: { name, key } } }),
  },
];
