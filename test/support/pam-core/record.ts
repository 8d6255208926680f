import type { JsonObject } from './json-value.ts';

/** Simple parameters of POST credential that PAM Core stores as they come. */
export const credentialFields = [
  'additional',
  'tags',
  'credential_type',
  'domain',
  'parent_password',
  'notes',
] as const;
export type CredentialField = (typeof credentialFields)[number];

export const settingsBlocks = [
  'execution_settings',
  'session_settings',
  'additional_settings',
  'jit_settings',
] as const;
export type SettingsBlock = (typeof settingsBlocks)[number];

interface RecordBase {
  readonly id: string;
  identifier: string | null;
  username: string;
  deviceId: string;
  enabled: boolean;
  /** Server time of the last modification, one-second resolution, no zone. */
  change: string;
  view: string | null;
  expiration: string | null;
  /** Counts how often the secret part was set, from 1; 0 while there is none. */
  contentVersion: number;
  /** Labels of the authorizations that may use the record. */
  grantedTo: 'everyone' | Set<string>;
}

export interface CredentialRecord extends RecordBase {
  readonly kind: 'credential';
  content: string | null;
  fields: Partial<Record<CredentialField, string>>;
  settings: Partial<Record<SettingsBlock, JsonObject>>;
}

export interface KeyRecord extends RecordBase {
  readonly kind: 'key';
  privateKey: string;
  publicKey: string;
  passphrase: string | null;
  keyName: string;
  tags: string;
  /** Hostnames of the additional devices. */
  devices: string[];
}

export type PamRecord = CredentialRecord | KeyRecord;
