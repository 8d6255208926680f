// Generated from crds/pam-operator.io_pamcredentials.yaml by "npm run generate". Do not edit.
import type { Condition } from './condition.gen.ts';
import type { CredentialRef } from './credential-ref.gen.ts';
import type { LastError } from './last-error.gen.ts';
import type { ResourceMetadata } from './resource-metadata.ts';
import type { SecretKeyRef } from './secret-key-ref.gen.ts';

/**
 * A credential in PAM Core: created, updated, enabled and disabled as declared here. A field that is removed from the spec keeps its last value in PAM Core.
 */
export interface PamCredential {
  apiVersion: 'pam-operator.io/v1alpha1';
  kind: 'PamCredential';
  metadata: ResourceMetadata;
  spec: PamCredentialSpec;
  status?: PamCredentialStatus;
}
/**
 * What is declared.
 */
export interface PamCredentialSpec {
  /**
   * Name of the PamConnection. Default: `default`. Immutable.
   */
  connection?: string;
  /**
   * Identifier of the record in PAM Core: 1 to 64 letters, digits, `_` and `-`, not digits only. Needs a grant that names it. Default: derived, `<identifierPrefix>_<namespace>_<name>`. Immutable, also in being absent.
   */
  identifier?: string;
  /**
   * User name of the credential. A change renames the record. Example: `svc-orders`.
   */
  username: string;
  device: PamCredentialDevice;
  content?: PamCredentialContent;
  /**
   * Additional information. `''` sends an empty value.
   */
  additional?: string;
  /**
   * Keywords. `[]` sends an empty value.
   */
  tags?: string[];
  /**
   * Type of the credential. Example: `Local User`, which is the default of PAM Core.
   */
  credentialType?: string;
  /**
   * Name or abbreviation of the domain.
   */
  domain?: string;
  parentRef?: PamCredentialParentRef;
  /**
   * Parent credential by its number in PAM Core. Needs the grant `Reference`. Not together with `parentRef`. Example: `152`.
   */
  parentId?: string;
  executionSettings?: PamCredentialExecutionSettings;
  sessionSettings?: PamCredentialSessionSettings;
  additionalSettings?: PamCredentialAdditionalSettings;
  jitSettings?: PamCredentialJitSettings;
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
 * Device of the credential. It must be registered in PAM Core with this hostname and this IP address. The other fields change the device itself, which other credentials share: they need the grant `Device`.
 */
export interface PamCredentialDevice {
  /**
   * Hostname of the device in PAM Core. Immutable. Example: `w2016`.
   */
  hostname: string;
  /**
   * IP address of the device in PAM Core, exactly as it is registered there. Immutable. Example: `10.66.33.15`.
   */
  ip: string;
  /**
   * Type of the device. A name that PAM Core does not know is added there.
   */
  type?: string;
  /**
   * Manufacturer. A name that PAM Core does not know is added there.
   */
  vendor?: string;
  /**
   * Model. A name that PAM Core does not know is added there.
   */
  model?: string;
  /**
   * Location. A name that PAM Core does not know is added there.
   */
  site?: string;
  /**
   * Domains of the device; PAM Core accepts registered ones only. Example: `[testlab.com]`.
   */
  domains?: string[];
  /**
   * Keywords of the device. `[]` sends an empty value.
   */
  tags?: string[];
  /**
   * Ways to connect to the device.
   */
  connectivities?: PamCredentialDeviceConnectivity[];
  /**
   * Login expression. Example: `SSH:EXPECT:FILL`.
   */
  loginExpression?: string;
}
export interface PamCredentialDeviceConnectivity {
  /**
   * Name of the protocol. Example: `SSH`.
   */
  name: string;
  /**
   * TCP port. Example: 22.
   */
  port: number;
}
/**
 * The password, from a Secret. Not together with `parentRef`, `parentId` and `executionSettings.parent`.
 */
export interface PamCredentialContent {
  /**
   * Secret in the same namespace.
   */
  secretRef: SecretKeyRef;
  /**
   * `true`: one line break at the end of the value is removed before it is sent. Default: `false`; then such a value is refused.
   */
  trim?: boolean;
  /**
   * When the password is sent to PAM Core: `OnChange` (default: when it was created or the Secret changed; held as `RotatedElsewhere` where PAM Core or a person changed the record meanwhile), `Override` (the same, but without holding) or `Once` (on creation only).
   */
  push?: 'OnChange' | 'Override' | 'Once';
}
/**
 * Parent credential, whose password this one follows: a PamCredential of the same namespace. Waits until that one has its number.
 */
export interface PamCredentialParentRef {
  /**
   * Name of the PamCredential.
   */
  name: string;
}
/**
 * Password change and reconciliation by PAM Core. What is left out of this block is sent as its default.
 */
export interface PamCredentialExecutionSettings {
  /**
   * Parent credential, whose password this one follows. Not together with `content`, `parentRef` or `parentId`. Needs the grant `Reference`.
   */
  parent?: CredentialRef;
  /**
   * PAM Core changes the password by itself. Default: `false`.
   */
  automaticChange?: boolean;
  /**
   * The password is changed by a software agent. Default: `false`.
   */
  agentBasedPasswordChange?: boolean;
  /**
   * Plugin that changes the password on the device. Example: `SSH`.
   */
  changePlugin?: string;
  /**
   * Template that changes the password on the device. Example: `3COM`.
   */
  changeTemplate?: string;
  /**
   * The credential itself logs in to change its password. Default: `false`; then `authentication` is needed.
   */
  useOwnCredentialToConnect?: boolean;
  /**
   * Credential that PAM Core logs in with. Needed unless `useOwnCredentialToConnect` is `true`. Needs the grant `Reference`.
   */
  authentication?: CredentialRef;
  reconciliation?: PamCredentialExecutionSettingsReconciliation;
}
/**
 * What happens after a password change that failed.
 */
export interface PamCredentialExecutionSettingsReconciliation {
  /**
   * Whether PAM Core reconciles.
   */
  enabled: boolean;
  /**
   * User name of the credential that reconciles. Needs the grant `Reference`.
   */
  username?: string;
  /**
   * Hostname of its device.
   */
  hostname?: string;
  /**
   * IP address of its device, exactly as it is registered.
   */
  ip?: string;
  /**
   * Plugin that reconciles. Example: `SSH`.
   */
  plugin?: string;
  /**
   * Template that reconciles. Example: `3COM`.
   */
  template?: string;
}
/**
 * Sessions through PAM Core. What is left out of this block is sent as its default.
 */
export interface PamCredentialSessionSettings {
  /**
   * Sessions by SSH. Default: `false`.
   */
  ssh?: boolean;
  /**
   * Sessions by Telnet. Default: `false`.
   */
  telnet?: boolean;
  /**
   * Sessions by MySQL. Default: `false`.
   */
  mysql?: boolean;
  /**
   * Sessions by SQL Server. Default: `false`.
   */
  sqlServer?: boolean;
  /**
   * Sessions by HTTP. Default: `false`.
   */
  http?: boolean;
  /**
   * Sessions by HTTPS. Default: `false`.
   */
  https?: boolean;
  /**
   * Sessions by RDP. Default: `false`.
   */
  rdp?: boolean;
  /**
   * Sessions by X11 forwarding. Default: `false`.
   */
  x11Forward?: boolean;
  /**
   * Sessions by VNC. Default: `false`.
   */
  vnc?: boolean;
  /**
   * The credential may be used in RemoteApp sessions only. Default: `false`.
   */
  restrictAccessToRemoteApplication?: boolean;
  /**
   * RemoteApp automation.
   */
  macros?: PamCredentialSessionSettingsMacro[];
  /**
   * The credential itself opens the session. Required, since its default differs between releases of PAM Core. If `false`, `authentication` is needed.
   */
  useOwnCredentialToConnect: boolean;
  /**
   * Credential that PAM Core logs in with. Needed unless `useOwnCredentialToConnect` is `true`. Needs the grant `Reference`.
   */
  authentication?: CredentialRef;
}
export interface PamCredentialSessionSettingsMacro {
  /**
   * Name of the RemoteApp automation. Example: `Kaspersky`.
   */
  remoteApp: string;
  /**
   * Protocol that it uses. Example: `RDP`.
   */
  connectivity: string;
}
/**
 * Further settings. The block is sent as a whole when it or one of its Secrets changes.
 */
export interface PamCredentialAdditionalSettings {
  /**
   * User name of the credential's owner. It must exist in PAM Core.
   */
  userCredentialOwner?: string;
  /**
   * Path of the script or file in which the credential is stored. Example: `/etc/app.conf`.
   */
  serverPath?: string;
  /**
   * Secret with the TOTP key for one-time passwords.
   */
  totpSecretRef?: SecretKeyRef;
  /**
   * How critical the credential is: `Low`, `Medium` or `High`.
   */
  criticality?: 'Low' | 'Medium' | 'High';
  /**
   * Further fields of a login.
   */
  authenticationFields?: PamCredentialAdditionalSettingsAuthenticationField[];
  /**
   * Notes about the credential, in one line.
   */
  notes?: string;
}
export interface PamCredentialAdditionalSettingsAuthenticationField {
  /**
   * Name of the field.
   */
  name: string;
  /**
   * Short name of the field, unique in the list.
   */
  shortName: string;
  /**
   * Value, where it is no secret.
   */
  value?: string;
  valueFrom?: PamCredentialAdditionalSettingsAuthenticationFieldValueFrom;
}
/**
 * Value from a Secret.
 */
export interface PamCredentialAdditionalSettingsAuthenticationFieldValueFrom {
  /**
   * Secret in the same namespace.
   */
  secretRef: SecretKeyRef;
}
/**
 * Just-in-time access: around a session PAM Core creates and deletes, or enables and disables, the account. Exactly one of `creationAndDeletion` and `enableAndDisable`. Not together with `enabled`.
 */
export interface PamCredentialJitSettings {
  /**
   * Whether just-in-time access is on. Default: `true`. If `false`, the scenario may be left out.
   */
  enabled?: boolean;
  creationAndDeletion?: PamCredentialJitSettingsCreationAndDeletion;
  enableAndDisable?: PamCredentialJitSettingsEnableAndDisable;
  /**
   * The credential itself logs in. Required, since its default differs between releases of PAM Core. If `false`, `authentication` is needed.
   */
  useOwnCredentialToConnect: boolean;
  /**
   * Credential that PAM Core logs in with. Needed unless `useOwnCredentialToConnect` is `true`. Needs the grant `Reference`.
   */
  authentication?: CredentialRef;
}
/**
 * The account is created when a session begins and deleted when it ends.
 */
export interface PamCredentialJitSettingsCreationAndDeletion {
  /**
   * Registered plugin that creates the account. Example: `SSH`.
   */
  creationPlugin: string;
  /**
   * Registered template that creates the account. Example: `Linux - Create User`.
   */
  creationTemplate: string;
  /**
   * Registered plugin that deletes the account. Example: `SSH`.
   */
  deletionPlugin: string;
  /**
   * Registered template that deletes the account. Example: `Linux - Remove User`.
   */
  deletionTemplate: string;
}
/**
 * The account is enabled when a session begins and disabled when it ends.
 */
export interface PamCredentialJitSettingsEnableAndDisable {
  /**
   * Registered plugin that enables the account. Example: `LDAP`.
   */
  enablePlugin: string;
  /**
   * Registered template that enables the account. Example: `AD - Activate User`.
   */
  enableTemplate: string;
  /**
   * Registered plugin that disables the account. Example: `LDAP`.
   */
  disablePlugin: string;
  /**
   * Registered template that disables the account. Example: `AD - Deactivate User`.
   */
  disableTemplate: string;
}
/**
 * What the operator observed. Written by the operator only.
 */
export interface PamCredentialStatus {
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
  content?: PamCredentialStatusContent;
  pending?: PamCredentialStatusPending;
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
 * The password: what was sent, and from which Secret.
 */
export interface PamCredentialStatusContent {
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
   * The same for the secret parts of `spec.additionalSettings`.
   */
  fields?: PamCredentialStatusContentField[];
}
export interface PamCredentialStatusContentField {
  /**
   * `totp`, or `authenticationFields.` and the short name.
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
export interface PamCredentialStatusPending {
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
