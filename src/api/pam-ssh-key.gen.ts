// Generated from crds/pam-operator.io_pamsshkeys.yaml by "npm run generate". Do not edit.
import type { Condition } from './condition.gen.ts';
import type { LastError } from './last-error.gen.ts';
import type { ResourceMetadata } from './resource-metadata.ts';
import type { SecretKeyRef } from './secret-key-ref.gen.ts';

/**
 * An SSH key in PAM Core: created, updated, enabled and disabled as declared here. A field that is removed from the spec keeps its last value in PAM Core.
 */
export interface PamSshKey {
  apiVersion: 'pam-operator.io/v1alpha1';
  kind: 'PamSshKey';
  metadata: ResourceMetadata;
  spec: PamSshKeySpec;
  status?: PamSshKeyStatus;
}
/**
 * What is declared. A key that exists already in PAM Core can be enabled and disabled without its material: with `adoptionPolicy: Adopt` and either its `identifier` or its `id`.
 */
export interface PamSshKeySpec {
  /**
   * Name of the PamConnection. Default: `default`. Immutable.
   */
  connection?: string;
  /**
   * Identifier of the record in PAM Core: 1 to 64 letters, digits, `_` and `-`, not digits only. Needs a grant that names it. Default: derived, `<identifierPrefix>_<namespace>_<name>_key`. Immutable, also in being absent.
   */
  identifier?: string;
  /**
   * Number of an SSH key that exists already in PAM Core and is only to be enabled and disabled. Needs `connection` and `adoptionPolicy: Adopt`; nothing that describes the key may stand beside it. Immutable, also in being absent. Example: `92`.
   */
  id?: string;
  /**
   * User name of the key. Required unless `id` is set. Example: `deploy`.
   */
  username?: string;
  /**
   * Name of the key that PAM Core shows.
   */
  keyName?: string;
  device?: PamSshKeyDevice;
  /**
   * Further devices of the key; they must be registered in PAM Core. `[]` sends an empty list.
   */
  devices?: PamSshKeyDevicesItem[];
  /**
   * Keywords. `[]` sends an empty value.
   */
  tags?: string[];
  privateKey?: PamSshKeyPrivateKey;
  publicKey?: PamSshKeyPublicKey;
  passphrase?: PamSshKeyPassphrase;
  /**
   * When the key pair is sent to PAM Core: `OnChange` (default: when it was created or the Secret changed; held as `RotatedElsewhere` where PAM Core or a person changed the record meanwhile), `Override` (the same, but without holding) or `Once` (on creation only).
   */
  push?: 'OnChange' | 'Override' | 'Once';
  /**
   * `true`: the record is enabled; `false`: it is disabled, before anything else is done. Absent: its state is not managed. Sent when this field changes, not again and again: what an administrator disables in PAM Core stays disabled.
   */
  enabled?: boolean;
  /**
   * What deleting this resource does in PAM Core: `Retain` (default: nothing) or `Disable` (the record is disabled; PAM Core deletes no records).
   */
  deletionPolicy?: 'Retain' | 'Disable';
  /**
   * Whether a record that exists already may be taken over: `Never` (default) or `Adopt` (needs a grant).
   */
  adoptionPolicy?: 'Never' | 'Adopt';
  /**
   * `true`: no call is made for this resource. Default: `false`.
   */
  suspend?: boolean;
}
/**
 * Main device of the key. It must be registered in PAM Core with this hostname and this IP address. Required unless `id` is set.
 */
export interface PamSshKeyDevice {
  /**
   * Hostname of the device in PAM Core. Immutable. Example: `w2016`.
   */
  hostname: string;
  /**
   * IP address of the device in PAM Core, exactly as it is registered there. Immutable. Example: `10.66.33.15`.
   */
  ip: string;
}
export interface PamSshKeyDevicesItem {
  /**
   * Hostname of the device.
   */
  hostname: string;
}
/**
 * The private key in OpenSSH, PEM or PKCS#8 format, from a Secret. Required, except for a key that exists already and is only to be enabled and disabled.
 */
