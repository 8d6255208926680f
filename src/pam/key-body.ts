import type { KeyUpsert } from '../core/pam-call.ts';
import type { JsonObject } from './json-value.ts';
import { presentFields } from './present-fields.ts';

/**
 * The body of `POST {prefix}/pam/key`. PAM finds the record by `identifier` alone and asks for both halves each
 * time. An empty `devices` is sent as such and means "no additional devices".
 */
export function keyBody({
  identifier,
  spec,
  privateKey,
  publicKey,
  passphrase,
  enabled,
}: KeyUpsert): JsonObject {
  return presentFields({
    identifier,
    username: spec.username,
    hostname: spec.device?.hostname,
    ip: spec.device?.ip,
    private_key: privateKey.reveal(),
    public_key: publicKey,
    password: passphrase?.reveal(),
    key_name: spec.keyName,
    devices: spec.devices?.map(({ hostname }) => ({ hostname })),
    tags: spec.tags?.join(','),
    enabled,
  });
}
