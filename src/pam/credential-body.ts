import type { CredentialUpsert } from '../core/pam-call.ts';
import type { JsonObject } from './json-value.ts';
import { presentFields } from './present-fields.ts';
import {
  additionalSettingsBody,
  executionSettingsBody,
  jitSettingsBody,
  sessionSettingsBody,
} from './settings-bodies.ts';

/**
 * The body of `POST {prefix}/pam/credential`. What the spec leaves out is not sent; an empty text or list is
 * sent as an empty text. Lists are joined with a comma and no space (1029 otherwise). The identifier, username,
 * hostname and ip are always sent. There is no `enabled` for credentials: PUT and DELETE do that.
 */
export function credentialBody({
  identifier,
  spec,
  content,
  parentId,
  additionalSecrets,
}: CredentialUpsert): JsonObject {
  const { device } = spec;
  return presentFields({
    identifier,
    username: spec.username,
    hostname: device.hostname,
    ip: device.ip,
    content: content?.reveal(),
    additional: spec.additional,
    tags: spec.tags?.join(','),
    credential_type: spec.credentialType,
    domain: spec.domain,
    parent_password: parentId === undefined ? undefined : parentPassword(parentId),
    // `type` is the device's; the credential's has a name of its own.
    type: device.type,
    vendor: device.vendor,
    model: device.model,
    site: device.site,
    device_domain: device.domains?.join(','),
    device_tags: device.tags?.join(','),
    connectivities: device.connectivities?.map(({ name, port }) => `${name}:${port}`).join(','),
    session_remote_config: device.loginExpression,
    execution_settings: spec.executionSettings && executionSettingsBody(spec.executionSettings),
    session_settings: spec.sessionSettings && sessionSettingsBody(spec.sessionSettings),
    additional_settings:
      spec.additionalSettings && additionalSettingsBody(spec.additionalSettings, additionalSecrets),
    jit_settings: spec.jitSettings && jitSettingsBody(spec.jitSettings),
  });
}

/** Documented as an int; as text where a number would be another id (above 2^53) or where it is empty. */
function parentPassword(id: string): number | string {
  const number = Number(id);
  return id !== '' && Number.isSafeInteger(number) && String(number) === id ? number : id;
}
