import { describe, expect, it } from 'vitest';
import type { PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { CredentialUpsert } from '../../src/core/pam-call.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { beside } from './credential-body-beside.ts';

const reference = { username: 'cred2', hostname: 'gmail', ip: 'https://www.gmail.com' };
const noBooleans = {
  SSH: false,
  Telnet: false,
  MySQL: false,
  'SQL Server': false,
  HTTP: false,
  HTTPS: false,
  RDP: false,
  'X11 Forward': false,
  VNC: false,
  restrict_access_to_remote_application: false,
};

describe('settings blocks say every boolean', () => {
  const rows: {
    because: string;
    spec: Partial<PamCredentialSpec>;
    more?: Partial<CredentialUpsert>;
    body: object;
  }[] = [
    {
      because: 'execution, empty',
      spec: { executionSettings: {} },
      body: {
        execution_settings: {
          automatic_change: false,
          agent_based_password_change: false,
          use_own_credential_to_connect: false,
          status: false,
        },
      },
    },
    {
      because: 'execution, the example of the vendor page',
      spec: {
        executionSettings: {
          parent: reference,
          automaticChange: true,
          agentBasedPasswordChange: true,
          changePlugin: 'SSH',
          changeTemplate: '3COM',
          useOwnCredentialToConnect: false,
          authentication: reference,
          reconciliation: { enabled: true, ...reference, plugin: 'SSH', template: '3COM' },
        },
      },
      body: {
        execution_settings: {
          parent_credential: 'cred2',
          parent_hostname: 'gmail',
          parent_ip: 'https://www.gmail.com',
          automatic_change: true,
          agent_based_password_change: true,
          change_plugin: 'SSH',
          change_template: '3COM',
          use_own_credential_to_connect: false,
          authentication_credential: 'cred2',
          authentication_hostname: 'gmail',
          authentication_ip: 'https://www.gmail.com',
          status: true,
          reconciliation_credential: 'cred2',
          reconciliation_hostname: 'gmail',
          reconciliation_ip: 'https://www.gmail.com',
          reconciliation_plugin: 'SSH',
          reconciliation_template: '3COM',
        },
      },
    },
    {
      because: 'session, the least',
      spec: { sessionSettings: { useOwnCredentialToConnect: true } },
      body: { session_settings: { ...noBooleans, use_own_credential_to_connect: true } },
    },
    {
      because: 'session, the example of the vendor page',
      spec: {
        sessionSettings: {
          ssh: true,
          telnet: true,
          mysql: true,
          sqlServer: true,
          http: true,
          https: true,
          rdp: true,
          x11Forward: true,
          vnc: true,
          restrictAccessToRemoteApplication: true,
          macros: [
            { remoteApp: 'MySQL', connectivity: 'SSH' },
            { remoteApp: 'Kaspersky', connectivity: 'RDP' },
          ],
          useOwnCredentialToConnect: false,
          authentication: reference,
        },
      },
      body: {
        session_settings: {
          SSH: true,
          Telnet: true,
          MySQL: true,
          'SQL Server': true,
          HTTP: true,
          HTTPS: true,
          RDP: true,
          'X11 Forward': true,
          VNC: true,
          restrict_access_to_remote_application: true,
          macros: [
            { remote_app: 'MySQL', connectivity: 'SSH' },
            { remote_app: 'Kaspersky', connectivity: 'RDP' },
          ],
          use_own_credential_to_connect: false,
          authentication_credential: 'cred2',
          authentication_hostname: 'gmail',
          authentication_ip: 'https://www.gmail.com',
        },
      },
    },
    {
      because: 'session, no macros, said so',
      spec: { sessionSettings: { useOwnCredentialToConnect: true, macros: [] } },
      body: { session_settings: { ...noBooleans, macros: [], use_own_credential_to_connect: true } },
    },
    {
      because: 'JIT, creation and deletion',
      spec: {
        jitSettings: {
          useOwnCredentialToConnect: false,
          authentication: reference,
          creationAndDeletion: {
            creationPlugin: 'SSH',
            creationTemplate: 'Linux - Create User',
            deletionPlugin: 'SSH',
            deletionTemplate: 'Linux - Remove User',
          },
        },
      },
      body: {
        jit_settings: {
          jit: true,
          credential_creation_and_deletion: true,
          enable_disable_credential: false,
          use_own_credential_to_connect: false,
          authentication_credential: 'cred2',
          authentication_hostname: 'gmail',
          authentication_ip: 'https://www.gmail.com',
          credential_creation_plugin: 'SSH',
          credential_creation_template: 'Linux - Create User',
          credential_deletion_plugin: 'SSH',
          credential_deletion_template: 'Linux - Remove User',
        },
      },
    },
    {
      because: 'JIT, enable and disable',
      spec: {
        jitSettings: {
          enabled: true,
          useOwnCredentialToConnect: true,
          enableAndDisable: {
            enablePlugin: 'LDAP',
            enableTemplate: 'AD - Activate User',
            disablePlugin: 'LDAP',
            disableTemplate: 'AD - Deactivate User',
          },
        },
      },
      body: {
        jit_settings: {
          jit: true,
          credential_creation_and_deletion: false,
          enable_disable_credential: true,
          use_own_credential_to_connect: true,
          credential_enable_plugin: 'LDAP',
          credential_enable_template: 'AD - Activate User',
          credential_disable_plugin: 'LDAP',
          credential_disable_template: 'AD - Deactivate User',
        },
      },
    },
    {
      because: 'JIT, off',
      spec: { jitSettings: { enabled: false, useOwnCredentialToConnect: true } },
      body: {
        jit_settings: {
          jit: false,
          credential_creation_and_deletion: false,
          enable_disable_credential: false,
          use_own_credential_to_connect: true,
        },
      },
    },
  ];
  it.each(rows)('$because', ({ spec, more, body }) => {
    expect(beside(spec, more)).toEqual(body);
  });
});

describe('additional_settings is an array of one, or left out', () => {
  const totpSecretRef = { name: 's', key: 'totp' };
  const valueFrom = { secretRef: { name: 's', key: 'k' } };
  const totp = new SecretText('295B3LA1');
  const fields = new Map([['short1', new SecretText('field-secret')]]);
  const none = new Map<string, SecretText>();
  const rows: {
    because: string;
    settings: PamCredentialSpec['additionalSettings'];
    secrets?: CredentialUpsert['additionalSecrets'];
    block: object | undefined;
  }[] = [
    {
      because: 'without secret parts',
      settings: { userCredentialOwner: 'admin', serverPath: '/etc/host', criticality: 'High', notes: 'n' },
      block: { user_credential_owner: 'admin', server_path: '/etc/host', criticality: 'High', notes: 'n' },
    },
    {
      because: 'fields with plain values',
      settings: {
        authenticationFields: [
          { name: 'n', shortName: 's', value: 'v' },
          { name: 'm', shortName: 't' },
        ],
      },
      block: {
        additional_authentication_fields: [
          { name: 'n', short_name: 's', value: 'v' },
          { name: 'm', short_name: 't', value: '' },
        ],
      },
    },
    {
      because: 'no fields, said so',
      settings: { authenticationFields: [] },
      block: { additional_authentication_fields: [] },
    },
    {
      because: 'all secret parts resolved',
      settings: { totpSecretRef, authenticationFields: [{ name: 'n', shortName: 'short1', valueFrom }] },
      secrets: { totp, fields },
      block: {
        secret_key: '295B3LA1',
        additional_authentication_fields: [{ name: 'n', short_name: 'short1', value: 'field-secret' }],
      },
    },
    {
      because: 'a TOTP seed that was not resolved',
      settings: { totpSecretRef, notes: 'n' },
      block: undefined,
    },
    {
      because: 'a field that was not resolved',
      settings: { authenticationFields: [{ name: 'n', shortName: 'short1', valueFrom }], notes: 'n' },
      block: undefined,
    },
    {
      because: 'one of two that was not resolved',
      settings: { totpSecretRef, authenticationFields: [{ name: 'n', shortName: 'short1', valueFrom }] },
      secrets: { totp, fields: none },
      block: undefined,
    },
    {
      because: 'a seed that nobody refers to is not sent',
      settings: { notes: 'n' },
      secrets: { totp, fields },
      block: { notes: 'n' },
    },
  ];
  it.each(rows)('$because', ({ settings, secrets, block }) => {
    const more = secrets === undefined ? {} : { additionalSecrets: secrets };
    const spec = settings === undefined ? {} : { additionalSettings: settings };
    expect(beside(spec, more)).toEqual(block === undefined ? {} : { additional_settings: [block] });
  });
});
