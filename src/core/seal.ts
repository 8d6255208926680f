import { timingSafeEqual } from 'node:crypto';
import type { PamCredentialStatus } from '../api/pam-credential.gen.ts';
import type { PamSshKeyStatus } from '../api/pam-ssh-key.gen.ts';
import { canonicalJson } from './canonical-json.ts';
import { type InstallKey, installHmac } from './digest.ts';

type SealedStatus = Pick<
  PamCredentialStatus & PamSshKeyStatus,
  | 'id'
  | 'identifier'
  | 'connectionFingerprint'
  | 'enabled'
  | 'applied'
  | 'content'
  | 'pending'
  | 'lastHandledForceSync'
  | 'lastSyncTime'
  | 'seal'
>;

/**
 * What the status may be used for. A status is a cache that everybody with rights on `/status` may forge.
 *
 * - `blank`: it says nothing of a record, and nothing shows that it ever did. First contact.
 * - `valid`: written by this installation for this resource; it may be used.
 * - `otherKey`: sealed with another install key, which was lost or replaced: digests of unchanged Secrets are made anew.
 * - `broken`: forged or damaged. What it says is not used; that it says anything is reason enough not to create.
 */
export type SealState = 'blank' | 'valid' | 'otherKey' | 'broken';

/**
 * `<key id>:<64 hex digits>`: HMAC-SHA256 with the install key over the UID and everything of the status that a later
 * pass relies on (design 3.4). The UID keeps a status from being copied to another resource. The handled force-sync is
 * part of it: without it, whoever may only write statuses could have an annotation of old carried out once more.
 */
export function sealStatus(key: InstallKey, uid: string, status: SealedStatus): string {
  const { id, identifier, connectionFingerprint, enabled, applied, content, pending, lastHandledForceSync } =
    status;
  const sealed = { id, identifier, connectionFingerprint, enabled, applied, content, pending };
  const text = canonicalJson({ version: 1, uid, ...sealed, lastHandledForceSync });
  return `${key.id}:${installHmac(key).update(text).digest('hex')}`;
}

export function sealStateOf(key: InstallKey, uid: string, status: SealedStatus): SealState {
  if (saysNothing(status)) return 'blank';
  const recorded = Buffer.from(status.seal ?? '');
  const expected = Buffer.from(sealStatus(key, uid, status));
  if (recorded.length === expected.length && timingSafeEqual(recorded, expected)) return 'valid';
  const keyId = /^([0-9a-f]{8}):/.exec(status.seal ?? '')?.[1];
  return keyId !== undefined && keyId !== key.id ? 'otherKey' : 'broken';
}

/**
 * Nothing of a record, and no seal or time of a write either: without the facts that belong to them these would be of a
 * status that was tampered with.
 */
export function saysNothing(status: SealedStatus): boolean {
  const { id, identifier, connectionFingerprint, enabled, applied, content, pending, lastSyncTime, seal } =
    status;
  const told = [id, identifier, connectionFingerprint, enabled, applied, content, pending, lastSyncTime];
  return [...told, seal].every((fact) => fact === undefined);
}
