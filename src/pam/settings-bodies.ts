import type { CredentialRef } from '../api/credential-ref.gen.ts';
import type {
  PamCredentialAdditionalSettings,
  PamCredentialExecutionSettings,
  PamCredentialJitSettings,
  PamCredentialSessionSettings,
} from '../api/pam-credential.gen.ts';
import type { AdditionalSecrets } from '../core/pam-call.ts';
import type { JsonObject } from './json-value.ts';
import { presentFields } from './present-fields.ts';

/*
 * The four settings blocks. Whether PAM merges or replaces a block is unknown, and defaults of booleans differ
 * between releases; so every boolean is said, whatever the spec leaves out. Texts are sent as the spec has
 * them: an empty plugin or credential that nobody asked for could be refused (1046, 1047) or looked up.
 */

/** `execution_settings`; `status` is PAM's name for the reconciliation's switch. */
export function executionSettingsBody(settings: PamCredentialExecutionSettings): JsonObject {
  const { parent, reconciliation } = settings;
  return presentFields({
    parent_credential: parent?.username,
    parent_hostname: parent?.hostname,
    parent_ip: parent?.ip,
    automatic_change: settings.automaticChange ?? false,
    agent_based_password_change: settings.agentBasedPasswordChange ?? false,
    change_plugin: settings.changePlugin,
    change_template: settings.changeTemplate,
    ...authentication(settings.useOwnCredentialToConnect ?? false, settings.authentication),
    status: reconciliation?.enabled ?? false,
    reconciliation_credential: reconciliation?.username,
    reconciliation_hostname: reconciliation?.hostname,
    reconciliation_ip: reconciliation?.ip,
    reconciliation_plugin: reconciliation?.plugin,
    reconciliation_template: reconciliation?.template,
  });
}

/** `session_settings`; its keys are literal, and two hold a space. */
export function sessionSettingsBody(settings: PamCredentialSessionSettings): JsonObject {
  return presentFields({
    SSH: settings.ssh ?? false,
    Telnet: settings.telnet ?? false,
    MySQL: settings.mysql ?? false,
    'SQL Server': settings.sqlServer ?? false,
    HTTP: settings.http ?? false,
    HTTPS: settings.https ?? false,
    RDP: settings.rdp ?? false,
    'X11 Forward': settings.x11Forward ?? false,
    VNC: settings.vnc ?? false,
    restrict_access_to_remote_application: settings.restrictAccessToRemoteApplication ?? false,
    macros: settings.macros?.map(({ remoteApp, connectivity }) => ({ remote_app: remoteApp, connectivity })),
    ...authentication(settings.useOwnCredentialToConnect, settings.authentication),
  });
}

/** `jit_settings`: one of the two scenarios, the other one said to be off. */
export function jitSettingsBody(settings: PamCredentialJitSettings): JsonObject {
  const { creationAndDeletion, enableAndDisable } = settings;
  return presentFields({
    jit: settings.enabled ?? true,
    credential_creation_and_deletion: creationAndDeletion !== undefined,
    enable_disable_credential: enableAndDisable !== undefined,
    ...authentication(settings.useOwnCredentialToConnect, settings.authentication),
    credential_creation_plugin: creationAndDeletion?.creationPlugin,
    credential_creation_template: creationAndDeletion?.creationTemplate,
    credential_deletion_plugin: creationAndDeletion?.deletionPlugin,
    credential_deletion_template: creationAndDeletion?.deletionTemplate,
    credential_enable_plugin: enableAndDisable?.enablePlugin,
    credential_enable_template: enableAndDisable?.enableTemplate,
    credential_disable_plugin: enableAndDisable?.disablePlugin,
    credential_disable_template: enableAndDisable?.disableTemplate,
  });
}

/**
 * `additional_settings`, an array of one object, the only block that is one; `notes` inside. `undefined` where
 * the block has secret parts and not all of them were resolved: a part of a block could replace the whole.
 * Never sends `identifier`, a second place for the identifier whose precedence is undocumented.
 */
export function additionalSettingsBody(
  settings: PamCredentialAdditionalSettings,
  secrets: AdditionalSecrets | undefined,
): readonly [JsonObject] | undefined {
  const totp = secrets?.totp?.reveal();
  if (settings.totpSecretRef !== undefined && totp === undefined) return undefined;

  const fields = settings.authenticationFields?.map(({ name, shortName, value, valueFrom }) => ({
    name,
    short_name: shortName,
    value: valueFrom === undefined ? (value ?? '') : secrets?.fields.get(shortName)?.reveal(),
  }));
  if (fields?.some(({ value }) => value === undefined)) return undefined;

  return [
    presentFields({
      user_credential_owner: settings.userCredentialOwner,
      server_path: settings.serverPath,
      secret_key: settings.totpSecretRef === undefined ? undefined : totp,
      criticality: settings.criticality,
      additional_authentication_fields: fields,
      notes: settings.notes,
    }),
  ];
}

function authentication(usesOwn: boolean, credential: CredentialRef | undefined): JsonObject {
  return {
    use_own_credential_to_connect: usesOwn,
    authentication_credential: credential?.username,
    authentication_hostname: credential?.hostname,
    authentication_ip: credential?.ip,
  };
}
