import type { Failure } from './failure.ts';
import type { AdditionalSecrets } from './pam-call.ts';
import type { SecretText } from './secret-text.ts';

/** Which version of a Secret a value came from. */
export interface SecretVersion {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One value, read fresh from its Secret in this pass. */
export interface MaterialField {
  readonly field: string;
  readonly version: SecretVersion;
  readonly digest: string;
}

/** The secret values of a resource, ready to be sent, or why they are not. */
export type Material = { readonly failure: Failure } | UsableMaterial;

export interface UsableMaterial {
  readonly fields: readonly MaterialField[];
  /** A credential's password. */
  readonly content?: SecretText;
  readonly additional?: AdditionalSecrets;
  /** An SSH key's halves, checked. */
  readonly keyPair?: {
    readonly privateKey: SecretText;
    readonly publicKey: string;
    readonly passphrase?: SecretText;
    /** `SHA256:…` of the public key: the only part that may be shown. */
    readonly fingerprint: string;
  };
}