export interface PamSshKeyPrivateKey {
  /**
   * Secret in the same namespace.
   */
  secretRef: SecretKeyRef;
}
/**
 * The public key, from a Secret or as text. Default: derived from the private key.
 */
export interface PamSshKeyPublicKey {
  /**
   * Secret in the same namespace.
   */
  secretRef?: SecretKeyRef;
  /**
   * The public key in OpenSSH format, in one line. Example: `ssh-ed25519 AAAAC3Nza… deploy@example`.
   */
  value?: string;
}
/**
 * Passphrase of the private key, where it has one.
 */
export interface PamSshKeyPassphrase {
  /**
   * Secret in the same namespace.
   */
  secretRef: SecretKeyRef;
}
/**
 * What the operator observed. Written by the operator only.
 */
export interface PamSshKeyStatus {
  /**
   * `metadata.generation` that the operator has seen last; -1 before its first visit.
   */
  observedGeneration?: number;
  /**
   * `Ready` is always there; `Reconciling` (work goes on, or is tried again) and `Stalled` (only a change can help) only while they are true.
   */
  conditions?: Condition[];
  /**
   * Number of the record in PAM Core. Example: `152`.
   */
  id?: string;
  /**
   * Identifier of the record in PAM Core.
   */
  identifier?: string;
  /**
   * Digest of address and tenant of the PAM Core that the number belongs to.
   */
  connectionFingerprint?: string;
  /**
   * State that the operator set last. Absent where `spec.enabled` is absent.
   */
  enabled?: boolean;
  /**
   * Keyed digest of the spec that was applied last.
   */
  applied?: string;
  content?: PamSshKeyStatusContent;
  pending?: PamSshKeyStatusPending;
  /**
   * Fingerprint of the key. Example: `SHA256:2Gvb…`.
   */
  fingerprint?: string;
  /**
   * Last successful write to PAM Core.
   */
  lastSyncTime?: string;
  /**
   * Last value of the annotation `pam-operator.io/force-sync` that was handled.
   */
  lastHandledForceSync?: string;
  /**
   * The last error of a call to PAM Core. Removed by the next success.
   */
  lastError?: LastError;
  /**
   * Proves that this status was written by the operator.
   */
  seal?: string;
}
/**
 * The key pair: what was sent, and from which Secret.
 */
export interface PamSshKeyStatusContent {
  /**
   * `Pushed`: PAM Core has confirmed it. `Presumed`: an answer was lost, but the record has changed since. `Kept`: the record existed already and kept its own. `Pending`: not sent yet.
   */
  state?: 'Pushed' | 'Presumed' | 'Kept' | 'Pending';
  /**
   * UID of the Secret.
   */
  secretUid?: string;
  /**
   * Version of the Secret.
   */
  secretResourceVersion?: string;
  /**
   * Keyed digest of the value; it reveals nothing about it.
   */
  digest?: string;
  /**
   * When it was sent.
   */
  pushedTime?: string;
  /**
   * PAM Core's own time of the record's last change, after the last write of the operator.
   */
  change?: string;
  /**
   * The same for the passphrase and the public key.
   */
  fields?: PamSshKeyStatusContentField[];
}
export interface PamSshKeyStatusContentField {
  /**
   * `passphrase` or `publicKey`.
   */
  field: string;
  /**
   * `Pushed`: PAM Core has confirmed it. `Presumed`: an answer was lost, but the record has changed since. `Kept`: the record existed already and kept its own. `Pending`: not sent yet.
   */
  state?: 'Pushed' | 'Presumed' | 'Kept' | 'Pending';
  /**
   * UID of the Secret.
   */
  secretUid?: string;
  /**
   * Version of the Secret.
   */
  secretResourceVersion?: string;
  /**
   * Keyed digest of the value; it reveals nothing about it.
   */
  digest?: string;
}
/**
 * A value that is on its way, or whose answer was lost.
 */
export interface PamSshKeyStatusPending {
  /**
   * When it was sent.
   */
  startedTime: string;
  /**
   * Keyed digest of the value.
   */
  digest: string;
  /**
   * PAM Core's own time of the record's last change before that.
   */
  changeBefore?: string;
}
