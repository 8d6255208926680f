import type { Authorization } from './authorizations.ts';
import type { CredentialRecord, KeyRecord, PamRecord } from './record.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { isGranted, type Vault } from './vault.ts';

type Kind = PamRecord['kind'];

const numbers: Record<Kind, { missing: RefusalCode; otherKind: RefusalCode }> = {
  credential: { missing: 1007, otherKind: 1010 },
  key: { missing: 1015, otherKind: 1016 },
};

/** The record of this kind, or the refusal in the order: missing, other kind, not granted. */
export function usableRecord(
  vault: Vault,
  caller: Authorization,
  id: string | undefined,
  kind: 'key',
): KeyRecord;
export function usableRecord(
  vault: Vault,
  caller: Authorization,
  id: string | undefined,
  kind: 'credential',
): CredentialRecord;
export function usableRecord(
  vault: Vault,
  caller: Authorization,
  id: string | undefined,
  kind: Kind,
): PamRecord {
  const record = id === undefined ? undefined : vault.record(id);
  if (record === undefined) throw new Refusal(numbers[kind].missing);
  if (record.kind !== kind) throw new Refusal(numbers[kind].otherKind);
  if (!isGranted(record, caller.label)) throw new Refusal(1009);
  return record;
}

/** `username@hostname`, split at the first `@`: a username that holds one is never found. */
export function recordByName(vault: Vault, name: string): CredentialRecord | undefined {
  const at = name.indexOf('@');
  const [username, hostname] = [name.slice(0, at), name.slice(at + 1)];
  return vault
    .credentials()
    .find(
      (record) =>
        vault.same(record.username, username) && vault.same(vault.deviceOf(record).hostname, hostname),
    );
}
